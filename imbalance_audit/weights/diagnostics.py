"""What a weight vector does to the data it is put on. Pure functions of counts and weights."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def prior(counts: Sequence[int]) -> tuple[float, ...]:
    """Return the share of each class: n / Σ n.

    >>> prior([900, 90, 10])
    (0.9, 0.09, 0.01)
    """
    total = sum(counts)
    return tuple(n / total for n in counts)


def implied_prior(counts: Sequence[int], weights: Sequence[float]) -> tuple[float, ...]:
    """Return the class shares that training with these weights sees: n·w / Σ n·w (Elkan, IJCAI 2001, §3).

    >>> implied_prior([8, 2], [1.0, 4.0])
    (0.5, 0.5)
    """
    mass = [n * w for n, w in zip(counts, weights, strict=True)]
    total = math.fsum(mass)
    return tuple(m / total for m in mass)


def effective_sample_size(counts: Sequence[int], weights: Sequence[float]) -> float:
    """Return how many equally weighted instances would be as steady: (Σ n·w)² / Σ n·w² (Kish 1965, §11.7).

    >>> effective_sample_size([8, 2], [1.0, 4.0])
    6.4
    """
    # Scaled first: squares of very large or small weights would leave the range of floats.
    largest = max(weights)
    scaled = [w / largest for w in weights]
    first = math.fsum(n * w for n, w in zip(counts, scaled, strict=True))
    second = math.fsum(n * w * w for n, w in zip(counts, scaled, strict=True))
    return first * first / second
