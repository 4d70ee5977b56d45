"""Two runs on the same rows: what differs by more than noise."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from imbalance_audit.evaluation.intervals import percentile
from imbalance_audit.evaluation.names import LOWER_IS_BETTER, METRICS
from imbalance_audit.records import Difference, Estimate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from imbalance_audit.predictions.predicted import Predictions
    from imbalance_audit.records import RunEvaluation, Verdict

    Floats = NDArray[np.float64]


def compare_runs(
    one: tuple[Predictions, RunEvaluation, Mapping[str, Floats]],
    other: tuple[Predictions, RunEvaluation, Mapping[str, Floats]],
    confidence: float,
) -> tuple[Difference, ...]:
    """Return what the second run does better or worse than the first, metric by metric, then recall by class.

    A metric is compared by the bootstrap over the same rows, so what makes rows easy or hard for both cancels. The
    recall of a class may rest on three rows, of which a bootstrap knows nothing; its interval is that of Bonett & Price
    (Stat. Methods Med. Res. 2012) for paired shares.

    Args:
        one: The run that is compared with: its predictions, figures and resamples.
        other: The run that is judged.
        confidence: The level of the intervals.
    """
    found = []
    for metric in METRICS:
        before, after = (run[1].metrics.get(metric) for run in (one, other))
        if metric not in one[2] or metric not in other[2] or before is None or after is None:
            continue
        if before.value is None or after.value is None:
            continue
        change = percentile(after.value - before.value, other[2][metric] - one[2][metric], confidence)
        found.append(_difference(metric, one[1].name, other[1].name, change))
    for label, change in _recalls(one[0], other[0], confidence):
        found.append(_difference(f"recall[{label}]", one[1].name, other[1].name, change))
    return tuple(found)


def _recalls(one: Predictions, other: Predictions, confidence: float) -> list[tuple[str, Estimate]]:
    size = len(one.classes)
    if one.truth.ndim == 2:
        positive = one.truth == 1
        support, gained, lost = (
            (positive & flag).sum(axis=0)
            for flag in (positive, other.predicted > one.predicted, other.predicted < one.predicted)
        )
    else:
        before, after = (run.predicted == run.truth for run in (one, other))
        support, gained, lost = (
            np.bincount(one.truth[flag], minlength=size)
            for flag in (np.ones(len(one.truth), bool), after & ~before, before & ~after)
        )
    return [
        (label, paired_share(int(gained[at]), int(lost[at]), int(support[at]), confidence))
        for at, label in enumerate(one.classes)
        if support[at]
    ]


def paired_share(gained: int, lost: int, rows: int, confidence: float) -> Estimate:
    """Return how much larger a share became on the same rows, with the adjusted interval of Bonett & Price (2012).

    Runs that agree on every row differ by nothing there: the interval is 0.

    >>> paired_share(3, 0, 3, 0.95).low < 0
    True
    """
    if not gained and not lost:
        return Estimate(0.0, 0.0, 0.0)
    up, down = (gained + 1) / (rows + 2), (lost + 1) / (rows + 2)
    half = NormalDist().inv_cdf((1 + confidence) / 2) * ((up + down - (up - down) ** 2) / (rows + 2)) ** 0.5
    return Estimate((gained - lost) / rows, max(-1.0, up - down - half), min(1.0, up - down + half))


def _difference(metric: str, first: str, second: str, change: Estimate) -> Difference:
    return Difference(metric, first, second, change, _verdict(metric, change))


def _verdict(metric: str, change: Estimate) -> Verdict:
    if change.low is None or change.high is None or change.low <= 0 <= change.high:
        return "noise"
    return "better" if (change.high < 0) == (metric in LOWER_IS_BETTER) else "worse"
