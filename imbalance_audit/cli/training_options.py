"""The options that say how a model was trained, which `audit decide` undoes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from imbalance_audit.errors import OptionError
from imbalance_audit.records import ClassWeights

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
class TrainingOptions:
    """How the model was trained.

    Attributes:
        weights: The weight file's content; None where none was named.
        options: How it was used: what `NamedTraining` takes.
    """

    weights: ClassWeights | None
    options: dict[str, Any]


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
) -> TrainingOptions:
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
        return TrainingOptions(None, options)
    from imbalance_audit.files.weights import load_weights

    return TrainingOptions(load_weights(weights), options)
