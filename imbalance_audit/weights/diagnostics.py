"""What a weight vector does to the data it is put on. Pure functions of counts and weights."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def prior(counts: Sequence[float]) -> tuple[float, ...]:
    """Return the share of each class: n / Σ n.

    >>> prior([900, 90, 10])
    (0.9, 0.09, 0.01)
    """
    total = sum(counts)
    return tuple(n / total for n in counts)


def implied_prior(counts: Sequence[float], weights: Sequence[float]) -> tuple[float, ...]:
    """Return the class shares that training with these weights sees: n·w / Σ n·w (Elkan, IJCAI 2001, §3).

    >>> implied_prior([8, 2], [1.0, 4.0])
    (0.5, 0.5)
    """
    mass = [n * w for n, w in zip(counts, weights, strict=True)]
    total = math.fsum(mass)
    return tuple(m / total for m in mass)


def effective_sample_size(counts: Sequence[float], weights: Sequence[float]) -> float:
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


def design_effect(size: float, ess: float) -> float:
    """Return by how much weighting multiplies the variance of a mean: N / n_eff = E[w²] / E[w]² (Kish 1965, §11.7).

    >>> design_effect(10, 6.4)
    1.5625
    """
    return size / ess


def batch_noise(effect: float, batch: int) -> float:
    """Return the coefficient of variation of Σ w over a batch, torch's denominator: √((deff - 1) / B).

    Args:
        effect: The design effect.
        batch: Samples in a batch.

    >>> round(batch_noise(2.28, 128), 6)
    0.1
    """
    return math.sqrt(max(effect - 1.0, 0.0) / batch)


def absence(share: float, batch: int) -> float:
    """Return the probability that a batch has no sample of a class of this share: (1 - π)^B.

    >>> round(absence(0.5, 3), 6)
    0.125
    """
    return math.exp(batch * math.log1p(-share)) if share < 1 else 0.0
