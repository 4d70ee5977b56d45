"""How each class, and each region of classes, fares in a run, with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imbalance_audit.evaluation import class_totals
from imbalance_audit.evaluation.intervals import percentile, wilson
from imbalance_audit.measures.class_regions import REGIONS
from imbalance_audit.records import ClassScore, Estimate, RegionScore

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imbalance_audit.evaluation.resampling import Resampled
    from imbalance_audit.evaluation.run_figures import RunFigures

    Floats = NDArray[np.float64]


def class_scores(run: RunFigures, resampled: Resampled) -> tuple[ClassScore, ...]:
    """Return how each class fares, in index order."""
    labels, scores, setting = run.of_labels, run.of_scores, run.setting
    f1 = class_totals.f1(resampled.totals)
    return tuple(
        ClassScore(
            label=name,
            support=int(labels.support[at]),
            predicted=int(labels.predicted[at]),
            trained=None if setting.counts is None else setting.counts[at],
            region=setting.regions[at] if setting.regions else None,
            precision=wilson(int(labels.hits[at]), int(labels.predicted[at]), setting.confidence),
            recall=wilson(int(labels.hits[at]), int(labels.support[at]), setting.confidence),
            f1=percentile(labels.f1[at], f1[:, at], setting.confidence),
            average_precision=_or_none(scores.average_precision, at),
            calibration_error=_or_none(scores.calibration_error, at),
        )
        for at, name in enumerate(run.predictions.classes)
    )


def region_scores(run: RunFigures, resampled: Resampled) -> tuple[RegionScore, ...]:
    """Return the mean recall of each region, head first; nothing where regions are not known."""
    regions = run.setting.regions
    if not any(regions):
        return ()
    recall = class_totals.recall(resampled.totals)
    found = []
    for region in REGIONS:
        members = [at for at, one in enumerate(regions) if one == region]
        mean = _mean_recall(run.of_labels.recall[members], recall[:, members], run.setting.confidence)
        found.append(RegionScore(region, len(members), mean))
    return tuple(found)


def _mean_recall(own: Floats, resampled: Floats, confidence: float) -> Estimate:
    """Return the mean over the classes that have rows, resample by resample."""
    if not len(own) or np.isnan(own).all():
        return Estimate(None)
    there = ~np.isnan(resampled)
    count = there.sum(axis=1)
    total = np.where(there, resampled, 0).sum(axis=1)
    means = np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)
    return percentile(float(np.nanmean(own)), means, confidence)


def _or_none(values: Floats | None, at: int) -> float | None:
    return None if values is None or np.isnan(values[at]) else float(values[at])
