"""`python -m imbalance_audit`: the `audit` command."""

from __future__ import annotations

from imbalance_audit.cli import main

if __name__ == "__main__":
    main()
