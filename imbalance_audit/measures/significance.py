"""Whether a difference between two sets of counts is more than chance, with the standard library alone.

Every null here knows how many classes there are and how many rows: no fixed threshold means the same for 3 classes of
a million rows and 1,000 classes of a thousand.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_NORMAL_FROM = 1e6
"""Variance from which the normal law stands for the hypergeometric one: 1,000 rows a standard deviation."""

_EXACT_UP_TO = 64.0
"""Variance of a class's count up to which its moments are summed exactly; from there on those of χ² hold to 1 %."""


class ShareTest(NamedTuple):
    """How two sets of class counts differ, and how much of it chance alone would bring.

    Attributes:
        total_variation: ½ Σ |share - share|.
        expected_variation: Its mean where both sets are drawn from the same rows.
        jensen_shannon: Jensen-Shannon divergence in nats, weighted by the sizes: G / 2N.
        expected_shannon: Its mean under the same null.
        p: The probability of a G statistic this large by chance.
    """

    total_variation: float
    expected_variation: float
    jensen_shannon: float
    expected_shannon: float
    p: float


@lru_cache(maxsize=100_000)
def share_p(k: int, drawn: int, n: int, total: int) -> float:
    """Return the two-sided p of finding k of a class's n rows in a set of `drawn` out of `total` rows.

    Fisher's exact test of two proportions, twice the smaller tail; from a variance of 10^6 on the normal law with the
    continuity correction.

    >>> round(share_p(0, 5, 5, 10), 4)  # 2 / C(10, 5)
    0.0079
    """
    if not 0 < drawn < total or not 0 < n < total:
        return 1.0
    q = drawn / total
    mean, variance = n * q, n * q * (1 - q) * (total - n) / (total - 1)
    z = (abs(k - mean) - 0.5) / math.sqrt(variance)
    if variance > _NORMAL_FROM or (variance > _EXACT_UP_TO and z < 1):
        return min(1.0, math.erfc(max(0.0, z) / math.sqrt(2)))
    return min(1.0, 2 * _tail(k, drawn, n, total, up=k > mean))


def benjamini_hochberg(p: Sequence[float]) -> list[float]:
    """Return the p-values adjusted for their number (Benjamini & Hochberg 1995): below q, at most a share q is false.

    >>> benjamini_hochberg([0.01, 0.5, 0.02])
    [0.03, 0.5, 0.03]
    """
    adjusted, least = [1.0] * len(p), 1.0
    for rank, place in sorted(enumerate(sorted(range(len(p)), key=p.__getitem__), start=1), reverse=True):
        least = min(least, p[place] * len(p) / rank)
        adjusted[place] = least
    return adjusted


def compare_shares(one: Sequence[int], other: Sequence[int]) -> ShareTest | None:
    """Return how the class shares of two sets differ; None where one is empty or there are fewer than two classes.

    The null is the permutation of the rows between the sets. The mean of G is exact, class by class, also where counts
    are small; its variance is that of independent classes less the part that the fixed totals take; its law is the
    gamma of these two moments, which is χ² with K - 1 degrees of freedom where all counts are large.
    """
    pairs = [(a, a + b) for a, b in zip(one, other, strict=True) if a + b]
    drawn, total = sum(a for a, _ in pairs), sum(n for _, n in pairs)
    if not 0 < drawn < total or len(pairs) < 2:
        return None
    moments = [_moments(n, drawn, total) for _, n in pairs]
    mean = math.fsum(m.mean for m in moments)
    taken = math.fsum(m.covariance for m in moments) ** 2 / (drawn * (1 - drawn / total))
    free = math.fsum(m.variance * (1 - n / total) for m, (_, n) in zip(moments, pairs, strict=True))
    variance = max(free - taken, 1e-9)
    g = math.fsum(_deviance(a, n, drawn / total) for a, n in pairs)
    scale = total / (2 * drawn * (total - drawn))
    return ShareTest(
        total_variation=scale * math.fsum(abs(a - n * drawn / total) for a, n in pairs),
        expected_variation=scale * math.fsum(m.distance for m in moments),
        jensen_shannon=g / (2 * total),
        expected_shannon=mean / (2 * total),
        p=gamma_tail(mean * mean / variance, g * mean / variance),
    )


