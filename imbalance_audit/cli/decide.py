"""`audit decide`: predictions on validation data → decision.json."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from imbalance_audit.cli.common_options import OutputFormat
from imbalance_audit.cli.declared_options import options_of
from imbalance_audit.cli.given import given
from imbalance_audit.cli.outputs import STDOUT, Output, Plan, put_in_place, writing
from imbalance_audit.cli.streams import say
from imbalance_audit.cli.training_options import TrainingOptions, training_of
from imbalance_audit.cli.tuning_options import Tune, tune_by
from imbalance_audit.files.own_kinds import DECISION_FILE
from imbalance_audit.predictions.prediction_options import PredictionOptions


def _plan(
    predictions: str,
    truth: Path | None,
    weights: Path | None,
    costs: str | None,
    target: str | None,
    classes: str | None,
    output: Path,
) -> Plan:
    """Return what deciding reads and writes."""
    return Plan(
        reads=(
            ("PREDICTIONS", predictions),
            ("--truth", truth),
            ("--weights", weights),
            ("--costs", costs),
            ("--target", target),
            ("--classes", classes),
        ),
        writes=(Output("--output", output, DECISION_FILE, printable=True),),
    )


@writing(_plan)
@given(
    reading=options_of(
        PredictionOptions, without=("prediction", "group"), told={"of_split": "Tune on this split only, such as val."}
    ),
    training=training_of,
    tune=tune_by,
)
def decide(
    predictions: Annotated[
        str, typer.Argument(metavar="PREDICTIONS", show_default=False, help="Validation rows: truth and logits.")
    ],
    reading: PredictionOptions,
    training: TrainingOptions,
    tune: Tune,
    output: Annotated[Path, typer.Option("--output", "-o", help="The decision file.")] = Path("decision.json"),
    output_format: OutputFormat = "text",
) -> None:
    """Tune how logits become classes, on validation rows, and say what it is really worth."""
    from imbalance_audit.decisions.from_predictions import decision_from
    from imbalance_audit.files.decision import dump_decision, save_decision
    from imbalance_audit.predictions.reading import read_predictions
    from imbalance_audit.report.decision import render_decision

    if reading.classes is None and training.weights is not None:
        reading = replace(reading, classes=training.weights.classes)
    found = read_predictions(predictions, reading)
    decision = decision_from(
        found,
        tune.plan(several=found.task == "multilabel"),
        weights=training.weights,
        training=training.options,
        target=tune.target,
    )
    printed = str(output) == STDOUT
    if not printed:
        save_decision(decision, output)
        put_in_place()
    sys.stdout.write(dump_decision(decision) if printed or output_format == "json" else render_decision(decision))
    if not printed:
        say(f"wrote {output}")
