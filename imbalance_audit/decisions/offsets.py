"""One additive offset for each class, argmax of log p + b, by coordinate ascent on a metric of the confusion table."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from imbalance_audit.decisions.objective import table_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imbalance_audit.decisions.objective import Objective

SWEEPS = 10
"""Rounds over the classes at most."""

LEAST_GAIN = 1e-9
"""What a round has to gain for another one."""


def tune_offsets(
    log_p: NDArray[np.float64],
    truth: NDArray[np.int64],
    start: NDArray[np.float64],
    metric: Objective,
    weight: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return offsets (C,) with the mean 0 that no change of a single one improves.

    Each step is exact: with the other offsets fixed, the metric only changes where a row's class changes, which is at
    most N places, and all of them are looked at in one sorted pass. Of many classes the end depends on the start.

    Args:
        log_p: (N, C).
        truth: (N,).
        start: (C,), such as -τ·log π.
        metric: What is tuned by; not `recall_at_precision`.
        weight: (N,).
    """
    size = log_p.shape[1]
    offset = start.astype(np.float64).copy()
    leading = _Leading.of(log_p + offset)
    reached = float(metric.utility(table_of(truth, leading.first, weight, size)))
    for _ in range(SWEEPS):
        before = reached
        for c in range(size):
            found, utility = _best_of_class(log_p[:, c], truth, leading, c, metric, weight)
            if utility > reached + LEAST_GAIN:
                offset[c], reached = found, utility
                leading = _Leading.of(log_p + offset)
        if reached - before <= LEAST_GAIN:
            break
    centred: NDArray[np.float64] = offset - offset.mean()
    return centred


