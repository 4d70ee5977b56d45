"""What training did to the logits, undone exactly: the inverse map of each loss whose minimiser tells the posterior.

A model that minimises its risk tells not η = p(class | x) but a known function of it. The maps are identities of the
population: a network that fits its training data exactly forgets its weights (Byrd & Lipton, ICML 2019), so look at the
calibration on held-out data after correcting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from imbalance_audit.decisions import logit_formulas
from imbalance_audit.decisions.checked_arrays import checked_logits, refuse_lost_rows
from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError, did_you_mean
from imbalance_audit.records import InverseMap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Trained = Literal["unweighted", "weighted", "logit-adjusted", "focal", "poly"]
Drawn = Literal["data", "balanced", "weighted"]
Smoothed = Literal["sample", "class"]

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


def inverse_map(
    *,
    trained: Trained = "weighted",
    weight: Sequence[float] | NDArray[np.float64] | None = None,
    counts: Sequence[float] | NDArray[np.float64] | None = None,
    pos_weight: Sequence[float] | NDArray[np.float64] | None = None,
    multilabel: bool = False,
    drawn: Drawn = "data",
    tau: float = 1.0,
    gamma: float = 2.0,
    alpha: float | None = None,
    epsilon: float = 1.0,
    label_smoothing: float = 0.0,
    smoothing: Smoothed = "sample",
    classes: Sequence[str] = (),
) -> InverseMap:
    """Return what undoes a training, for `correct`.

    With weights w, class shares π of the data and rows drawn by q, the minimiser v = softmax(z) tells η:

    - `weighted`: v ∝ w·η (Elkan, IJCAI 2001). `unweighted`: v = η.
    - `logit-adjusted`: softmax(z + τ·log π) = η (Menon et al., ICLR 2021); τ = 1 is Balanced Softmax.
    - `focal`: h(v) ∝ w·η (Charoenphakdee et al., CVPR 2021). `poly`: v/(1 + ε₁·v) ∝ w·η, from the stationary point.
    - Label smoothing ε on top: the same of (1-ε)·η̃ + ε/C, where η̃ ∝ w·η by `sample`, our losses' default; by `class`,
      as torch smooths, the weights come after it: v ∝ w·[(1-ε)·η + ε/C].
    - Drawing by q on top: η·q/π in place of η.

    Of several labels each is a task of its own: σ(s) of `weighted` has the odds ρ·η/(1-η) with `pos_weight` ρ, and α of
    a sigmoid focal loss multiplies them by α/(1-α). A binary model with one logit s has the logits (0, s).

    Args:
        trained: With what: the losses of `imbalance_audit.training` as they load a weight file.
        weight: w, (C,); needed by what weighs.
        counts: Training instances, (C,); needed by `logit-adjusted`, drawing `balanced`, and to tell absent classes.
        pos_weight: ρ, (C,); where a sample may have several labels.
        multilabel: A sample may have several labels.
        drawn: `data`: every row as often. `balanced`: each class as often. `weighted`: by w.
        tau: τ of `logit-adjusted`.
        gamma: γ of `focal`.
        alpha: α of a sigmoid focal loss; None for none.
        epsilon: ε₁ of `poly`.
        label_smoothing: ε, from 0 to below 1.
        smoothing: `sample` or `class`.
        classes: The class names, for errors.

    Raises:
        OptionError: the loss has no inverse map, an argument is wrong or missing, or training never saw a class of the
            data.

    >>> inverse = inverse_map(weight=[0.5, 2.0])
    >>> np.exp(logit_formulas.log_softmax(correct([[0.0, 0.0]], inverse), np)).round(3).tolist()
    [[0.8, 0.2]]
    """
    _refuse(trained, drawn, smoothing, multilabel=multilabel, label_smoothing=label_smoothing)
    _refuse_numbers(tau=tau, gamma=gamma, epsilon=epsilon, label_smoothing=label_smoothing, alpha=alpha)
    curves = (gamma if trained == "focal" else 0.0, epsilon if trained == "poly" else 0.0)
    if multilabel:
        return InverseMap(*_of_labels(trained, pos_weight, alpha), *curves)
    n = None if counts is None else _vector("count", counts, None)
    w = None if weight is None else _vector("weight", weight, n)
    needs_weight = trained in ("weighted", "focal", "poly") or drawn == "weighted"
    if (needs_weight and w is None) or (n is None and (trained == "logit-adjusted" or drawn == "balanced")):
        message = f"Training {trained} with rows drawn by {drawn} is undone by its weights and counts. Give them."
        raise OptionError(message)
    given = w if w is not None else n
    if given is None:
        message = "Expected weights or counts, to tell how many classes there are, got neither. Give one of them."
        raise OptionError(message)
    at_least_one = np.maximum(np.ones_like(given) if n is None else n, 1.0)
    before = at_least_one**-tau if trained == "logit-adjusted" else np.ones_like(given)
    after = {"data": np.ones_like(given), "balanced": 1 / at_least_one, "weighted": given}[drawn]
    if w is not None and trained in ("weighted", "focal", "poly"):
        before, after = (before * w, after) if label_smoothing and smoothing == "class" else (before, after * w)
    return InverseMap(*_shifts(before, after, n, classes), *curves, label_smoothing)


def correct(logits: object, inverse: InverseMap, *, multilabel: bool = False) -> NDArray[np.float64]:
    """Return the logarithm of the data's posterior up to a constant, (N, C); of several labels its log odds.

    Raises:
        OptionError: the logits are not (N, C) over the map's classes, or hold NaN; or a row leaves only classes that
            the data do not have.

    >>> balanced = inverse_map(trained="logit-adjusted", counts=[90, 10])
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


