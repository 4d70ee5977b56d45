"""Thresholds: the log odds from which on a row is positive, of two classes or of each of several labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imbalance_audit.decisions.offsets import between
from imbalance_audit.errors import OptionError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imbalance_audit.decisions.objective import Objective


def cost_threshold(false_positive: float, false_negative: float) -> float:
    """Return the probability from which on calling a row positive costs least: c_FP / (c_FP + c_FN).

    Source: Elkan, IJCAI 2001, section 1, for right decisions that cost nothing.

    Raises:
        OptionError: a cost is negative or no number, or both are 0.

    >>> cost_threshold(1, 4)
    0.2
    """
    if not (0 <= false_positive < np.inf and 0 <= false_negative < np.inf) or false_positive + false_negative == 0:
        message = f"Expected costs from 0 up and not both 0, got {false_positive} and {false_negative}. Correct them."
        raise OptionError(message)
    return false_positive / (false_positive + false_negative)


def tune_threshold(
    odds: NDArray[np.float64],
    truth: NDArray[np.int64],
    metric: Objective,
    weight: NDArray[np.float64],
    *,
    positive: bool,
) -> float:
    """Return the log odds s* such that calling s ≥ s* positive is best. Every distinct score is tried.

    Args:
        odds: (N,).
        truth: (N,), 0 and 1.
        metric: What is tuned by.
        weight: (N,).
        positive: These are one of several labels.
    """
    order = np.argsort(-odds, kind="stable")
    s, w = odds[order], weight[order]
    hits = np.where(truth[order] == 1, w, 0.0)
    # The k rows with the largest scores are positive, k from 0 to N.
    said = np.concatenate(([0.0], np.cumsum(w)))
    true = np.concatenate(([0.0], np.cumsum(hits)))
    tables = np.stack(
        [
            np.stack([said[-1] - true[-1] - (said - true), said - true], axis=-1),
            np.stack([true[-1] - true, true], axis=-1),
        ],
        axis=-2,
    )
    utility = metric.utility(tables, positive=positive)
    low, high = np.concatenate((s, [-np.inf])), np.concatenate(([np.inf], s))
    utility[(low >= high) | (low == np.inf) | (high == -np.inf)] = -np.inf
    best = int(np.argmax(utility))
    return between(float(low[best]), float(high[best]))
