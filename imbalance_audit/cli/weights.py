"""`audit weights`: counts → weights.pt, a comparison of all schemes, or a weight for each sample."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from imbalance_audit.cli.given import given
from imbalance_audit.cli.label_source import Read, read_of
from imbalance_audit.cli.outputs import Output, Plan, put_in_place, writing
from imbalance_audit.cli.progress import progress
from imbalance_audit.cli.streams import say
from imbalance_audit.cli.weighing_options import Weigh, weigh_by
from imbalance_audit.errors import OptionError
from imbalance_audit.files.own_kinds import ID_TABLE, SAMPLE_WEIGHT_TABLE, WEIGHT_FILE
from imbalance_audit.records import ClassWeights


def _plan(
    sources: list[str],
    classes: str | None,
    config: Path | None,
    prior: str | None,
    costs: str | None,
    output: Path,
    compare: bool,
    per_sample: Path | None,
    keep_id_state: Path | None,
) -> Plan:
    """Return what weighing reads and writes."""
    return Plan(
        reads=(
            ("SOURCE", sources),
            ("--classes", classes),
            ("--config", config),
            ("--prior", prior),
            ("--costs", costs),
        ),
        writes=(
            Output("--output", None if compare else output, WEIGHT_FILE),
            Output("--per-sample", None if compare else per_sample, SAMPLE_WEIGHT_TABLE),
            Output("--keep-id-state", keep_id_state, ID_TABLE),
        ),
    )


@writing(_plan)
@given(found=read_of, weigh=weigh_by)
def weights(
    found: Read,
    weigh: Weigh,
    output: Annotated[Path, typer.Option("--output", "-o", help="The weight file.")] = Path("weights.pt"),
    of_split: Annotated[
        str | None, typer.Option(help="The split to weigh. [default: train, or all rows without one]")
    ] = None,
    all_rows: Annotated[
        bool, typer.Option("--all-rows", help="Weigh all rows, also where there is a train split.")
    ] = False,
    compare: Annotated[
        bool, typer.Option("--compare", help="Print all schemes side by side and what to prefer; write nothing.")
    ] = False,
    per_sample: Annotated[
        Path | None, typer.Option(help="Also write a parquet file of id and weight, a row a sample. Needs --id.")
    ] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="Samples in a batch, for the figures.")] = 128,
) -> None:
    """Turn the class counts of a source, or of an audit.json, into a weight file for training code."""
    from imbalance_audit.advice.scheme_comparison import compare_schemes
    from imbalance_audit.weights import diagnose

    if compare:
        from imbalance_audit.report.weights.scheme_table import render_comparison

        compared = compare_schemes(
            found.audit, split=of_split, all_rows=all_rows, batch=batch_size, **weigh.materials()
        )
        put_in_place()
        sys.stdout.write(render_comparison(compared))
        return
    from imbalance_audit.report.weights.weights_terminal import render_weights

    weighed = weigh(found.audit, split=of_split, all_rows=all_rows)
    if per_sample is not None:
        _write_samples(found, weighed, per_sample)
    weighed.save(output)
    put_in_place()
    sys.stdout.write(render_weights(weighed, diagnose(weighed, batch=batch_size)))
    for path in (output, per_sample):
        if path is not None:
            say(f"wrote {path}")


def _write_samples(found: Read, weighed: ClassWeights, path: Path) -> None:
    from imbalance_audit.exports.sample_weight_table import write_sample_weights

    if found.labels is None:
        message = "An audit.json holds counts and no rows: --per-sample needs the source itself, and --id."
        raise OptionError(message)
    with progress() as shown:
        shown.doing("weighing samples")
        write_sample_weights(weighed, found.labels, path)