def _refuse(trained: str, drawn: str, smoothing: str, *, multilabel: bool, label_smoothing: float) -> None:
    if trained in NO_INVERSE:
        message = f"What {trained} did has no inverse map: {NO_INVERSE[trained]}. {_OTHERS}"
        raise OptionError(message)
    for what, value, choices in (
        ("trained", trained, get_args(Trained)),
        ("drawn", drawn, get_args(Drawn)),
        ("smoothing", smoothing, get_args(Smoothed)),
    ):
        if value not in choices:
            listed = ", ".join(f'"{choice}"' for choice in choices)
            message = (
                f"There is no {what} {quoted(str(value))}.{did_you_mean(str(value), choices)} Choose one of {listed}."
            )
            raise OptionError(message)
    if multilabel and (trained in ("logit-adjusted", "poly") or drawn != "data" or label_smoothing):
        message = (
            "Expected a training of several labels to be unweighted, weighted or focal, with every row as often and "
            f"without label smoothing, got {trained} and rows drawn by {drawn}. {_OTHERS}"
        )
        raise OptionError(message)


def _refuse_numbers(**given: float | None) -> None:
    bounds = {"tau": (0.0, np.inf), "gamma": (0.0, np.inf), "epsilon": (-1.0, np.inf), "label_smoothing": (0.0, 1.0)}
    for name, value in given.items():
        least, top = bounds.get(name, (np.nextafter(0.0, 1.0), 1.0))
        if value is not None and not least <= value < top:  # also true of NaN
            message = f"{name} is a number from {least:.2g} to below {top:g}, got {value}."
            raise OptionError(message)


def _of_labels(
    trained: Trained, pos_weight: Sequence[float] | NDArray[np.float64] | None, alpha: float | None
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    if pos_weight is None:
        message = "Training of several labels is undone by its pos_weight. Give it, or a file of a multilabel task."
        raise OptionError(message)
    ratio = _vector("pos_weight", pos_weight, None)
    if trained == "unweighted":
        ratio = np.ones_like(ratio)
    if alpha is not None and trained == "focal":
        ratio = ratio * (alpha / (1 - alpha))
    if not (ratio > 0).all():
        message = "Expected positive weights above 0, got 0: training never saw that class. Leave the class out."
        raise OptionError(message)
    return (0.0,) * len(ratio), tuple((-np.log(ratio)).tolist())


def _vector(
    what: str, values: Sequence[float] | NDArray[np.float64], like: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    vector = np.asarray(values, dtype=np.float64)
    fits = vector.ndim == 1 and vector.size > 0 and bool(np.isfinite(vector).all()) and bool((vector >= 0).all())
    if not fits or not vector.any() or (like is not None and vector.shape != like.shape):
        message = f"Expected one finite {what} from 0 up for each class and not only 0, got others. Give a vector."
        raise OptionError(message)
    return vector


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
