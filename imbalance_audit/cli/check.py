"""`audit check`: the same rules, terse, as a gate."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from imbalance_audit.cli.options import OutputFormat, audit_of, colours, given, say
from imbalance_audit.records import Audit


@given(audit=audit_of)
def check(
    audit: Audit,
    output_format: OutputFormat = "text",
    output: Annotated[Path | None, typer.Option(help="Write there instead of stdout.")] = None,
    fail_on: Annotated[
        Literal["error", "warning", "info", "never"], typer.Option(help="Exit with 1 from this severity on.")
    ] = "error",
) -> None:
    """Run the rules and fail when the labels are not fit for training. Writes no report."""
    from imbalance_audit.atomic import write_all
    from imbalance_audit.audit_file import dump_audit
    from imbalance_audit.report.terminal import render_findings

    if output_format == "json":
        text = dump_audit(audit)
    else:
        text = render_findings(audit, colour=output is None and colours(sys.stdout.isatty()))
    if output is None:
        sys.stdout.write(text)
    else:
        write_all({output: text.encode()})
        say(f"wrote {output}")
    if fail_on != "never" and audit.at_least(fail_on):
        raise typer.Exit(1)
