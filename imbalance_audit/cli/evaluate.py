"""`audit evaluate`: predictions → evaluation.json, a report, and a gate."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from imbalance_audit.cli.options import (
    Classes,
    Format,
    Group,
    Header,
    OutputFormat,
    Separator,
    Split,
    class_names,
    colours,
    say,
)
from imbalance_audit.display import plain
from imbalance_audit.errors import OptionError
from imbalance_audit.records import Decision, Evaluation

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
Label = Annotated[
    str | None, typer.Option(help="Column of the truth, or 'label_*' for one-hot columns. [default: by its usual name]")
]
Prediction = Annotated[str | None, typer.Option(help="Column of predicted classes.")]
Scores = Annotated[
    str | None,
    typer.Option(help="Scores: 'prob_*' for a column a class, or a column of lists, or of the positive class."),
]
Outputs = Annotated[
    Literal["logits", "probabilities", "scores"] | None,
    typer.Option(help="What the scores are, where their name does not tell."),
]
Positive = Annotated[str | None, typer.Option(help="Which of two classes one column of scores is of.")]
Id = Annotated[str | None, typer.Option(help="Column of ids, by which runs, and --truth, are matched.")]
OfSplit = Annotated[str | None, typer.Option(help="Judge this split only.")]
Truth = Annotated[Path | None, typer.Option(help="A label table that holds the truth, matched by --id.")]
Weights = Annotated[Path | None, typer.Option(help="The weight file of the training: its classes and counts.")]
Audited = Annotated[Path | None, typer.Option("--audit", help="The audit.json of the training data instead.")]
Target = Annotated[
    str | None,
    typer.Option(
        metavar="data|uniform|FILE|a=0.5,b=0.5",
        help="Class shares under which probabilities and costs are judged; data: those of the training rows.",
    ),
]
Costs = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="What errors cost: a CSV, class names as header and first column, rows = truth."),
]
Regions = Annotated[
    str | None,
    typer.Option(
        metavar="HEAD,FEW", help="More training rows than HEAD are head, fewer than FEW few. [default: 100,20]"
    ),
]
Require = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CONDITION", help="Exit with 1 unless it holds: 'macro_f1>=0.7', 'recall[fox]>=0.5'. Repeatable."
    ),
]


def evaluate(
    predictions: Predictions = None,
    run: Runs = None,
    decision: Decisions = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the report. [default: reports/NAME]")] = None,
    json: Annotated[str | None, typer.Option(help="Write only the JSON, there (- for stdout).")] = None,
    output_format: OutputFormat = "text",
    require: Require = None,
    label: Label = None,
    prediction: Prediction = None,
    scores: Scores = None,
    outputs: Outputs = None,
    positive: Positive = None,
    classes: Classes = None,
    weights: Weights = None,
    audit: Audited = None,
    id: Id = None,
    truth: Truth = None,
    group: Group = None,
    split: Split = None,
    of_split: OfSplit = None,
    separator: Separator = None,
    format: Format = None,
    header: Header = True,
    costs: Costs = None,
    target: Target = None,
    regions: Regions = None,
    confidence: Annotated[float, typer.Option(help="Level of the intervals.")] = 0.95,
    resamples: Annotated[int, typer.Option(min=1, help="Resamples of the bootstrap.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the bootstrap.")] = 0,
) -> None:
    """Judge predictions class by class, with intervals, compare runs on the same rows, and gate on the figures."""
    columns: dict[str, Any] = {
        "label": label,
        "prediction": prediction,
        "scores": scores,
        "outputs": outputs,
        "positive": positive,
        "id": id,
        "truth": truth,
        "group": group,
        "split": split,
        "of_split": of_split,
        "separator": separator,
        "format": format,
    }
    given = _runs(predictions, run)
    if (finished := _finished(given)) is not None:
        if not header or any(
            value is not None
            for value in (decision, classes, weights, audit, costs, target, regions, *columns.values())
        ):
            message = f"{plain(str(finished))} is an evaluation, its rows are judged. Of the options, --require counts."
            raise OptionError(message)
        evaluation, folder = _again(finished, require or ()), finished.parent
    else:
        from imbalance_audit.evaluation.evaluating import evaluate as evaluate_runs

        names = None if classes is None else class_names(classes)
        evaluation = evaluate_runs(
            given,
            decision=_decisions(decision or ()),
            classes=names,
            require=require or (),
            confidence=confidence,
            resamples=resamples,
            seed=seed,
            header=header,
            **_loaded(weights, audit, costs, target, regions),
            **columns,
        )
        folder = Path("reports") / _name(given)
    _tell(evaluation, out or folder, json, output_format)
    if not all(one.met for one in evaluation.requirements):
        raise typer.Exit(1)


def _tell(evaluation: Evaluation, folder: Path, json: str | None, output_format: str) -> None:
    from imbalance_audit.files.evaluation import dump_evaluation, save_evaluation

    written: list[Path] = []
    if json is None:
        from imbalance_audit.publishing import publish_evaluation

        written = publish_evaluation(evaluation, folder, command=shlex.join(["audit", *sys.argv[1:]]))
    elif json != "-":
        save_evaluation(evaluation, json)
        written = [Path(json)]
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


def _runs(predictions: str | None, run: list[str] | None) -> dict[str, Path]:
    """Return run → file."""
    if (predictions is None) == (not run):
        message = (
            "Expected one table of predictions, or several runs: audit evaluate --run a=a.parquet --run b=b.parquet."
        )
        raise OptionError(message)
    found: dict[str, Path] = {}
    for text in [predictions] if predictions is not None else run or ():
        name, equals, path = text.partition("=") if predictions is None else ("", "", text)
        file = Path(path if equals else text)
        name = name if equals else file.name.split(".")[0] or "run"
        if not name or not str(file) or name in found:
            message = f"Expected --run NAME=FILE with a name of its own for each run, got {plain(text)[:200]}."
            raise OptionError(message)
        found[name] = file
    return found


def _decisions(texts: Sequence[str]) -> Decision | dict[str, Decision] | None:
    """Return the decision of every run, or run → decision."""
    from imbalance_audit.files.decision import load_decision

    files: dict[str, str] = {}
    for text in texts:
        name, equals, path = text.partition("=") if "=" in text else ("", "", text)
        if not path or (equals and not name) or name in files:
            message = f"Expected --decision FILE, or NAME=FILE once for a run, got {plain(text)[:200]}."
            raise OptionError(message)
        files[name] = path
    if "" in files and len(files) > 1:
        message = "Expected one --decision FILE for every run, or NAME=FILE for single ones, got both."
        raise OptionError(message)
    found = {name: load_decision(path) for name, path in files.items()}
    return found.get("", found or None)


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


def _loaded(
    weights: Path | None, audit: Path | None, costs: str | None, target: str | None, regions: str | None
) -> dict[str, Any]:
    """Return what the rows are judged by, read from where the options say."""
    found: dict[str, Any] = {}
    if weights is not None:
        from imbalance_audit.files.weights import load_weights

        found["weights"] = load_weights(weights)
    if audit is not None:
        from imbalance_audit.files.audit import load_audit

        found["audit"] = load_audit(audit)
    if costs is not None or target is not None:
        from imbalance_audit.weights import read_costs, read_prior

        found["costs"] = None if costs is None else read_costs(costs)
        found["target"] = target if target in (None, "data", "uniform") else read_prior(target)
    if regions is not None:
        found["regions"] = _bounds(regions)
    return found


def _bounds(text: str) -> tuple[int, int]:
    try:
        head, few = (int(part) for part in text.split(","))
    except ValueError as error:
        message = f"Expected --regions HEAD,FEW, such as 100,20, got {plain(text)[:80]}."
        raise OptionError(message) from error
    return head, few


def _name(given: dict[str, Path]) -> str:
    """Name the report after the one file, or after the runs."""
    first = next(iter(given.values()))
    name = first.name.split(".")[0] if len(given) == 1 else "-".join(given)
    return _NO_NAME.sub("_", name).strip("._")[:100] or "evaluation"
