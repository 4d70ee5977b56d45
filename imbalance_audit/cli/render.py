"""`audit render`: the report of an audit.json, or of an evaluation.json, without the data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from imbalance_audit.cli.streams import say


def render(
    audit: Annotated[
        Path, typer.Argument(metavar="AUDIT", show_default=False, help="An audit.json or an evaluation.json.")
    ],
    out: Annotated[Path | None, typer.Option(help="Folder of the report. [default: that of the file]")] = None,
) -> None:
    """Write report.html and report.md again from an audit.json or an evaluation.json, as it was judged."""
    from imbalance_audit.files.audit import load_audit
    from imbalance_audit.files.evaluation import EVALUATION, load_evaluation
    from imbalance_audit.publishing import publish, publish_evaluation

    folder = out or audit.parent
    evaluated = EVALUATION.says(audit)
    for path in publish_evaluation(load_evaluation(audit), folder) if evaluated else publish(load_audit(audit), folder):
        say(f"wrote {path}")
