"""The formulas from logits to a decision, written once for numpy and torch.

`xp` is either module: the few functions used here have one name and one meaning in both. Classes are the last axis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from imbalance_audit.records import Decision, InverseMap

Array: TypeAlias = Any
"""An array of NumPy, or a tensor."""
Module: TypeAlias = Any
"""The module numpy or torch."""

FLOOR = 1e-6
"""The probability left to a class that smoothed labels would give less than none: it is not ruled out."""


class Decided(NamedTuple):
    """What a decision says of logits.

    Attributes:
        probabilities: In the shape of the logits, before the rule: they do not depend on it.
        predicted: The class indices, without the axis of the classes; of several labels 0 and 1 in the logits' shape.

    >>> import numpy as np
    >>> Decided(probabilities=np.array([[0.2, 0.8]]), predicted=np.array([1])).predicted.tolist()
    [1]
    """

    probabilities: Any
    predicted: Any


def log_softmax(logits: Array, xp: Module) -> Array:
    """Return log softmax over the last axis. A class with the logit -∞ gets -∞."""
    shifted = logits - xp.amax(logits, axis=-1, keepdims=True)
    return shifted - xp.log(xp.sum(xp.exp(shifted), axis=-1, keepdims=True))


def log_sigmoid(odds: Array, xp: Module) -> Array:
    """Return log σ(s), exact in both tails."""
    return xp.clip(odds, max=0.0) - xp.log1p(xp.exp(-xp.abs(odds)))


def log_inverse_slope(log_p: Array, gamma: float, epsilon: float, xp: Module) -> Array:
    """Return log h(p), h = -1/f', for the loss f of a class.

    Σ_c t_c·f(p_c) over p with sum 1 is least where t_c·f'(p_c) is the same for every class, so t ∝ h(p). Focal,
    f = -(1-p)^γ·log p: h = p / [(1-p)^γ - γ·(1-p)^(γ-1)·p·log p] (Charoenphakdee et al., CVPR 2021). Poly-1,
    f = -log p + ε₁·(1-p): h = p / (1 + ε₁·p).
    """
    if gamma:
        # The loss stops at the same bound, where its gradient would be infinite.
        rest = xp.clip(-xp.expm1(log_p), min=xp.finfo(log_p.dtype).eps ** 2)
        entropy = -xp.exp(log_p) * xp.clip(log_p, min=-1000.0)
        log_p = log_p - (gamma - 1) * xp.log(rest) - xp.log(rest + gamma * entropy)
    if epsilon:
        log_p = log_p - xp.log1p(epsilon * xp.exp(log_p))
    return log_p


def corrected(
    logits: Array, inverse: InverseMap, before: Array, after: Array, *, multilabel: bool, xp: Module
) -> Array:
    """Return the log posterior of the data up to a constant, or its log odds: what `InverseMap` tells, step by step.

    The shifts come apart from the map, as arrays of the library.
    """
    curved = bool(inverse.gamma or inverse.epsilon)
    if multilabel:
        if curved:
            of_class = log_inverse_slope(log_sigmoid(logits, xp), inverse.gamma, inverse.epsilon, xp)
            logits = of_class - log_inverse_slope(log_sigmoid(-logits, xp), inverse.gamma, inverse.epsilon, xp)
        return logits + before + after
    if curved:
        logits = log_inverse_slope(log_softmax(logits, xp), inverse.gamma, inverse.epsilon, xp)
    logits = logits + before
    if inverse.smoothing:
        smoothed = xp.exp(log_softmax(logits, xp)) - inverse.smoothing / logits.shape[-1]
        logits = xp.log(xp.clip(smoothed / (1 - inverse.smoothing), min=FLOOR))
    return logits + after


def constants(decision: Decision) -> dict[str, NDArray[np.float64]]:
    """Return the vectors of a decision by name, as `decided` takes them."""
    vectors: dict[str, Any] = {
        "before": decision.correction.before,
        "after": decision.correction.after,
        "temperature": decision.temperature,
        "bias": decision.bias,
    }
    if decision.rule == "argmax":
        vectors["offset"] = decision.offset
    elif decision.rule == "costs":
        vectors["costs"] = decision.costs
    else:
        t = np.asarray(decision.thresholds)
        # Compared as log odds: probabilities near 1 are all the same in 32 bits.
        vectors["threshold_odds"] = np.log(t) - np.log1p(-t)
    return {name: np.asarray(values, dtype=np.float64) for name, values in vectors.items()}


def decided(logits: Array, decision: Decision, vectors: Mapping[str, Array], xp: Module) -> Decided:
    """Return the probabilities and the classes of logits (…, C); of several labels, booleans (…, C)."""
    inverse, multilabel = decision.correction, decision.multilabel
    scores = corrected(logits, inverse, vectors["before"], vectors["after"], multilabel=multilabel, xp=xp)
    scores = scores / vectors["temperature"] + vectors["bias"]
    if multilabel:
        return Decided(xp.exp(log_sigmoid(scores, xp)), scores >= vectors["threshold_odds"])
    log_p = log_softmax(scores, xp)
    p = xp.exp(log_p)
    if decision.rule == "costs":
        return Decided(p, xp.argmin(p @ vectors["costs"], axis=-1))
    return Decided(p, xp.argmax(log_p + vectors["offset"], axis=-1))
