"""What weights are scaled to. The scale changes no class against another; it changes the learning rate.

Classes of weight 0 (left out by `zero_count="ignore"`) take no part: leaving a class out changes no other weight.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def data_mean(weights: Sequence[float], counts: Sequence[float]) -> float:
    """Return E[w], the mean weight of an instance: Σ n·w / Σ n.

    >>> data_mean([1.0, 3.0], [3, 1])
    1.5
    """
    return math.fsum(n * w for n, w in zip(counts, weights, strict=True)) / math.fsum(counts)


def class_mean(weights: Sequence[float], _: Sequence[float]) -> float:
    """Return the mean weight of a class.

    >>> class_mean([1.0, 3.0], [3, 1])
    2.0
    """
    positive = _positive(weights)
    return math.fsum(positive) / len(positive)


def total(weights: Sequence[float], _: Sequence[float]) -> float:
    """Return Σ w."""
    return math.fsum(weights)


def least(weights: Sequence[float], _: Sequence[float]) -> float:
    """Return the smallest positive weight."""
    return min(_positive(weights))


def greatest(weights: Sequence[float], _: Sequence[float]) -> float:
    """Return the largest weight."""
    return max(weights)


NORMALISATIONS: Mapping[str, Callable[[Sequence[float], Sequence[float]], float]] = {
    "data-mean": data_mean,
    "class-mean": class_mean,
    "sum-1": total,
    "min-1": least,
    "max-1": greatest,
}
"""What each normalisation divides all weights by. `data-mean` keeps the loss and the learning rate where they were."""


def normalised(weights: Sequence[float], counts: Sequence[float], *, to: str) -> list[float]:
    """Return the weights on the named scale.

    >>> normalised([1.0, 3.0], [3, 1], to="sum-1")
    [0.25, 0.75]
    """
    divisor = NORMALISATIONS[to](weights, counts)
    return [w / divisor for w in weights]


def neutral(weights: Sequence[float], counts: Sequence[float], *, to: str) -> float:
    """Return the raw weight that ends as no weighting at all would: at 1, or at 1/C under `sum-1`."""
    return (class_mean if to == "sum-1" else NORMALISATIONS[to])(weights, counts)


def _positive(weights: Sequence[float]) -> list[float]:
    return [w for w in weights if w > 0]
