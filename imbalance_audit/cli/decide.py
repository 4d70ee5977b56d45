"""`audit decide`: predictions on validation data → decision.json."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from imbalance_audit.cli.evaluate import Id, Label, Outputs, Positive, Scores, Target, Truth
from imbalance_audit.cli.options import Classes, Format, Header, OutputFormat, Separator, Split, class_names, given, say
from imbalance_audit.errors import OptionError
from imbalance_audit.records import ClassWeights, InverseMap
from imbalance_audit.records.metrics import DECISION_METRICS

Weights = Annotated[
    Path | None, typer.Option(help="Weight file of the training: what is undone, the class prior and the classes.")
]
Trained = Annotated[
    str | None,
    typer.Option(help="With --weights: weighted, logit-adjusted, focal, poly or unweighted, as our losses load it."),
]
Drawn = Annotated[str, typer.Option(help="How training drew its rows: data, balanced or weighted.")]
Smoothing = Annotated[str, typer.Option(help="Whose weight smoothed labels had: sample, or class as in torch.")]
LabelSmoothing = Annotated[float, typer.Option(help="ε of the labels in training.")]
Tau = Annotated[float, typer.Option("--trained-tau", help="τ of a logit-adjusted loss.")]
Gamma = Annotated[float, typer.Option(help="γ of a focal loss.")]
Alpha = Annotated[float | None, typer.Option(help="α of a sigmoid focal loss.")]
Epsilon = Annotated[float, typer.Option(help="ε₁ of a Poly-1 loss.")]


@dataclass(frozen=True)
class Training:
    """How the model was trained.

    Attributes:
        weights: The weight file's content; None where none was named.
        options: What goes to `inverse_map` besides.
    """

    weights: ClassWeights | None
    options: dict[str, Any]

    def inverse(self, classes: tuple[str, ...], *, multilabel: bool) -> tuple[InverseMap | None, ClassWeights | None]:
        """Return what undoes the training, and the file's numbers, in the order of these classes."""
        from imbalance_audit.decisions import inverse_map
        from imbalance_audit.decisions.applying import order_of

        if self.weights is None:
            return None, None
        if (self.weights.task == "multilabel") != multilabel:
            message = f"The weight file is of a {self.weights.task} task, the predictions are not. Name the right file."
            raise OptionError(message)
        order = order_of(self.weights.classes, classes)

        def taken(values: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
            return None if values is None else tuple(values[index] for index in order)

        weights = replace(
            self.weights,
            classes=classes,
            weight=taken(self.weights.weight) or (),
            counts=taken(self.weights.counts) or (),
            pos_weight=taken(self.weights.pos_weight),
        )
        inverse = inverse_map(
            weight=weights.weight,
            counts=weights.counts,
            pos_weight=weights.pos_weight,
            multilabel=multilabel,
            classes=classes,
            **self.options,
        )
        return inverse, weights


def training_of(
    weights: Weights = None,
    trained: Trained = None,
    drawn: Drawn = "data",
    label_smoothing: LabelSmoothing = 0.0,
    smoothing: Smoothing = "sample",
    trained_tau: Tau = 1.0,
    gamma: Gamma = 2.0,
    alpha: Alpha = None,
    epsilon: Epsilon = 1.0,
) -> Training:
    """Return how the model was trained, as the options say.

    Raises:
        OptionError: a weight file without how it was used, or the reverse.
        WeightFileError: the file cannot be read.
    """
    if (weights is None) != (trained is None):
        message = (
            "Give --weights and --trained together: the file tells the weights, and --trained whether the model was "
            "trained weighted, logit-adjusted, focal, poly or unweighted."
        )
        raise OptionError(message)
    options = {
        "trained": trained,
        "drawn": drawn,
        "label_smoothing": label_smoothing,
        "smoothing": smoothing,
        "tau": trained_tau,
        "gamma": gamma,
        "alpha": alpha,
        "epsilon": epsilon,
    }
    if weights is None:
        return Training(None, options)
    from imbalance_audit.files.weights import load_weights

    return Training(load_weights(weights), options)


@dataclass(frozen=True)
class Tune:
    """How a decision is tuned, before the classes are known."""

    options: dict[str, Any]
    costs: str | None
    target: str | None


def tune_by(
    metric: Annotated[
        str | None,
        typer.Option(
            help=f"One of {', '.join(DECISION_METRICS)}; expected_cost needs --costs; of two classes f_beta and the "
            "recall are the second one's. [default: macro_f1; expected_cost for costs]"
        ),
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(help="tau, offsets, thresholds or costs. [default: tau; thresholds for several labels]"),
    ] = None,
    beta: Annotated[float, typer.Option(help="β of f_beta.")] = 1.0,
    precision: Annotated[float, typer.Option(help="The precision of recall_at_precision.")] = 0.9,
    costs: Annotated[
        str | None, typer.Option(metavar="FILE", help="A CSV, class names as header and first column, rows = truth.")
    ] = None,
    calibrate: Annotated[str, typer.Option(help="First: none, temperature or bias-corrected.")] = "none",
    target: Target = None,
    one_standard_error: Annotated[
        bool, typer.Option("--one-standard-error", help="The least τ within a standard error of the best.")
    ] = False,
    folds: Annotated[int, typer.Option(help="Of the cross-validation that tells what to expect.")] = 5,
    seed: Annotated[int, typer.Option(help="Of the folds.")] = 0,
) -> Tune:
    """Return how to tune, as the options say."""
    options = {
        "metric": metric or ("expected_cost" if method == "costs" else "macro_f1"),
        "method": method,
        "beta": beta,
        "precision": precision,
        "calibrate": calibrate,
        "one_standard_error": one_standard_error,
        "folds": folds,
        "seed": seed,
    }
    return Tune(options, costs, target)


@dataclass(frozen=True)
class Reading:
    """How predictions are read: the options of `read_predictions`, but for the classes, which a file may tell."""

    options: dict[str, Any]
    classes: str | None


def reading_of(
    label: Label = None,
    scores: Scores = None,
    outputs: Outputs = None,
    classes: Classes = None,
    positive: Positive = None,
    id: Id = None,
    truth: Truth = None,
    split: Split = None,
    of_split: Annotated[str | None, typer.Option(help="Tune on this split only, such as val.")] = None,
    separator: Separator = None,
    format: Format = None,
    header: Header = True,
) -> Reading:
    """Return how to read predictions, as the options say."""
    options = {
        "label": label,
        "scores": scores,
        "outputs": outputs,
        "positive": positive,
        "id": id,
        "truth": truth,
        "split": split,
        "of_split": of_split,
        "separator": separator,
        "format": format,
        "header": header,
    }
    return Reading(options, classes)


@given(reading=reading_of, training=training_of, tune=tune_by)
def decide(
    predictions: Annotated[
        str, typer.Argument(metavar="PREDICTIONS", show_default=False, help="Validation rows: truth and logits.")
    ],
    reading: Reading,
    training: Training,
    tune: Tune,
    output: Annotated[Path, typer.Option("--output", "-o", help="The decision file.")] = Path("decision.json"),
    output_format: OutputFormat = "text",
) -> None:
    """Tune how logits become classes, on validation rows, and say what it is really worth."""
    from imbalance_audit.decisions import TuningPlan, tune_decision
    from imbalance_audit.decisions.applying import logits_of
    from imbalance_audit.files.decision import dump_decision, save_decision
    from imbalance_audit.predictions.prediction_options import PredictionOptions
    from imbalance_audit.predictions.reading import read_predictions
    from imbalance_audit.report.deciding import render_decision
    from imbalance_audit.weights import read_costs

    names = training.weights.classes if training.weights is not None else None
    if reading.classes is not None:
        names = tuple(class_names(reading.classes))
    found = read_predictions(predictions, PredictionOptions(classes=names, **reading.options))
    multilabel = found.task == "multilabel"
    inverse, weights = training.inverse(found.classes, multilabel=multilabel)
    method = tune.options["method"] or ("thresholds" if multilabel else "tau")
    decision = tune_decision(
        logits_of(found),
        found.truth,
        found.classes,
        TuningPlan(
            **{**tune.options, "method": method},
            costs=None if tune.costs is None else read_costs(tune.costs),
            prior=None if weights is None or multilabel else [max(n, 1) for n in weights.counts],
            target=_target(tune.target, found.classes, weights),
        ),
        multilabel=multilabel,
        correction=inverse,
        fingerprint=None if weights is None else weights.fingerprint,
    )
    decision = replace(decision, notes=(*found.notes, *decision.notes))
    save_decision(decision, output)
    sys.stdout.write(dump_decision(decision) if output_format == "json" else render_decision(decision))
    say(f"wrote {output}")


def _target(text: str | None, classes: tuple[str, ...], weights: ClassWeights | None) -> list[float] | None:
    from imbalance_audit.weights import read_prior
    from imbalance_audit.weights.target_prior import shares_of

    if text is None:
        return None
    if text == "uniform":
        return [1 / len(classes)] * len(classes)
    if text == "data":
        if weights is None:
            message = "--target data needs the training counts: give --weights and --trained."
            raise OptionError(message)
        return [float(n) for n in weights.counts]
    return list(shares_of(read_prior(text), classes, what="target prior"))
