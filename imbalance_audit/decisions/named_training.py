"""A training as options name it, with the numbers of its weight file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, assert_never, get_args

from imbalance_audit.decisions.trainings import (
    FocalTraining,
    LabelFocalTraining,
    LabelTraining,
    LogitAdjustedTraining,
    PlainTraining,
    PolyTraining,
    SampledTraining,
    Smoothed,
    SmoothedTraining,
    WeightedTraining,
    refuse_numbers,
)
from imbalance_audit.errors import OptionError, refuse_unknown

if TYPE_CHECKING:
    from imbalance_audit.decisions.trainings import LossTraining, Training, Vector

Trained = Literal["unweighted", "weighted", "logit-adjusted", "focal", "poly"]
Drawn = Literal["data", "balanced", "weighted"]

_OTHERS = "Calibrate on held-out rows instead (trained unweighted, with temperature or bias-corrected scaling)."
NO_INVERSE = {
    "ldam": "its margin depends on the class of the row, so the minimiser is no function of the posterior alone",
    "gcl": "it perturbs the logits at random, and its margin depends on the class of the row",
    "seesaw": "its logits depend on the class of the row and on the state of training",
    "asymmetric": "negatives below its margin cost nothing, so different posteriors have the same minimiser",
    "equalization": "its weights depend on the gradients that training happened to see",
    "vector-scaling": "it scales the logits of each class besides, which no shift undoes",
    "class-balanced-focal": "its sigmoids are no softmax",
}
"""Losses without an inverse map here, and why."""


@dataclass(frozen=True)
class FileNumbers:
    """What a weight file tells of a training, in the order of the logits.

    Attributes:
        weight: w, (C,).
        counts: Training instances, (C,).
        pos_weight: ρ, (C,), of several labels.
        multilabel: A sample may have several labels.
    """

    weight: Vector
    counts: Vector
    pos_weight: Vector | None = None
    multilabel: bool = False


@dataclass(frozen=True)
class NamedTraining:
    """How a model was trained with a weight file. What its loss does not take is left unheeded.

    Attributes:
        trained: With what: the losses of `imbalance_audit.training` as they load a weight file.
        drawn: `data`: every row as often. `balanced`: each class as often. `weighted`: by the file's weights.
        label_smoothing: ε of the labels.
        smoothing: Whose weight smoothed labels had: `sample` or `class`.
        tau: τ of `logit-adjusted`.
        gamma: γ of `focal`.
        alpha: α of a sigmoid focal loss; None for none.
        epsilon: ε₁ of `poly`.
    """

    trained: Trained = "weighted"
    drawn: Drawn = "data"
    label_smoothing: float = 0.0
    smoothing: Smoothed = "sample"
    tau: float = 1.0
    gamma: float = 2.0
    alpha: float | None = None
    epsilon: float = 1.0

    def __post_init__(self) -> None:
        if self.trained in NO_INVERSE:
            message = f"What {self.trained} did has no inverse map: {NO_INVERSE[self.trained]}. {_OTHERS}"
            raise OptionError(message)
        refuse_unknown("trained", self.trained, get_args(Trained))
        refuse_unknown("drawn", self.drawn, get_args(Drawn))
        refuse_unknown("smoothing", self.smoothing, get_args(Smoothed))
        refuse_numbers(label_smoothing=self.label_smoothing, tau=self.tau, gamma=self.gamma, alpha=self.alpha)
        refuse_numbers(epsilon=self.epsilon)

    def with_numbers(self, file: FileNumbers) -> Training:
        """Return the training with the numbers of its file.

        Raises:
            OptionError: of several labels the training has no inverse map, or the file has no `pos_weight`.
        """
        if file.multilabel:
            return self._of_labels(file.pos_weight)
        loss = self._loss(file)
        smoothed = SmoothedTraining(loss, self.label_smoothing, self.smoothing) if self.label_smoothing else loss
        match self.drawn:
            case "data":
                return smoothed
            case "balanced":
                return SampledTraining.balanced(smoothed, file.counts)
            case "weighted":
                return SampledTraining(smoothed, file.weight)
        assert_never(self.drawn)

    def _loss(self, file: FileNumbers) -> LossTraining:
        match self.trained:
            case "unweighted":
                return PlainTraining(len(file.weight))
            case "weighted":
                return WeightedTraining(file.weight)
            case "logit-adjusted":
                return LogitAdjustedTraining(file.counts, self.tau)
            case "focal":
                return FocalTraining(file.weight, self.gamma)
            case "poly":
                return PolyTraining(file.weight, self.epsilon)
        assert_never(self.trained)

    def _of_labels(self, pos_weight: Vector | None) -> Training:
        if self.trained in ("logit-adjusted", "poly") or self.drawn != "data" or self.label_smoothing:
            message = (
                "Expected a training of several labels to be unweighted, weighted or focal, with every row as often "
                f"and without label smoothing, got {self.trained} and rows drawn by {self.drawn}. {_OTHERS}"
            )
            raise OptionError(message)
        if pos_weight is None:
            message = "Training of several labels is undone by its pos_weight. Give it, or a file of a multilabel task."
            raise OptionError(message)
        if self.trained == "unweighted":
            return PlainTraining(len(pos_weight))
        if self.trained == "weighted":
            return LabelTraining(pos_weight)
        return LabelFocalTraining(pos_weight, self.gamma, self.alpha)
