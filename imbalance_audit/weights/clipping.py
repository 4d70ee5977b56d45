"""Limits on weights. A weight that is cut moves the class shares that training sees back towards those of the data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imbalance_audit.errors import OptionError, WeightError

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Limits:
    """How far weights may go.

    Attributes:
        max_ratio: The largest weight over the smallest positive one, at most; None for no limit.
        bounds: The smallest and largest weight, where the mean over the training data is 1; None for no limit.
    """

    max_ratio: float | None = None
    bounds: tuple[float, float] | None = None

    @classmethod
    def of(cls, max_ratio: float | None, clip: Sequence[float] | None) -> Limits:
        """Return the limits, checked.

        Raises:
            OptionError: the ratio is below 1, or the bounds are not one on each side of 1.
        """
        if max_ratio is not None and not 1 <= max_ratio < math.inf:
            message = f"max_ratio is a number from 1 up, the largest weight over the smallest, got {max_ratio}."
            raise OptionError(message)
        if clip is None:
            return cls(max_ratio)
        values = [float(value) for value in clip]
        if len(values) != 2 or not 0 < values[0] <= 1 <= values[1] < math.inf:
            got = ", ".join(f"{value:g}" for value in values)
            message = f"clip is two positive numbers with 1, the mean weight, between them, such as 0.1, 10; got {got}."
            raise OptionError(message)
        return cls(max_ratio, (values[0], values[1]))

    @property
    def recorded(self) -> dict[str, float]:
        """The limits as the weight file records them."""
        low_high = {} if self.bounds is None else {"clip_low": self.bounds[0], "clip_high": self.bounds[1]}
        return low_high if self.max_ratio is None else {"max_ratio": self.max_ratio, **low_high}


def clipped(weights: Sequence[float], counts: Sequence[float], limits: Limits) -> list[float]:
    """Return the weights within the limits; those of 0 take no part, and are left.

    First large weights are cut to `max_ratio` times the smallest. Then the weights are scaled and cut at the bounds
    so that they are within these and have a mean of 1 at once: where cutting and scaling by turns would end, solved
    directly.

    Raises:
        WeightError: the bounds leave no room for a mean of 1 beside the classes of weight 0.
    """
    out = list(weights)
    if limits.max_ratio is not None:
        most = limits.max_ratio * min(w for w in out if w > 0)
        out = [min(w, most) for w in out]
    if limits.bounds is None:
        return out
    low, high = limits.bounds
    scale = _scale(out, counts, low, high)
    return [0.0 if w == 0 else min(max(scale * w, low), high) for w in out]


def _scale(weights: Sequence[float], counts: Sequence[float], low: float, high: float) -> float:
    """Solve Σ n·clip(s·w) = Σ n for s: the sum is piecewise linear in s and never falls."""
    together: dict[float, float] = {}  # many classes are of one weight, above all in a long tail
    for w, n in zip(weights, counts, strict=True):
        if w > 0 and n > 0:
            together[w] = together.get(w, 0) + n
    pairs = [*together.items()]
    total, taking_part = math.fsum(counts), math.fsum(n for _, n in pairs)
    if not low * taking_part <= total <= high * taking_part:
        message = (
            f"Expected room for a mean weight of 1 between {low:g} and {high:g}, got classes of weight 0 that hold "
            f"{1 - taking_part / total:.3g} of the data. Widen clip."
        )
        raise WeightError(message)

    def mass(scale: float) -> float:
        return math.fsum(n * min(max(scale * w, low), high) for w, n in pairs)

    corners = sorted({bound / w for w, _ in pairs for bound in (low, high)})
    first, last = 0, len(corners) - 1
    while last - first > 1:
        middle = (first + last) // 2
        first, last = (middle, last) if mass(corners[middle]) <= total else (first, middle)
    inside = math.sqrt(corners[first]) * math.sqrt(corners[last])
    free = [(w, n) for w, n in pairs if low < inside * w < high]
    if not free:
        return corners[first] if mass(corners[first]) >= total else corners[last]
    fixed = math.fsum(n * (low if inside * w <= low else high) for w, n in pairs if not low < inside * w < high)
    return (total - fixed) / math.fsum(n * w for w, n in free)
