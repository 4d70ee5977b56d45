"""Post-hoc logit adjustment: argmax of log p - τ·log π, over a grid of τ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imbalance_audit.decisions.objective import judge, table_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imbalance_audit.decisions.objective import Judged, Objective

GRID: tuple[float, ...] = tuple(round(0.05 * step, 2) for step in range(61))
"""τ from 0 (the likeliest class) over 1 (the class prior undone) to 3, by 0.05."""

_BLOCK = 4_000_000
"""Logits that are adjusted at once: they stay in the cache, and memory does not grow with the rows."""


@dataclass(frozen=True)
class Curve:
    """A metric by τ.

    Attributes:
        values: The metric at each τ of the grid.
        predictions: (τ, N), the class indices at each.
        best: The τ of the best value, the least one of equals.
    """

    values: NDArray[np.float64]
    predictions: NDArray[np.int32]
    best: float


def tau_curve(
    log_p: NDArray[np.float64],
    truth: NDArray[np.int64],
    prior: NDArray[np.float64],
    metric: Objective,
    weight: NDArray[np.float64],
) -> Curve:
    """Return the metric at every τ of the grid.

    Source: Menon et al., ICLR 2021, arXiv 2007.07314, section 4. The paper takes τ = 1, or tunes it.

    Args:
        log_p: (N, C), log p of the data's posterior.
        truth: (N,).
        prior: π, (C,), above 0: the prior that the posterior is calibrated for.
        metric: What is judged by.
        weight: (N,).
    """
    size = log_p.shape[1]
    predictions = np.empty((len(GRID), len(log_p)), dtype=np.int32)
    log_prior = np.log(prior)
    step = max(1, _BLOCK // (16 * size))
    for start in range(0, len(log_p), step):
        block = log_p[start : start + step]
        for at, tau in enumerate(GRID):
            predictions[at, start : start + step] = (block - tau * log_prior).argmax(axis=1)
    tables = np.stack([table_of(truth, predicted.astype(np.int64), weight, size) for predicted in predictions])
    values = metric.value(tables)
    return Curve(values, predictions, GRID[int(np.argmax(metric.utility(tables)))])


def curve_errors(
    curve: Curve, truth: NDArray[np.int64], metric: Objective, weight: NDArray[np.float64], size: int
) -> list[Judged]:
    """Return each point of a curve with its influences, for intervals."""
    return [judge(metric, truth, predicted.astype(np.int64), weight, size) for predicted in curve.predictions]


def one_standard_error(curve: Curve, judged: list[Judged], metric: Objective) -> float:
    """Return the least τ whose metric is within one standard error of the best one: the weakest that is as good.

    Source: Breiman et al., Classification and Regression Trees, 1984, section 3.4.3.
    """
    best = GRID.index(curve.best)
    within = metric.sign * curve.values >= metric.sign * curve.values[best] - judged[best].error()
    return GRID[int(np.argmax(within))]
