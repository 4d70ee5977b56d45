"""The schemes that need nothing but counts: positive counts → a raw weight each. The scale is free."""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imbalance_audit.weights.parameters import Value


def number(parameters: Mapping[str, Value], name: str) -> float:
    """Return a parameter that is a number."""
    return float(parameters[name])


def balanced(counts: Sequence[float], _: Mapping[str, Value]) -> list[float]:
    """Return N / (C·n).

    >>> balanced([4, 4, 1, 4, 7], {})
    [1.0, 1.0, 4.0, 1.0, 0.5714285714285714]
    """
    total = math.fsum(counts)
    return [total / (len(counts) * n) for n in counts]


def power(counts: Sequence[float], parameters: Mapping[str, Value]) -> list[float]:
    """Return n^-τ.

    >>> power([1, 4, 16], {"tau": 0.5})
    [1.0, 0.5, 0.25]
    """
    tau = number(parameters, "tau")
    # Division and square root are rounded the same on every machine; pow is not.
    if tau == 1.0:
        return [1.0 / n for n in counts]
    if tau == 0.5:
        return [1.0 / math.sqrt(n) for n in counts]
    return [n**-tau for n in counts]


def square_root(counts: Sequence[float], _: Mapping[str, Value]) -> list[float]:
    """Return n^-½.

    >>> square_root([1, 4, 16], {})
    [1.0, 0.5, 0.25]
    """
    return power(counts, {"tau": 0.5})


def inverse(counts: Sequence[float], _: Mapping[str, Value]) -> list[float]:
    """Return 1 / n.

    >>> inverse([1, 4, 16], {})
    [1.0, 0.25, 0.0625]
    """
    return power(counts, {"tau": 1.0})


def effective_number(counts: Sequence[float], parameters: Mapping[str, Value]) -> list[float]:
    """Return (1-β) / (1-β^n).

    >>> [round(w, 6) for w in effective_number([900, 90, 10], {"beta": 0.99})]
    [0.010001, 0.016799, 0.104583]
    """
    beta = number(parameters, "beta")
    if beta == 0.0:
        return [1.0 for _ in counts]
    log_beta = math.log(beta)
    # 1-β^n loses all its digits to cancellation where β^n is near 1; expm1 keeps them.
    return [(1.0 - beta) / -math.expm1(n * log_beta) for n in counts]


def median_frequency(counts: Sequence[float], _: Mapping[str, Value]) -> list[float]:
    """Return median(f) / f, with f = n / N: one label a sample, so that every sample is as large as another.

    >>> median_frequency([900, 90, 10], {})
    [0.1, 1.0, 9.0]
    """
    middle = median(counts)
    return [middle / n for n in counts]


def enet(counts: Sequence[float], parameters: Mapping[str, Value]) -> list[float]:
    """Return 1 / ln(k + n/N).

    >>> [round(w, 4) for w in enet([900, 90, 10], {"k": 1.02})]
    [1.533, 9.5822, 33.8309]
    """
    total, k = math.fsum(counts), number(parameters, "k")
    return [1.0 / math.log(k + n / total) for n in counts]


def log_smoothed(counts: Sequence[float], parameters: Mapping[str, Value]) -> list[float]:
    """Return max(1, ln(μ·N/n)).

    >>> [round(w, 4) for w in log_smoothed([900, 90, 10], {"mu": 0.15})]
    [1.0, 1.0, 2.7081]
    """
    total, mu = math.fsum(counts), number(parameters, "mu")
    return [max(1.0, math.log(mu * total / n)) for n in counts]
