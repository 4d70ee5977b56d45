"""Predictions of a made-up model whose probabilities are known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

Made = Callable[..., pl.DataFrame]


@pytest.fixture
def predictions() -> Made:
    """Return a function that makes a table of labels and scores."""

    def make(
        rows: int = 500, classes: tuple[str, ...] = ("cat", "dog", "fox"), *, seed: int = 0, kind: str = "logit"
    ) -> pl.DataFrame:
        rng = np.random.default_rng(seed)
        share = 1 / np.arange(1, len(classes) + 1) ** 1.5
        truth = rng.choice(len(classes), rows, p=share / share.sum())
        scores = rng.normal(size=(rows, len(classes)))
        scores[np.arange(rows), truth] += 1.2
        if kind == "prob":
            scores = np.exp(scores)
            scores /= scores.sum(axis=1, keepdims=True)
        names = [f"{kind}_{name}" for name in classes]
        labels = [classes[at] for at in truth]
        frame = pl.DataFrame({"id": [f"x{i:05}" for i in range(rows)], "label": labels})
        return frame.hstack(pl.DataFrame(scores, schema=names))

    return make
