"""Confidence intervals: Wilson's of a share, and the percentile interval of a bootstrap."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from imbalance_audit.records import Estimate

if TYPE_CHECKING:
    from numpy.typing import NDArray


def wilson(hits: int, rows: int, confidence: float) -> Estimate:
    """Return a share with its score interval (Wilson, JASA 1927), which keeps its level for few rows and near 0 and 1.

    Without rows there is neither.

    >>> found = wilson(8, 10, 0.95)
    >>> found.value, round(found.low, 4), round(found.high, 4)
    (0.8, 0.4902, 0.9433)
    """
    if not rows:
        return Estimate(None)
    z2 = NormalDist().inv_cdf((1 + confidence) / 2) ** 2
    share = hits / rows
    centre = (share + z2 / (2 * rows)) / (1 + z2 / rows)
    half = (z2 * (share * (1 - share) / rows + z2 / (4 * rows * rows))) ** 0.5 / (1 + z2 / rows)
    return Estimate(share, 0.0 if not hits else centre - half, 1.0 if hits == rows else centre + half)


def percentile(value: float, resampled: NDArray[np.float64], confidence: float) -> Estimate:
    """Return a figure with the percentile interval of its resamples (Efron & Tibshirani, 1993, §13.3).

    It is widened to hold the figure: a calibration error is larger in most resamples than in the rows themselves.
    """
    if not np.isfinite(value):
        return Estimate(None)
    there = resampled[np.isfinite(resampled)]
    if not there.size:
        return Estimate(float(value))
    low, high = np.quantile(there, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Estimate(float(value), min(float(low), float(value)), max(float(high), float(value)))
