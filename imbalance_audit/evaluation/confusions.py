"""Which classes are taken for which, the worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imbalance_audit.records import Confusion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LISTED = 20
"""Confusions that are named."""


def joint_counts(
    truth: NDArray[np.int64], predicted: NDArray[np.int64], classes: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs of truth and prediction that occur, and how often each does."""
    cells, rows = np.unique(truth * classes + predicted, return_counts=True)
    return cells // classes, cells % classes, rows


def worst_confusions(
    pairs: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    classes: Sequence[str],
    support: NDArray[np.int64],
    costs: NDArray[np.float64] | None,
) -> tuple[Confusion, ...]:
    """Return the worst confusions, by what they cost together where costs are known, else by rows.

    Args:
        pairs: Truth, prediction and rows of each pair that occurs.
        classes: The class names.
        support: Rows of each class.
        costs: What each error costs, truth × prediction.
    """
    truth, said, rows = (part[pairs[0] != pairs[1]] for part in pairs)
    cost = None if costs is None else costs[truth, said] * rows
    # Stable: equals stay in class order.
    order = np.argsort(-(rows if cost is None else cost), kind="stable")[:LISTED]
    return tuple(
        Confusion(
            truth=classes[truth[at]],
            predicted=classes[said[at]],
            rows=int(rows[at]),
            share=float(rows[at] / support[truth[at]]),
            cost=None if cost is None else float(cost[at]),
        )
        for at in order
    )
