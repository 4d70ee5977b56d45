"""Scores by seed → means, intervals, the best candidate, and the mildest one that is as good within noise."""

from __future__ import annotations

import math
from statistics import fmean, stdev
from typing import TYPE_CHECKING

from imbalance_audit.records import CandidateScore, Estimate, Tuning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imbalance_audit.records import Candidate
    from imbalance_audit.records.weight_tuning import Standing
    from imbalance_audit.tuning.named_metric import Judgement

_ROUNDING = 1e-9
"""Difference below which two scores are the same: sums of floats in another order."""


def judged(
    scores: Sequence[tuple[Candidate, Sequence[float]]], *, metric: Judgement, seeds: Sequence[int], confidence: float
) -> Tuning:
    """Return what the scores say. Each candidate has one for each seed."""
    sign = 1.0 if metric.greater_is_better else -1.0
    best, of_best = max(scores, key=lambda pair: (sign * fmean(pair[1]), pair[0].kept, -pair[0].ratio))
    quantile = _t_quantile(len(seeds) - 1, confidence) if len(seeds) > 1 else None
    rows = []
    for candidate, own in scores:
        differences = [sign * (b - s) for b, s in zip(of_best, own, strict=True)]
        behind = _interval(differences, quantile)
        standing = _standing(behind, is_best=candidate is best)
        rows.append(CandidateScore(candidate, tuple(own), _interval(own, quantile), behind, standing))
    equals = [row.candidate for row in rows if row.standing in ("best", "noise")]
    cheapest = max(equals, key=lambda candidate: (candidate.weights is None, candidate.kept, -candidate.ratio))
    return Tuning(
        metric=metric.name,
        greater_is_better=metric.greater_is_better,
        seeds=tuple(seeds),
        confidence=confidence,
        candidates=tuple(rows),
        best=best.name,
        cheapest=cheapest.name,
        notes=tuple(_notes([own for _, own in scores])),
    )


def _interval(values: Sequence[float], quantile: float | None) -> Estimate:
    middle = fmean(values)
    if quantile is None:
        return Estimate(middle)
    reach = quantile * stdev(values) / math.sqrt(len(values))
    return Estimate(middle, middle - reach, middle + reach)


def _standing(behind: Estimate, *, is_best: bool) -> Standing:
    if is_best:
        return "best"
    if behind.low is None:
        return "unknown"
    return "worse" if behind.low > _ROUNDING else "noise"


def _t_quantile(freedom: int, confidence: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + confidence / 2))


def _notes(scores: Sequence[Sequence[float]]) -> list[str]:
    if len(scores[0]) == 1:
        return ["One seed does not tell noise: no candidate but the best one is preferred. Give several seeds."]
    if all(max(own) - min(own) <= _ROUNDING for own in scores):
        return ["Every seed gave the same score: the training function does not use its seed, so nothing tells noise."]
    return []
