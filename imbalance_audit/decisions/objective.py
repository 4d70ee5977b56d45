"""The metrics that decisions are tuned by, of whole stacks of confusion tables at once, with standard errors.

Each is a smooth function of the table, so its standard error is that of the mean of its influence over the rows (the
delta method): no resampling. It is a large-sample figure; with a handful of rows in a class it is too small.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from imbalance_audit.errors import OptionError, refuse_unknown
from imbalance_audit.records import Estimate
from imbalance_audit.records.metrics import DECISION_METRICS

if TYPE_CHECKING:
    from numpy.typing import NDArray

NORMAL_95 = 1.959964
"""Standard errors on either side of a 95 % interval."""


@dataclass(frozen=True)
class Objective:
    """What a decision is tuned by: a metric of `DECISION_METRICS`, with its parameters.

    Attributes:
        name: `macro_f1`: the mean F1 of the classes. `f_beta`: F_β, of the second of two classes, else the classes'
            mean. `balanced_accuracy`: mean recall (of several labels: of both sides of each). `accuracy` (of several
            labels: the mean of each label's own, since each is decided by itself).
            `expected_cost`: the mean cost of a row, where less is better. `recall_at_precision`: the recall of the
            second class, or the labels' mean one, where its precision reaches `precision`.
        beta: β of `f_beta`: how many times as much recall counts as precision.
        precision: Of `recall_at_precision`.
        costs: costs[truth][predicted], (C, C), of `expected_cost`.

    >>> Objective("f_beta", beta=2.0).beta
    2.0
    """

    name: str
    beta: float = 1.0
    precision: float = 0.9
    costs: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))

    def __post_init__(self) -> None:
        refuse_unknown("metric", self.name, tuple(DECISION_METRICS))
        if not 0 < self.beta < np.inf or not 0 < self.precision <= 1:
            message = f"Expected beta above 0 and a precision from 0 to 1, got {self.beta} and {self.precision}."
            raise OptionError(message)
        if self.name == "expected_cost" and not self.costs.size:
            message = "expected_cost needs what each error costs: give costs (--costs), rows are the truth."
            raise OptionError(message)

    @property
    def sign(self) -> float:
        """1 where more is better, -1 where less is."""
        return -1.0 if DECISION_METRICS[self.name].better == "lower" else 1.0

    @property
    def most(self) -> float:
        """The largest value it can have."""
        return float(self.costs.max()) if self.name == "expected_cost" else 1.0

    @property
    def needs_every_class(self) -> bool:
        """Whether a class without a row leaves the metric undefined."""
        return "every class" in DECISION_METRICS[self.name].needs

    def utility(self, table: NDArray[np.float64], *, positive: bool = False) -> NDArray[np.float64]:
        """Return what a search makes as large as it can, of tables (…, C, C).

        Where no precision reaches the floor, the search falls back to the highest precision.
        """
        if self.name != "recall_at_precision":
            return self.sign * self.value(table, positive=positive)
        said = table[..., :, 1].sum(axis=-1)
        precision = _ratio(table[..., 1, 1], said)
        recall = self.value(table, positive=positive)
        return np.where((precision >= self.precision) & (said > 0), recall, precision - 2.0)

    def value(self, table: NDArray[np.float64], *, positive: bool = False) -> NDArray[np.float64]:
        """Return the metric of tables (…, C, C) of weighted rows, truth by prediction.

        Means over classes leave out a class without a row, those of F only if it is never predicted either: they are
        those of `audit evaluate`.

        Args:
            table: The tables.
            positive: They are of one of several labels: `f_beta` and `macro_f1` are of the second side alone.
        """
        rows, total = table.sum(axis=-1), table.sum(axis=(-1, -2))
        hits = np.diagonal(table, axis1=-2, axis2=-1)
        if self.name == "accuracy":
            return _ratio(hits.sum(axis=-1), total)
        if self.name == "expected_cost":
            return _ratio((table * self.costs).sum(axis=(-1, -2)), total)
        if self.name == "recall_at_precision":
            return _ratio(hits[..., 1], rows[..., 1])
        per_class = _ratio(hits, rows)
        if self.name != "balanced_accuracy":
            square = self._square
            per_class = _ratio((1 + square) * hits, square * rows + table.sum(axis=-2))
        value: NDArray[np.float64] = (per_class * self.class_shares(table, positive=positive)).sum(axis=-1)
        return value

    def influence(self, table: NDArray[np.float64], *, positive: bool = False) -> NDArray[np.float64]:
        """Return (C, C): what one row of each cell adds to the metric, times the number of rows. Its mean is 0."""
        rows, total = table.sum(axis=-1), table.sum()
        hits = np.diagonal(table)
        eye = np.eye(len(table))
        if self.name == "accuracy":
            return eye - self.value(table)
        if self.name == "expected_cost":
            return self.costs - self.value(table)
        if self.name == "recall_at_precision":
            mask = np.zeros_like(eye)
            mask[1] = _ratio(total, rows[1]) * (eye[1] - _ratio(hits[1], rows[1]))
            return mask
        part = self.class_shares(table, positive=positive)
        if self.name == "balanced_accuracy":
            return (part * _ratio(total, rows))[:, None] * (eye - _ratio(hits, rows)[:, None])
        square = self._square
        size = square * rows + table.sum(axis=-2)
        score = _ratio((1 + square) * hits, size)
        scale = part * _ratio(total, size)
        return eye * ((1 + square) * scale) - (square * scale * score)[:, None] - (scale * score)[None, :]

    @property
    def _square(self) -> float:
        return self.beta**2 if self.name == "f_beta" else 1.0

    def counts_one(self, size: int, *, positive: bool = False) -> bool:
        """Return whether it is of the second class alone."""
        return self.name != "balanced_accuracy" and (positive or (self.name == "f_beta" and size == 2))

    def class_shares(self, table: NDArray[np.float64], *, positive: bool = False) -> NDArray[np.float64]:
        """Return how much each class counts (…, C): one alone, or equally all that have rows, or of F predictions."""
        if self.counts_one(table.shape[-1], positive=positive):
            return np.array([0.0, 1.0])
        size = table.sum(axis=-1)
        if self.name != "balanced_accuracy":
            size = size + table.sum(axis=-2)
        there = (size > 0).astype(np.float64)
        shares: NDArray[np.float64] = there / np.maximum(there.sum(axis=-1, keepdims=True), 1.0)
        return shares


def table_of(
    truth: NDArray[np.int64], predicted: NDArray[np.int64], weight: NDArray[np.float64], size: int
) -> NDArray[np.float64]:
    """Return the weighted rows (C, C), truth by prediction; of several labels (C, 2, 2), one table a label."""
    if truth.ndim == 2:
        w = weight[:, None]
        both, said, true = (w * truth * predicted).sum(0), (w * predicted).sum(0), (w * truth).sum(0)
        neither = weight.sum() - said - true + both
        return np.stack([np.stack([neither, said - both], -1), np.stack([true - both, both], -1)], -2)
    cells = np.bincount(truth * size + predicted, weights=weight, minlength=size * size)
    return cells.astype(np.float64).reshape(size, size)


@dataclass(frozen=True)
class Judged:
    """A metric of predictions, and what each row adds to it.

    Attributes:
        value: The metric.
        influence: (N,), with the weighted mean 0.
        weight: (N,).
        most: The largest value that the metric can have; the least is 0.
    """

    value: float
    influence: NDArray[np.float64]
    weight: NDArray[np.float64]
    most: float = 1.0

    def estimate(self) -> Estimate:
        """Return the metric with its 95 % interval, cut off where the metric ends."""
        half = NORMAL_95 * self.error()
        return Estimate(self.value, max(self.value - half, 0.0), min(self.value + half, self.most))

    def error(self) -> float:
        """Return the standard error."""
        return float(np.sqrt(((self.weight * self.influence) ** 2).sum()) / self.weight.sum())

    def minus(self, other: Judged) -> Estimate:
        """Return this metric minus another one of the same rows, with a paired interval."""
        change = self.value - other.value
        half = NORMAL_95 * Judged(0.0, self.influence - other.influence, self.weight).error()
        return Estimate(change, change - half, change + half)


def judge(
    metric: Objective, truth: NDArray[np.int64], predicted: NDArray[np.int64], weight: NDArray[np.float64], size: int
) -> Judged:
    """Return a metric of predictions: class indices (N,), or 0 and 1 (N, C) where a row may have several labels."""
    table = table_of(truth, predicted, weight, size)
    if truth.ndim == 1:
        value = float(metric.value(table))
        return Judged(value, metric.influence(table)[truth, predicted], weight, metric.most)
    there = np.ones(size, bool)
    if metric.needs_every_class:
        # Recall is not defined for a label that no row has, F not for one that is never predicted either.
        found = table[:, 1, :].sum(axis=-1)
        there = (found + table[:, 0, 1] if metric.name in ("macro_f1", "f_beta") else found) > 0
    part = there / max(int(there.sum()), 1)
    value = float(metric.value(table, positive=True) @ part)
    of_rows = np.zeros(len(truth))
    for c in np.flatnonzero(there):
        of_rows += part[c] * metric.influence(table[c], positive=True)[truth[:, c], predicted[:, c]]
    return Judged(value, of_rows, weight)


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return part / whole, 0 where there is nothing to divide by."""
    part, whole = np.broadcast_arrays(np.asarray(part, np.float64), np.asarray(whole, np.float64))
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)
