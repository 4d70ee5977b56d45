"""The kinds of training whose minimiser tells the posterior, each with exactly the numbers that undo it.

One class a target: a loss, its labels perhaps smoothed, its rows perhaps sampled:
`SampledTraining(SmoothedTraining(FocalTraining(weight), 0.1), drawn)`. Several labels a sample: a loss for each label.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from imbalance_audit.errors import OptionError, refuse_unknown

Smoothed = Literal["sample", "class"]
Vector = Sequence[float] | NDArray[np.float64]

_FROM_TO = {
    "size": (1.0, np.inf),
    "tau": (0.0, np.inf),
    "gamma": (0.0, np.inf),
    "epsilon": (-1.0, np.inf),
    "label_smoothing": (0.0, 1.0),
    "alpha": (float(np.nextafter(0.0, 1.0)), 1.0),
}


@dataclass(frozen=True)
class PlainTraining:
    """A plain cross-entropy: v = η. Of several labels likewise.

    Attributes:
        size: How many classes there are.

    >>> from imbalance_audit.decisions import inverse_map
    >>> inverse_map(PlainTraining(2)).smoothing
    0.0
    """

    size: int

    def __post_init__(self) -> None:
        refuse_numbers(size=self.size)


@dataclass(frozen=True)
class WeightedTraining:
    """A cross-entropy with weights w: v ∝ w·η (Elkan, IJCAI 2001).

    Attributes:
        weight: w, (C,).

    >>> from imbalance_audit.decisions import inverse_map
    >>> inverse_map(WeightedTraining([1.0, 4.0])).after
    (0.6931471805599453, -0.6931471805599453)
    """

    weight: Vector


@dataclass(frozen=True)
class LogitAdjustedTraining:
    """A cross-entropy of logits moved by the class shares π: softmax(z + τ·log π) = η (Menon et al., ICLR 2021).

    Attributes:
        counts: Training instances, (C,): π, where a class without any counts as one with one.
        tau: τ; 1 is Balanced Softmax.

    >>> from imbalance_audit.decisions import inverse_map
    >>> [round(shift, 3) for shift in inverse_map(LogitAdjustedTraining([8, 2])).before]
    [0.693, -0.693]
    """

    counts: Vector
    tau: float = 1.0

    def __post_init__(self) -> None:
        refuse_numbers(tau=self.tau)


@dataclass(frozen=True)
class FocalTraining:
    """A weighted focal loss: h(v) ∝ w·η (Charoenphakdee et al., CVPR 2021).

    Attributes:
        weight: w, (C,).
        gamma: γ.

    >>> from imbalance_audit.decisions import inverse_map
    >>> inverse_map(FocalTraining([1.0, 4.0], gamma=1.0)).gamma
    1.0
    """

    weight: Vector
    gamma: float = 2.0

    def __post_init__(self) -> None:
        refuse_numbers(gamma=self.gamma)


@dataclass(frozen=True)
class PolyTraining:
    """A weighted Poly-1 loss: v/(1 + ε₁·v) ∝ w·η, from the stationary point.

    Attributes:
        weight: w, (C,).
        epsilon: ε₁.

    >>> from imbalance_audit.decisions import inverse_map
    >>> inverse_map(PolyTraining([1.0, 4.0])).epsilon
    1.0
    """

    weight: Vector
    epsilon: float = 1.0

    def __post_init__(self) -> None:
        refuse_numbers(epsilon=self.epsilon)


LossTraining = PlainTraining | WeightedTraining | LogitAdjustedTraining | FocalTraining | PolyTraining


@dataclass(frozen=True)
class SmoothedTraining:
    """A loss on smoothed labels: its map gives (1-ε)·η̃ + ε/C instead of η.

    Attributes:
        loss: Which loss.
        label_smoothing: ε, from 0 to below 1.
        by: Whose weight a smoothed label has. `sample`, our losses' default: η̃ ∝ w·η. `class`, as torch smooths, where
            the weights come after it: v ∝ w·[(1-ε)·η + ε/C].

    >>> from imbalance_audit.decisions import inverse_map
    >>> inverse_map(SmoothedTraining(WeightedTraining([1.0, 4.0]), 0.1)).smoothing
    0.1
    """

    loss: LossTraining
    label_smoothing: float
    by: Smoothed = "sample"

    def __post_init__(self) -> None:
        refuse_unknown("smoothing", self.by, get_args(Smoothed))
        refuse_numbers(label_smoothing=self.label_smoothing)


@dataclass(frozen=True)
class SampledTraining:
    """A loss on rows that were drawn by class: η·q/π in place of η.

    Attributes:
        loss: Which loss.
        drawn: q/π up to scale, (C,): how often a row of each class was drawn. That of a sampler by weights is w.

    >>> from imbalance_audit.decisions import inverse_map
    >>> [round(shift, 3) for shift in inverse_map(SampledTraining(PlainTraining(2), [1.0, 4.0])).after]
    [0.693, -0.693]
    """

    loss: LossTraining | SmoothedTraining
    drawn: Vector

    @classmethod
    def balanced(cls, loss: LossTraining | SmoothedTraining, counts: Vector) -> Self:
        """Return a training that drew every class as often, whose instances these are."""
        return cls(loss, 1 / np.maximum(class_vector("count", counts), 1.0))


@dataclass(frozen=True)
class LabelTraining:
    """Of several labels each a task of its own, with a weight for its positives: σ(s) has the odds ρ·η/(1-η).

    Attributes:
        pos_weight: ρ, (C,).

    >>> from imbalance_audit.decisions import inverse_map
    >>> inverse_map(LabelTraining([9.0, 1.0])).before
    (0.0, 0.0)
    """

    pos_weight: Vector


@dataclass(frozen=True)
class LabelFocalTraining:
    """Likewise with a sigmoid focal loss, whose α multiplies the odds by α/(1-α).

    Attributes:
        pos_weight: ρ, (C,).
        gamma: γ.
        alpha: α; None for none.

    >>> from imbalance_audit.decisions import inverse_map
    >>> inverse_map(LabelFocalTraining([9.0, 1.0], gamma=1.0)).gamma
    1.0
    """

    pos_weight: Vector
    gamma: float = 2.0
    alpha: float | None = None

    def __post_init__(self) -> None:
        refuse_numbers(gamma=self.gamma, alpha=self.alpha)


Training = LossTraining | SmoothedTraining | SampledTraining | LabelTraining | LabelFocalTraining


def refuse_numbers(**given: float | None) -> None:
    """Raise where a number of a training is outside its range.

    Raises:
        OptionError: there is one.
    """
    for name, value in given.items():
        least, top = _FROM_TO[name]
        if value is not None and not least <= value < top:  # also true of NaN
            message = f"{name} is a number from {least:.2g} to below {top:g}, got {value}."
            raise OptionError(message)


def class_vector(what: str, values: Vector, *, size: int | None = None) -> NDArray[np.float64]:
    """Return float64 (C,).

    Raises:
        OptionError: they are not one finite number from 0 up for each class, or all 0.
    """
    vector = np.asarray(values, dtype=np.float64)
    fits = vector.ndim == 1 and vector.size > 0 and bool(np.isfinite(vector).all()) and bool((vector >= 0).all())
    if not fits or not vector.any() or (size is not None and vector.size != size):
        message = f"Expected one finite {what} from 0 up for each class and not only 0, got others. Give a vector."
        raise OptionError(message)
    return vector
