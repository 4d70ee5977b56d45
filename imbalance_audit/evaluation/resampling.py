"""The bootstrap: one thousand resamples of the same rows, for every run and every metric at once.

Rows are resampled by their sums. Up to `UNITS` rows, each row is a unit, and this is the bootstrap of Efron. More rows
are dealt at random into that many units of equal size, which are resampled: a sum over units varies as a sum over rows
does, up to a relative error of the interval's width of 1 / √(2·UNITS), 0.7 %, and a million rows cost as much as ten
thousand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from imbalance_audit.evaluation.class_totals import Totals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from imbalance_audit.evaluation.class_sums import ClassSums

    Floats = NDArray[np.float64]

UNITS = 10_000
_BLOCK = 100
"""Resamples at a time: so many weights of each unit are in memory."""


@dataclass(frozen=True)
class RowSums:
    """What is summed over the rows of one run.

    Attributes:
        truth: The class indices (N,), or zeros and ones (N, C).
        predicted: Likewise.
        features: Name → what each row adds to it (N,).
        bins: The bin of each row and what it adds there, both (N,), or (N, C) where each label is judged; None without
            probabilities.
        scores: What gives the sums of the scores over units.
    """

    truth: NDArray[np.int64]
    predicted: NDArray[np.int64]
    features: Mapping[str, Floats]
    bins: tuple[NDArray[np.int64], Floats] | None = None
    scores: Callable[[NDArray[np.int64], int], ClassSums | None] | None = None


@dataclass(frozen=True)
class Resampled:
    """The sums of each resample of one run.

    Attributes:
        totals: The class totals (B, C).
        features: Name → sum (B,).
        bins: The sums of the bins (B, bins).
        pr_auc: PR-AUC itself (B,); None where scores are not resampled.
        classwise_gap: The mean over classes of Σ |gap| (B,); None where probabilities are not resampled.
    """

    totals: Totals
    features: Mapping[str, Floats]
    bins: Floats | None
    pr_auc: Floats | None = None
    classwise_gap: Floats | None = None


def resample(runs: Sequence[RowSums], *, classes: int, bins: int, resamples: int, seed: int) -> tuple[Resampled, ...]:
    """Return the sums of the same resamples for each run.

    Args:
        runs: Runs over the same rows.
        classes: C.
        bins: How many bins.
        resamples: B.
        seed: The same seed gives the same resamples.
    """
    rows = len(runs[0].truth)
    rng = np.random.default_rng(seed)
    units = min(rows, UNITS)
    unit = np.arange(rows) if rows == units else rng.permutation(rows) % units
    support = _class_sums(runs[0].truth, unit, units, classes)
    sums = [_UnitSums.of(run, unit, units, classes, bins) for run in runs]
    scores = [None if run.scores is None else run.scores(unit, units) for run in runs]
    size = np.bincount(unit, minlength=units).astype(float)
    parts: list[list[tuple[Floats, ...]]] = [[] for _ in runs]
    ranked: list[list[tuple[Floats, ...]]] = [[] for _ in runs]
    for weights in _weights(units, resamples, rng):
        shared = (_product(support, weights), weights.T @ size)
        for part, one in zip(parts, sums, strict=True):
            part.append((*shared, *one.times(weights)))
        for part, score in zip(ranked, scores, strict=True):
            part.append(() if score is None else score.times(weights))
    return tuple(_put_together(*each) for each in zip(parts, ranked, runs, strict=True))


@dataclass(frozen=True)
class _UnitSums:
    """The sums of each unit: class × unit, unit × class, unit × (features and bins)."""

    hits: sparse.csr_array
    predicted: sparse.csr_array
    others: Floats

    @classmethod
    def of(cls, run: RowSums, unit: NDArray[np.int64], units: int, classes: int, bins: int) -> _UnitSums:
        hits = (
            (run.truth * run.predicted) if run.truth.ndim == 2 else np.where(run.truth == run.predicted, run.truth, -1)
        )
        columns = [np.bincount(unit, weights=values, minlength=units) for values in run.features.values()]
        if run.bins is not None:
            at, values = run.bins
            where = unit.reshape(-1, *[1] * (at.ndim - 1)) * bins + at
            flat = np.bincount(where.ravel(), weights=values.ravel(), minlength=units * bins)
            columns += [*flat.reshape(units, bins).T]
        others = np.stack(columns, axis=1).astype(float)
        return cls(_class_sums(hits, unit, units, classes), _class_sums(run.predicted, unit, units, classes), others)

    def times(self, weights: Floats) -> tuple[Floats, ...]:
        return _product(self.hits, weights), _product(self.predicted, weights), weights.T @ self.others


def _class_sums(labels: NDArray[np.int64], unit: NDArray[np.int64], units: int, classes: int) -> sparse.csr_array:
    """Return how many rows of each class each unit has; rows of -1 have none."""
    if labels.ndim == 2:
        row, label = np.nonzero(labels)
        cells = label * units + unit[row]
    else:
        there = labels >= 0
        cells = labels[there] * units + unit[there]
    found, count = np.unique(cells, return_counts=True)
    return sparse.csr_array((count.astype(float), (found // units, found % units)), shape=(classes, units))


def _product(sums: sparse.csr_array, weights: Floats) -> Floats:
    product: Floats = np.asarray(sums @ weights).T
    return product


def _weights(units: int, resamples: int, rng: np.random.Generator) -> Iterator[Floats]:
    """Yield how often each unit is drawn (units, B of this block)."""
    for first in range(0, resamples, _BLOCK):
        height = min(_BLOCK, resamples - first)
        drawn = rng.integers(0, units, size=(height, units)) * height + np.arange(height)[:, None]
        yield np.bincount(drawn.ravel(), minlength=units * height).reshape(units, height).astype(float)


def _put_together(parts: Sequence[tuple[Floats, ...]], ranked: Sequence[tuple[Floats, ...]], run: RowSums) -> Resampled:
    support, rows, hits, predicted, others = (np.concatenate(part, axis=0) for part in zip(*parts, strict=True))
    names, bins = list(run.features), run.bins
    of_scores = [np.concatenate(part) for part in zip(*ranked, strict=True)]
    features = {name: others[:, i] for i, name in enumerate(names)}
    return Resampled(
        Totals(hits, predicted, support, rows), features, None if bins is None else others[:, len(names) :], *of_scores
    )