def gamma_tail(shape: float, x: float) -> float:
    """Return the upper regularised incomplete gamma function Q(shape, x) (DLMF 8.11.4 and 8.9.2).

    >>> round(gamma_tail(0.5, 3.841458821 / 2), 6)  # χ² with one degree of freedom
    0.05
    """
    if x <= 0:
        return 1.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1:
        term = total = 1 / shape
        n = shape
        while term > total * 1e-16:
            n += 1
            term *= x / n
            total += term
        return max(0.0, 1 - front * total)
    return front * _continued_fraction(shape, x)


def _continued_fraction(shape: float, x: float) -> float:
    tiny = 1e-300
    b = x + 1 - shape
    c, d = 1 / tiny, 1 / b
    h = d
    for i in range(1, 100_000):
        a = -i * (i - shape)
        b += 2
        d = 1 / (a * d + b or tiny)
        c = b + a / c or tiny
        h *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return h


def _tail(k: int, drawn: int, n: int, total: int, *, up: bool) -> float:
    """Return P(K >= k), or P(K <= k), of the hypergeometric law, summed from k outward."""
    term = math.exp(_log_choose(n, k) + _log_choose(total - n, drawn - k) - _log_choose(total, drawn))
    found = term
    while term > found * 1e-17:
        if up:
            term *= (n - k) * (drawn - k) / ((k + 1) * (total - n - drawn + k + 1))
            k += 1
        else:
            term *= k * (total - n - drawn + k) / ((n - k + 1) * (drawn - k + 1))
            k -= 1
        found += term
    return found


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _deviance(k: int, n: int, q: float) -> float:
    """Return what a class adds to G: twice its log likelihood ratio against the share q."""
    first = k * math.log(k / (n * q)) if k else 0.0
    return 2 * (first + ((n - k) * math.log((n - k) / (n * (1 - q))) if n > k else 0.0))


class _Moments(NamedTuple):
    """What a class of n rows adds to G by chance: mean, variance, covariance with its count; and its mean |k - nq|."""

    mean: float
    variance: float
    covariance: float
    distance: float


@lru_cache(maxsize=100_000)
def _moments(n: int, drawn: int, total: int) -> _Moments:
    q = drawn / total
    variance = n * q * (1 - q)
    fixed = variance * (total - n) / (total - 1)
    if variance > _EXACT_UP_TO:
        return _Moments((1 - n / total) * total / (total - 1), 2.0, 1 - 2 * q, math.sqrt(2 * fixed / math.pi))
    reach = 10 * math.sqrt(variance) + 20
    counts = range(max(0, math.floor(n * q - reach)), min(n, math.ceil(n * q + reach)) + 1)
    values = [_deviance(k, n, q) for k in counts]
    free = [math.exp(_log_choose(n, k) + k * math.log(q) + (n - k) * math.log1p(-q)) for k in counts]
    mean = math.fsum(p * g for p, g in zip(free, values, strict=True))
    possible = [max(0, drawn - total + n) <= k <= drawn for k in counts]
    exact = [
        math.exp(_log_choose(n, k) + _log_choose(total - n, drawn - k) - _log_choose(total, drawn)) if can else 0.0
        for k, can in zip(counts, possible, strict=True)
    ]
    return _Moments(
        math.fsum(p * g for p, g in zip(exact, values, strict=True)),
        math.fsum(p * (g - mean) ** 2 for p, g in zip(free, values, strict=True)),
        math.fsum(p * (g - mean) * (k - n * q) for p, g, k in zip(free, values, counts, strict=True)),
        math.fsum(p * abs(k - n * q) for p, k in zip(exact, counts, strict=True)),
    )
