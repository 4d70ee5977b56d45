"""Two runs on the same rows: what differs by more than noise."""

from __future__ import annotations

from itertools import combinations
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from imbalance_audit.evaluation.intervals import percentile
from imbalance_audit.records import Difference, Estimate
from imbalance_audit.records.metrics import CLASS_METRICS, RUN_METRICS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imbalance_audit.evaluation.judged_run import JudgedRun
    from imbalance_audit.predictions.predicted import Predictions
    from imbalance_audit.records import Verdict
    from imbalance_audit.records.metrics import Metric


def compare_runs(runs: Sequence[JudgedRun], confidence: float) -> tuple[Difference, ...]:
    """Return what each run does better or worse than each one before it, metric by metric, then recall by class.

    A metric is compared by the bootstrap over the same rows, so what makes rows easy or hard for both cancels. The
    recall of a class may rest on three rows, of which a bootstrap knows nothing; its interval is that of Bonett & Price
    (Stat. Methods Med. Res. 2012) for paired shares.

    Args:
        runs: The runs, over the same rows, in the order in which they are compared.
        confidence: The level of the intervals.
    """
    pairs = combinations(runs, 2)
    return tuple(one for pair in pairs for one in (*_of_metrics(*pair, confidence), *_of_recalls(*pair, confidence)))


def _of_metrics(first: JudgedRun, second: JudgedRun, confidence: float) -> Iterator[Difference]:
    for key, metric in RUN_METRICS.items():
        before, after = (run.evaluation.metrics.get(key, Estimate(None)).value for run in (first, second))
        drawn = [run.resamples.get(key) for run in (first, second)]
        if before is not None and after is not None and drawn[0] is not None and drawn[1] is not None:
            change = percentile(after - before, drawn[1] - drawn[0], confidence)
            yield _difference(key, metric, first, second, change)


def _of_recalls(first: JudgedRun, second: JudgedRun, confidence: float) -> Iterator[Difference]:
    for label, change in _recalls(first.predictions, second.predictions, confidence):
        yield _difference(f"recall[{label}]", CLASS_METRICS["recall"], first, second, change)


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


def _difference(key: str, metric: Metric, first: JudgedRun, second: JudgedRun, change: Estimate) -> Difference:
    return Difference(key, first.evaluation.name, second.evaluation.name, change, _verdict(metric, change))


def _verdict(metric: Metric, change: Estimate) -> Verdict:
    if change.low is None or change.high is None or change.low <= 0 <= change.high:
        return "noise"
    return "better" if (change.high < 0) == (metric.better == "lower") else "worse"
