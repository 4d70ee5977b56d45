"""`audit evaluate`: predictions → evaluation.json, a report, and a gate."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from imbalance_audit.cli.common_options import OutputFormat
from imbalance_audit.cli.declared_options import options_of
from imbalance_audit.cli.given import given
from imbalance_audit.cli.judging_options import judged_by
from imbalance_audit.cli.named_files import decisions_of, runs_of
from imbalance_audit.cli.outputs import Output, Plan, put_in_place, report_in, writing
from imbalance_audit.cli.streams import colours, say
from imbalance_audit.display import plain
from imbalance_audit.errors import OptionError
from imbalance_audit.files.own_kinds import EVALUATION_FILE, REPORT_PAGE, REPORT_TEXT
from imbalance_audit.predictions.prediction_options import PredictionOptions
from imbalance_audit.records import Evaluation

_NO_NAME = re.compile(r"[^\w.-]+")

Predictions = Annotated[
    str | None,
    typer.Argument(
        metavar="[PREDICTIONS]", show_default=False, help="A table of labels and predictions, or an evaluation.json."
    ),
]
Runs = Annotated[
    list[str] | None,
    typer.Option("--run", metavar="NAME=FILE", help="One of several runs on the same rows; the first is the baseline."),
]
Decisions = Annotated[
    list[str] | None,
    typer.Option(
        "--decision",
        metavar="[NAME=]FILE",
        help="The decision.json of `audit decide` that makes classes of the scores: of every run, or of one. "
        "Repeatable.",
    ),
]
Require = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CONDITION", help="Exit with 1 unless it holds: 'macro_f1>=0.7', 'recall[fox]>=0.5'. Repeatable."
    ),
]


def _plan(
    predictions: str | None,
    run: list[str] | None,
    decision: list[str] | None,
    weights: Path | None,
    audit: Path | None,
    truth: Path | None,
    costs: str | None,
    target: str | None,
    classes: str | None,
    out: Path | None,
    json: str | None,
) -> Plan:
    """Return what an evaluation reads and writes."""
    report = (("report.html", REPORT_PAGE), ("report.md", REPORT_TEXT), ("evaluation.json", EVALUATION_FILE))
    return Plan(
        reads=(
            ("PREDICTIONS", predictions),
            ("--run", [text.partition("=")[2] or text for text in run or ()]),
            ("--decision", [text.partition("=")[2] or text for text in decision or ()]),
            ("--weights", weights),
            ("--audit", audit),
            ("--truth", truth),
            ("--costs", costs),
            ("--target", target),
            ("--classes", classes),
        ),
        writes=(
            *(report_in("--out", out, *report) if json is None else ()),
            Output("--json", json, EVALUATION_FILE, printable=True),
        ),
    )


@writing(_plan)
@given(reading=options_of(PredictionOptions), judging=judged_by)
def evaluate(
    *,
    predictions: Predictions = None,
    run: Runs = None,
    decision: Decisions = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the report. [default: reports/NAME]")] = None,
    json: Annotated[str | None, typer.Option(help="Write only the JSON, there (- for stdout).")] = None,
    output_format: OutputFormat = "text",
    require: Require = None,
    reading: PredictionOptions,
    judging: dict[str, Any],
    confidence: Annotated[float, typer.Option(help="Level of the intervals.")] = 0.95,
    resamples: Annotated[int, typer.Option(min=1, help="Resamples of the bootstrap.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the bootstrap.")] = 0,
) -> None:
    """Judge predictions class by class, with intervals, compare runs on the same rows, and gate on the figures."""
    files = runs_of(predictions, run)
    if (finished := _finished(files)) is not None:
        if decision or judging or reading != PredictionOptions():
            message = f"{plain(str(finished))} is an evaluation, its rows are judged. Of the options, --require counts."
            raise OptionError(message)
        evaluation, folder = _again(finished, require or ()), finished.parent
    else:
        from imbalance_audit.evaluation.evaluating import evaluate as evaluate_runs

        evaluation = evaluate_runs(
            files,
            decision=decisions_of(decision or ()),
            require=require or (),
            confidence=confidence,
            resamples=resamples,
            seed=seed,
            **judging,
            **vars(reading),
        )
        folder = Path("reports") / _name(files)
    _tell(evaluation, out or folder, json, output_format, report_only=finished is not None and out is None)
    if not all(one.met for one in evaluation.requirements):
        raise typer.Exit(1)


def _tell(evaluation: Evaluation, folder: Path, json: str | None, output_format: str, *, report_only: bool) -> None:
    from imbalance_audit.files.evaluation import dump_evaluation, save_evaluation

    written: list[Path] = []
    if json is None:
        from imbalance_audit.publishing import publish_evaluation

        command = shlex.join(["audit", *sys.argv[1:]])
        written = publish_evaluation(evaluation, folder, command=command, report_only=report_only)
    elif json != "-":
        save_evaluation(evaluation, json)
        written = [Path(json)]
    put_in_place()
    if json == "-" or output_format == "json":
        sys.stdout.write(dump_evaluation(evaluation))
    else:
        from imbalance_audit.report.evaluation.evaluation_terminal import render_evaluation_summary

        sys.stdout.write(render_evaluation_summary(evaluation, colour=colours(sys.stdout.isatty())))
    for path in written:
        say(f"wrote {path}")
    for one in evaluation.requirements:
        if not one.met:
            observed = "not defined" if one.observed is None else f"{one.observed:.6g}"
            say(f"not met by {one.run}: {one.text} (it is {observed})")


def _finished(given: dict[str, Path]) -> Path | None:
    """Return the evaluation.json that is to be shown again; None for predictions."""
    from imbalance_audit.files.evaluation import EVALUATION

    first = next(iter(given.values()))
    return first if len(given) == 1 and first.suffix == ".json" and EVALUATION.says(first) else None


def _again(path: Path, require: Sequence[str]) -> Evaluation:
    """Return a finished evaluation, with these requirements where there are any."""
    from dataclasses import replace

    from imbalance_audit.evaluation.requirements import judge, parse
    from imbalance_audit.files.evaluation import load_evaluation

    found = load_evaluation(path)
    if not require:
        return found
    conditions = [parse(text, found.classes, [run.name for run in found.runs]) for text in require]
    return replace(found, requirements=tuple(one for each in conditions for one in judge(each, found.runs)))


def _name(given: dict[str, Path]) -> str:
    """Name the report after the one file, or after the runs."""
    first = next(iter(given.values()))
    name = first.name.split(".")[0] if len(given) == 1 else "-".join(given)
    return _NO_NAME.sub("_", name).strip("._")[:100] or "evaluation"
