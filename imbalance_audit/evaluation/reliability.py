"""Whether probabilities mean what they say: reliability diagrams and expected calibration errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imbalance_audit.records import CalibrationBin

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

BINS = 15
"""Bins of equal width (Guo et al., ICML 2017)."""


def bin_of(confidence: Floats) -> NDArray[np.int64]:
    """Return the bin of each confidence: (0, 1/15], (1/15, 2/15] …; 0 is in the first."""
    return np.clip(np.ceil(confidence * BINS).astype(np.int64) - 1, 0, BINS - 1)


def calibration_error(gaps: Floats, weight: Floats | float) -> Floats:
    """Return the expected calibration error: Σ |Σ w·(confidence - right)| / Σ w, the inner sum within a bin.

    That is Σ share of the bin · |mean confidence - accuracy| (Naeini et al., AAAI 2015; Guo et al., ICML 2017).

    Args:
        gaps: The inner sums; the last axis is that of the bins.
        weight: Σ w.
    """
    total: Floats = np.abs(gaps).sum(axis=-1) / weight
    return total


def gaps_of(probability: Floats, right: NDArray[np.bool_], weight: Floats | None) -> Floats:
    """Return Σ w·(probability - right) of each bin."""
    gap = probability - right
    sums = np.bincount(bin_of(probability), weights=gap if weight is None else gap * weight, minlength=BINS)
    return sums.astype(float)


def reliability(confidence: Floats, right: NDArray[np.bool_], weight: Floats | None) -> tuple[CalibrationBin, ...]:
    """Return the bins that hold a row.

    Args:
        confidence: What is claimed, (N,).
        right: What came true, (N,).
        weight: What each row counts; None: the same.
    """
    bins = bin_of(confidence)
    weight = np.ones(len(bins)) if weight is None else weight
    rows = np.bincount(bins, minlength=BINS)
    total, claimed, true = (
        np.bincount(bins, weights=weight * values, minlength=BINS) for values in (1.0, confidence, right)
    )
    return tuple(
        CalibrationBin(at / BINS, (at + 1) / BINS, int(rows[at]), claimed[at] / total[at], true[at] / total[at])
        for at in range(BINS)
        if total[at] > 0
    )
