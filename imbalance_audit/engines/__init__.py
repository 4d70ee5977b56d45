"""Where a tally runs. An engine moves tables and never looks at a label."""

from __future__ import annotations

from imbalance_audit.counting.local import run

__all__ = ["run"]
