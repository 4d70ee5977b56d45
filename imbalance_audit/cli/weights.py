"""`audit weights`: counts → weights.pt."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from imbalance_audit.cli.options import Weigh, audit_of, given, say, weigh_by
from imbalance_audit.records import Audit


@given(audit=audit_of, weigh=weigh_by)
def weights(
    audit: Audit,
    weigh: Weigh,
    output: Annotated[Path, typer.Option("--output", "-o", help="The weight file.")] = Path("weights.pt"),
    of_split: Annotated[
        str | None, typer.Option(help="The split to weigh. [default: train, or all rows without one]")
    ] = None,
    all_rows: Annotated[
        bool, typer.Option("--all-rows", help="Weigh all rows, also where there is a train split.")
    ] = False,
) -> None:
    """Turn the class counts of a source, or of an audit.json, into a weight file for training code."""
    from imbalance_audit.report.weight_table import render_weights

    weighed = weigh(audit, split=of_split, all_rows=all_rows)
    weighed.save(output)
    sys.stdout.write(render_weights(weighed))
    say(f"wrote {output}")
