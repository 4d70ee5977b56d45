"""What PR-AUC and the class-wise calibration error are made of, as sums over the units of the bootstrap.

Both look at the score of every class in every row, so a resample costs rows × classes. `MOST` bounds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from imbalance_audit.evaluation.probabilities import class_columns, positives
from imbalance_audit.evaluation.reliability import BINS, bin_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imbalance_audit.predictions.predicted import Predictions

    Floats = NDArray[np.float64]

MOST = 500_000
"""Scores up to which they are resampled: two or three seconds for a thousand resamples."""


@dataclass(frozen=True)
class _Ranked:
    """One class against the rest: how many rows, and of its own, each step of its scores adds (step × unit)."""

    rows: sparse.csr_array
    hits: sparse.csr_array

    def average_precision(self, weights: Floats) -> Floats:
        """Return the average precision of each resample; NaN for one without a row of the class."""
        added = np.asarray(self.hits @ weights)
        hits = _from_the_top(added)
        rows = _from_the_top(np.asarray(self.rows @ weights))
        shares = np.divide(hits, rows, out=np.zeros_like(hits), where=rows > 0)
        total = hits[0]
        return _mean((added * shares).sum(axis=0), total)


@dataclass(frozen=True)
class ClassSums:
    """The scores of each class, as sums over units.

    Attributes:
        ranked: Of the classes that the PR-AUC is of.
        gaps: Σ w·(probability - truth) of each class and bin (C·bins × unit); None without probabilities.
    """

    ranked: tuple[_Ranked, ...]
    gaps: sparse.csr_array | None

    def times(self, weights: Floats) -> tuple[Floats, ...]:
        """Return the PR-AUC of each resample and, with probabilities, the mean over classes of Σ |gap|."""
        return (self._pr_auc(weights), *(() if self.gaps is None else (self._classwise_gap(self.gaps, weights),)))

    def _pr_auc(self, weights: Floats) -> Floats:
        every = np.stack([one.average_precision(weights) for one in self.ranked])
        there = ~np.isnan(every)
        count = there.sum(axis=0)
        total = np.where(there, every, 0).sum(axis=0)
        return _mean(total, count)

    @staticmethod
    def _classwise_gap(sums: sparse.csr_array, weights: Floats) -> Floats:
        classes = int(sums.shape[0]) // BINS
        gaps: Floats = np.abs(np.asarray(sums @ weights)).sum(axis=0)
        return gaps / classes


def class_sums(
    predictions: Predictions, weight: Floats | None, unit: NDArray[np.int64], units: int
) -> ClassSums | None:
    """Return the sums of a run's scores; None without scores, or where they are more than `MOST`.

    Args:
        predictions: The run.
        weight: What each row counts in the calibration error; None: the same.
        unit: The unit of each row.
        units: How many units.
    """
    if predictions.scores is None or predictions.scores.size > MOST:
        return None
    probable = predictions.outputs != "scores"
    ranked, gaps = [], []
    for label, score in class_columns(predictions):
        truth = positives(predictions, label)
        if truth.any() and not (predictions.task == "binary" and label == 0):
            ranked.append(_ranked(truth, score, unit, units))
        if probable:
            gap = (score - truth) * (1 if weight is None else weight)
            gaps.append(_summed(bin_of(score), unit, (BINS, units), gap))
    if not ranked:
        return None
    return ClassSums(tuple(ranked), sparse.vstack(gaps, format="csr") if probable else None)


def _ranked(truth: NDArray[np.bool_], score: Floats, unit: NDArray[np.int64], units: int) -> _Ranked:
    steps = np.unique(score[truth])
    step = np.searchsorted(steps, score, side="right") - 1
    # Rows below the lowest positive raise no recall, and fall on no step.
    reached = step >= 0
    shape = (len(steps), units)
    return _Ranked(_summed(step[reached], unit[reached], shape), _summed(step[truth], unit[truth], shape))


def _summed(
    row: NDArray[np.int64], column: NDArray[np.int64], shape: tuple[int, int], values: Floats | None = None
) -> sparse.csr_array:
    """Return the table of sums; entries of one place are added."""
    return sparse.csr_array((np.ones(len(row)) if values is None else values, (row, column)), shape=shape)


def _mean(total: Floats, count: NDArray[np.float64 | np.int64]) -> Floats:
    mean: Floats = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return mean


def _from_the_top(added: Floats) -> Floats:
    return added[::-1].cumsum(axis=0)[::-1]