class _Leading(NamedTuple):
    """The two best classes of each row with their scores: who a class's rival is, without another look at all."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    best: NDArray[np.float64]
    next: NDArray[np.float64]
    size: int

    @classmethod
    def of(cls, scores: NDArray[np.float64]) -> _Leading:
        """Return those of scores (N, C), which are used up."""
        rows = np.arange(len(scores))
        first = scores.argmax(axis=1)
        best = scores[rows, first]
        scores[rows, first] = -np.inf
        second = scores.argmax(axis=1)
        return cls(first, second, best, scores[rows, second], scores.shape[1])


def _best_of_class(
    log_p: NDArray[np.float64],
    truth: NDArray[np.int64],
    leading: _Leading,
    c: int,
    metric: Objective,
    weight: NDArray[np.float64],
) -> tuple[float, float]:
    """Return the best offset of one class with the others fixed, and the metric there."""
    own = leading.first == c
    # Of two classes without a probability either, the first one is the rival: it must not be c itself.
    second = np.where(leading.second == c, (c + 1) % leading.size, leading.second)
    rival = np.where(own, second, leading.first)
    # The offset from which on a row is of class c and no more of its rival.
    turn = np.where(own, leading.next, leading.best) - log_p
    order = np.argsort(turn, kind="stable")
    turn, y, rival, w = turn[order], truth[order], rival[order], weight[order]
    utility = _along(y, rival, w, c, metric, leading.size)
    # A place between two rows with the same turn does not exist; neither does one beyond an infinite turn.
    edges = np.concatenate(([-np.inf], turn, [np.inf]))
    low, high = edges[:-1], edges[1:]
    utility[(low >= high) | (low == np.inf) | (high == -np.inf)] = -np.inf
    best = int(np.argmax(utility))
    return between(low[best], high[best]), float(utility[best])


def between(low: float, high: float) -> float:
    """Return the middle of an open interval, one beyond its end where the other is infinite.

    >>> between(1.0, 2.0), between(-np.inf, 2.0), between(1.0, np.inf), between(-np.inf, np.inf)
    (1.5, 1.0, 2.0, 0.0)
    """
    if np.isinf(low):
        return 0.0 if np.isinf(high) else float(high) - 1.0
    return float(low) + 1.0 if np.isinf(high) else float(low + (high - low) / 2)


def _along(
    y: NDArray[np.int64],
    rival: NDArray[np.int64],
    w: NDArray[np.float64],
    c: int,
    metric: Objective,
    size: int,
) -> NDArray[np.float64]:
    """Return the utility (N + 1,) after the first k rows went from their rival to class c."""
    table = table_of(y, rival, w, size)
    rows = table.sum(axis=1)
    if metric.name in ("accuracy", "balanced_accuracy", "expected_cost"):
        gain = w * (_payoff(metric, rows, y, np.full_like(rival, c)) - _payoff(metric, rows, y, rival))
        utility: NDArray[np.float64] = metric.utility(table) + np.concatenate(([0.0], np.cumsum(gain)))
        return utility
    return _along_f(y, rival, w, c, table, metric)


def _payoff(
    metric: Objective, rows: NDArray[np.float64], y: NDArray[np.int64], said: NDArray[np.int64]
) -> NDArray[np.float64]:
    if metric.name == "expected_cost":
        cost: NDArray[np.float64] = metric.costs[y, said]
        return -cost / float(rows.sum())
    hit = (y == said).astype(np.float64)
    whole = np.full(len(y), rows.sum()) if metric.name == "accuracy" else rows[y] * np.count_nonzero(rows)
    payoff: NDArray[np.float64] = hit / whole
    return payoff


def _along_f(
    y: NDArray[np.int64],
    rival: NDArray[np.int64],
    w: NDArray[np.float64],
    c: int,
    table: NDArray[np.float64],
    metric: Objective,
) -> NDArray[np.float64]:
    """Return the mean F_β along the switches: that of c grows by what it gains, that of each rival by what it loses."""
    size = len(table)
    rows, said, hits = table.sum(axis=1), table.sum(axis=0), np.diagonal(table)
    square = metric.beta**2 if metric.name == "f_beta" else 1.0
    part = np.array([0.0, 1.0]) if metric.counts_one(size) else np.ones(size)
    # Rows of one rival together, in the order in which they switch.
    by_rival = np.argsort(rival, kind="stable")
    r = rival[by_rival]
    first = np.searchsorted(r, np.arange(size))
    lost_said = _running(w[by_rival], first, r)
    lost_hits = _running(np.where(y[by_rival] == r, w[by_rival], 0.0), first, r)
    after = _f(hits[r] - lost_hits, rows[r], said[r] - lost_said, square)
    original = _f(hits, rows, said, square)
    opens = np.zeros(len(r), bool)
    opens[first[first < len(r)]] = True
    # A class that is nobody's rival has its `first` where the next one's is, which is open anyway.
    previous = np.where(opens, original[r], np.concatenate(([0.0], after[:-1])))
    change = np.empty(len(r))
    change[by_rival] = part[r] * (after - previous)
    gained_hits = np.concatenate(([0.0], np.cumsum(np.where(y == c, w, 0.0))))
    gained_said = np.concatenate(([0.0], np.cumsum(w)))
    own = part[c] * _f(gained_hits, rows[c], gained_said, square)
    rest = float((part * original).sum() - part[c] * original[c])
    total: NDArray[np.float64] = own + rest + np.concatenate(([0.0], np.cumsum(change)))
    return total if metric.counts_one(size) else total / _counted(r, by_rival, c, rows, said)


def _counted(
    r: NDArray[np.int64],
    by_rival: NDArray[np.int64],
    c: int,
    rows: NDArray[np.float64],
    said: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return how many classes have rows or predictions (N + 1,) after the first k rows went to class c.

    Args:
        r: The rivals, sorted.
        by_rival: At which switch each of them loses its row.
        c: The class that gains.
        rows: Rows of each class.
        said: Predictions of each class before the first switch.
    """
    count = np.full(len(r) + 1, float(((rows > 0) | (said > 0)).sum()))
    rivals = np.flatnonzero((rows == 0) & (said > 0))
    leaves = by_rival[np.searchsorted(r, rivals, side="right") - 1]
    count -= np.cumsum(np.bincount(leaves + 1, minlength=len(count)))
    if rows[c] == 0:
        count[1:] += 1
    return count


def _running(values: NDArray[np.float64], first: NDArray[np.int64], group: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return running sums within each group of a sorted array."""
    total = np.concatenate(([0.0], np.cumsum(values)))
    return total[1:] - total[first[group]]


def _f(hits: NDArray[np.float64], rows: object, said: NDArray[np.float64], square: float) -> NDArray[np.float64]:
    size = square * np.asarray(rows) + said
    part = np.broadcast_to((1 + square) * hits, np.shape(size))
    return np.divide(part, size, out=np.zeros(np.shape(size)), where=size > 0)
