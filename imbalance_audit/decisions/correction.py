"""What training did to the logits, undone exactly: the inverse map of each loss whose minimiser tells the posterior.

A model that minimises its risk tells not η = p(class | x) but a known function of it. The maps are identities of the
population: a network that fits its training data exactly forgets its weights (Byrd & Lipton, ICML 2019), so look at the
calibration on held-out data after correcting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, assert_never

import numpy as np

from imbalance_audit.decisions import logit_formulas
from imbalance_audit.decisions.checked_arrays import checked_logits, refuse_lost_rows
from imbalance_audit.decisions.trainings import (
    FocalTraining,
    LabelFocalTraining,
    LabelTraining,
    LogitAdjustedTraining,
    PlainTraining,
    PolyTraining,
    SampledTraining,
    SmoothedTraining,
    WeightedTraining,
    class_vector,
)
from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError
from imbalance_audit.records import InverseMap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from imbalance_audit.decisions.trainings import LossTraining, Training, Vector


def inverse_map(training: Training, *, counts: Vector | None = None, classes: Sequence[str] = ()) -> InverseMap:
    """Return what undoes a training, for `correct`.

    With weights w, class shares π of the data and rows drawn by q, the minimiser v = softmax(z) tells η as each kind of
    training says. A binary model with one logit s has the logits (0, s).

    Args:
        training: How the model was trained.
        counts: Training instances, (C,): only a class without any may have the weight 0. None if they are not known.
        classes: The class names, for errors.

    Raises:
        OptionError: a number of the training is wrong, or it never saw a class of the data.

    >>> inverse = inverse_map(WeightedTraining([0.5, 2.0]))
    >>> np.exp(logit_formulas.log_softmax(correct([[0.0, 0.0]], inverse), np)).round(3).tolist()
    [[0.8, 0.2]]
    """
    if isinstance(training, LabelTraining | LabelFocalTraining):
        return _of_labels(training)
    inner = training.loss if isinstance(training, SampledTraining) else training
    smoothed = inner if isinstance(inner, SmoothedTraining) else SmoothedTraining(inner, 0.0)
    loss = _minimised(smoothed.loss)
    size = loss.weight.size
    n = None if counts is None else class_vector("count", counts, size=size)
    drawn = class_vector("draw", training.drawn if isinstance(training, SampledTraining) else np.ones(size), size=size)
    before, after = loss.moved, drawn * loss.weight
    if smoothed.label_smoothing and smoothed.by == "class":
        before, after = loss.moved * loss.weight, drawn
    return InverseMap(*_shifts(before, after, n, classes), loss.gamma, loss.epsilon, smoothed.label_smoothing)


def correct(logits: object, inverse: InverseMap, *, multilabel: bool = False) -> NDArray[np.float64]:
    """Return the logarithm of the data's posterior up to a constant, (N, C); of several labels its log odds.

    Raises:
        OptionError: the logits are not (N, C) over the map's classes, or hold NaN; or a row leaves only classes that
            the data do not have.

    >>> balanced = inverse_map(LogitAdjustedTraining([90, 10]))
    >>> log_odds = correct([[0.0, 0.0]], balanced)
    >>> np.exp(log_odds[0, 0] - log_odds[0, 1]).round(6).item()
    9.0
    """
    z = checked_logits(logits, size=len(inverse.after), multilabel=multilabel)
    before, after = np.asarray(inverse.before), np.asarray(inverse.after)
    with np.errstate(invalid="ignore"):
        found: NDArray[np.float64] = logit_formulas.corrected(z, inverse, before, after, multilabel=multilabel, xp=np)
    # The largest one is NaN where any is.
    top: NDArray[np.float64] = found.max(axis=1)
    lost = np.isnan(top)
    refuse_lost_rows(lost if multilabel else np.logical_or(lost, top == -np.inf))
    return found


class _Minimised(NamedTuple):
    """What a loss makes of the posterior: weighs it by class, moves its logits, bends it."""

    weight: NDArray[np.float64]
    moved: NDArray[np.float64]
    gamma: float = 0.0
    epsilon: float = 0.0


def _minimised(loss: LossTraining) -> _Minimised:
    match loss:
        case PlainTraining(size):
            return _Minimised(np.ones(size), np.ones(size))
        case LogitAdjustedTraining(counts, tau):
            n = class_vector("count", counts)
            return _Minimised(np.ones_like(n), np.maximum(n, 1.0) ** -tau)
        case WeightedTraining(weight):
            gamma, epsilon = 0.0, 0.0
        case FocalTraining(weight, gamma):
            epsilon = 0.0
        case PolyTraining(weight, epsilon):
            gamma = 0.0
        case _:
            assert_never(loss)
    w = class_vector("weight", weight)
    return _Minimised(w, np.ones_like(w), gamma, epsilon)


def _of_labels(training: LabelTraining | LabelFocalTraining) -> InverseMap:
    ratio, gamma = class_vector("pos_weight", training.pos_weight), 0.0
    if isinstance(training, LabelFocalTraining):
        gamma = training.gamma
        if training.alpha is not None:
            ratio = ratio * (training.alpha / (1 - training.alpha))
    if not (ratio > 0).all():
        message = "Expected positive weights above 0, got 0: training never saw that class. Leave the class out."
        raise OptionError(message)
    return InverseMap((0.0,) * len(ratio), tuple((-np.log(ratio)).tolist()), gamma)


def _shifts(
    before: NDArray[np.float64], after: NDArray[np.float64], counts: NDArray[np.float64] | None, classes: Sequence[str]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return -log of both, each around 0 over the classes that training saw; -∞ for a class that the data lack."""
    seen = (before > 0) & (after > 0)
    lost = ~seen if counts is None else ~seen & (counts > 0)
    if lost.any():
        at = int(np.argmax(lost))
        name = quoted(classes[at]) if classes else f"class {at}"
        message = (
            f"Expected training to have seen every class of the data, got weight 0 for {name}. Leave that class out."
        )
        raise OptionError(message)

    def shift(factor: NDArray[np.float64]) -> tuple[float, ...]:
        log = -np.log(np.where(seen, factor, 1.0))
        return tuple((np.where(seen, log - log[seen].mean(), -np.inf)).tolist())

    return shift(before), shift(after)
