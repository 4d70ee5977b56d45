"""Rows of three classes whose posterior is known, and what a model says of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

PRIOR = np.array([0.8, 0.15, 0.05])


class Drawn(NamedTuple):
    """Logits whose softmax is the posterior, and what the rows are."""

    logits: NDArray[np.float64]
    truth: NDArray[np.int64]


def draw(
    rows: int, *, seed: int, prior: NDArray[np.float64] = PRIOR, calibrated_for: NDArray[np.float64] = PRIOR
) -> Drawn:
    """Return rows from a mixture of normals, a class each, with the log posterior under `calibrated_for`."""
    random = np.random.default_rng(seed)
    truth = random.choice(len(prior), size=rows, p=prior)
    means = 1.5 * np.eye(len(prior))
    x = random.normal(size=(rows, len(prior))) + means[truth]
    return Drawn(-((x[:, None, :] - means) ** 2).sum(axis=-1) / 2 + np.log(calibrated_for), truth)
