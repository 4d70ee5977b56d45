"""`audit check`: the same rules, terse, as a gate."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from imbalance_audit.cli.options import OutputFormat, audit_of, colours, given, say
from imbalance_audit.records import Audit


class FailOn(StrEnum):
    """From which severity on the check fails."""

    error = "error"
    warning = "warning"
    info = "info"
    never = "never"


@given(audit=audit_of)
def check(
    audit: Audit,
    output_format: Annotated[OutputFormat, typer.Option(help="What is printed.")] = OutputFormat.text,
    output: Annotated[Path | None, typer.Option(help="Write there instead of stdout.")] = None,
    fail_on: Annotated[FailOn, typer.Option(help="Exit with 1 from this severity on.")] = FailOn.error,
) -> None:
    """Run the rules and fail when the labels are not fit for training. Writes no report."""
    from imbalance_audit.atomic import write_all
    from imbalance_audit.audit_file import dump_audit
    from imbalance_audit.report.terminal import render_findings

    if output_format is OutputFormat.json:
        text = dump_audit(audit)
    else:
        text = render_findings(audit, colour=output is None and colours(sys.stdout.isatty()))
    if output is None:
        sys.stdout.write(text)
    else:
        write_all({output: text.encode()})
        say(f"wrote {output}")
    if fail_on is not FailOn.never and audit.at_least(fail_on.value):
        raise typer.Exit(1)
