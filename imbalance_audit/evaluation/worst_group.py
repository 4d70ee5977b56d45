"""Which group of rows fares worst."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imbalance_audit.display import quoted
from imbalance_audit.evaluation.intervals import wilson

if TYPE_CHECKING:
    from imbalance_audit.predictions.predicted import Predictions


def worst_group(predictions: Predictions, confidence: float) -> list[str]:
    """Return a note on the group that is surely worst: of which the interval's upper end is the lowest."""
    assert predictions.group is not None  # noqa: S101 -- asked only where there are groups
    names, group = np.unique(predictions.group.astype(str), return_inverse=True)
    right = (predictions.truth == predictions.predicted).reshape(len(group), -1).all(axis=1)
    rows, hits = np.bincount(group), np.bincount(group, weights=right).astype(int)
    shares = [wilson(int(k), int(n), confidence) for k, n in zip(hits, rows, strict=True)]
    worst = min(range(len(shares)), key=lambda at: shares[at].high or 0.0)
    one = shares[worst]
    return [
        f"Of {len(names):,} groups, {quoted(str(names[worst]))} fares worst: {one.value:.3f} of its {rows[worst]:,}"
        f" rows are right ({one.low:.3f} to {one.high:.3f}), of all {right.mean():.3f}."
    ]
