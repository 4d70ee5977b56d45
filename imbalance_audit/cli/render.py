"""`audit render`: the report of an audit.json, or of an evaluation.json, without the data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from imbalance_audit.cli.outputs import Plan, put_in_place, report_in, writing
from imbalance_audit.cli.streams import say
from imbalance_audit.files.destinations import target_of
from imbalance_audit.files.own_kinds import REPORT_PAGE, REPORT_TEXT


def _plan(audit: Path, out: Path | None) -> Plan:
    """Return what is shown again, and where."""
    report = report_in("--out", out, ("report.html", REPORT_PAGE), ("report.md", REPORT_TEXT))
    return Plan(reads=(("AUDIT", audit),), writes=tuple(report))


@writing(_plan)
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
    ours = folder / ("evaluation.json" if evaluated else "audit.json")
    own = target_of(audit).key == target_of(ours).key
    written = (
        publish_evaluation(load_evaluation(audit), folder, report_only=own)
        if evaluated
        else publish(load_audit(audit), folder, report_only=own)
    )
    put_in_place()
    for path in written:
        say(f"wrote {path}")
