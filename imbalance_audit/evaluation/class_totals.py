"""Metrics of class totals, for one table of them or for many resampled ones at a time.

scikit-learn gives each figure of the rows themselves; these give the same figures of a thousand resamples at once, and
the G-mean, which it lacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Totals:
    """What the classes add up to. The last axis is that of the classes, the others are those of the resamples.

    Attributes:
        hits: Rows of a class that are predicted so.
        predicted: Rows that are predicted so.
        support: Rows of the class.
        rows: Rows, of each resample; with several labels a row, the classes add up to another number.
    """

    hits: Floats
    predicted: Floats
    support: Floats
    rows: Floats


def recall(totals: Totals) -> Floats:
    """Return hits over support; NaN for a class without rows."""
    return _ratio(totals.hits, totals.support)


def precision(totals: Totals) -> Floats:
    """Return hits over predictions; NaN for a class that is never predicted."""
    return _ratio(totals.hits, totals.predicted)


def f1(totals: Totals) -> Floats:
    """Return 2·hits / (predicted + support); NaN for a class that neither occurs nor is predicted."""
    return _ratio(2 * totals.hits, totals.predicted + totals.support)


def accuracy(totals: Totals) -> Floats:
    """Return the share of rows that are right, where a row has one label."""
    share: Floats = totals.hits.sum(axis=-1) / totals.rows
    return share


def macro_f1(totals: Totals) -> Floats:
    """Return the mean F1 of the classes that occur or are predicted."""
    return _mean(f1(totals))


def micro_f1(totals: Totals) -> Floats:
    """Return the F1 of all labels together."""
    return _ratio(2 * totals.hits.sum(axis=-1), (totals.predicted + totals.support).sum(axis=-1))


def balanced_accuracy(totals: Totals) -> Floats:
    """Return the mean recall of the classes that occur (Brodersen et al., ICPR 2010)."""
    return _mean(recall(totals))


def worst_recall(totals: Totals) -> Floats:
    """Return the smallest recall of the classes that occur."""
    found = recall(totals)
    least = np.where(np.isnan(found), np.inf, found).min(axis=-1)
    return np.where(np.isinf(least), np.nan, least)


def g_mean(totals: Totals) -> Floats:
    """Return the geometric mean of the recalls of the classes that occur, 0 if one is missed (Kubat & Matwin, 1997)."""
    found = recall(totals)
    with np.errstate(divide="ignore"):
        return np.exp(_mean(np.log(found)))


def mcc(totals: Totals) -> Floats:
    """Return the correlation R_K of truth and prediction (Gorodkin, Comput. Biol. Chem. 2004); 0 if one is constant."""
    n = totals.rows
    covariance = totals.hits.sum(axis=-1) * n - (totals.predicted * totals.support).sum(axis=-1)
    of_predicted = n * n - (totals.predicted**2).sum(axis=-1)
    of_truth = n * n - (totals.support**2).sum(axis=-1)
    product = np.sqrt(of_predicted) * np.sqrt(of_truth)
    return np.where(product > 0, covariance / np.where(product > 0, product, 1), 0.0)


OF_ONE_LABEL: dict[str, Callable[[Totals], Floats]] = {
    "accuracy": accuracy,
    "macro_f1": macro_f1,
    "balanced_accuracy": balanced_accuracy,
    "worst_recall": worst_recall,
    "g_mean": g_mean,
    "mcc": mcc,
}
"""Metric → formula, where a row has one label."""

OF_MANY_LABELS: dict[str, Callable[[Totals], Floats]] = {
    "macro_f1": macro_f1,
    "micro_f1": micro_f1,
    "worst_recall": worst_recall,
}
"""Metric → formula, where a row may have several labels."""


def _ratio(upper: Floats, lower: Floats) -> Floats:
    ratio: Floats = np.divide(upper, lower, out=np.full(np.shape(upper), np.nan), where=np.asarray(lower) > 0)
    return ratio


def _mean(values: Floats) -> Floats:
    """Return the mean over the classes that have a value; NaN where none has."""
    there = ~np.isnan(values)
    return _ratio(np.where(there, values, 0).sum(axis=-1), there.sum(axis=-1).astype(float))
