"""`audit render`: the report of an audit.json, without the data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from imbalance_audit.cli.options import say


def render(
    audit: Annotated[Path, typer.Argument(metavar="AUDIT", show_default=False, help="An audit.json.")],
    out: Annotated[Path | None, typer.Option(help="Folder of the report. [default: that of the audit.json]")] = None,
) -> None:
    """Write report.html and report.md again from an audit.json, as it was judged."""
    from imbalance_audit.audit_file import load_audit
    from imbalance_audit.publishing import publish

    for path in publish(load_audit(audit), out or audit.parent):
        say(f"wrote {path}")
