"""Labels of every kind, and those that cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch

from imbalance_audit.errors import OptionError
from imbalance_audit.training import ClassSampler

if TYPE_CHECKING:
    from imbalance_audit.records import ClassWeights

LABELS = [0] * 6 + [1] * 3 + [2]


NAMES = ["bird"] * 6 + ["cat"] * 3 + ["dog"]


KINDS: dict[str, Any] = {
    "tuple": tuple(LABELS),
    "int64 tensor": torch.tensor(LABELS),
    "uint8 tensor": torch.tensor(LABELS, dtype=torch.uint8),
    "int16 tensor": torch.tensor(LABELS, dtype=torch.int16),
    "int64 array": np.array(LABELS),
    "uint16 array": np.array(LABELS, dtype=np.uint16),
    "int8 array": np.array(LABELS, dtype=np.int8),
    "object array": np.array(LABELS, dtype=object),
    "list of numpy integers": [np.int64(label) for label in LABELS],
    "pandas integers": pd.Series(LABELS),
    "polars integers": pl.Series(LABELS),
    "list of text": NAMES,
    "array of text": np.array(NAMES),
    "pandas text": pd.Series(NAMES),
    "pandas category": pd.Series(NAMES, dtype="category"),
    "polars text": pl.Series(NAMES),
    "polars categorical": pl.Series(NAMES, dtype=pl.Categorical),
}


@pytest.mark.parametrize("kind", KINDS)
def test_labels_of_every_kind_draw_the_same_rows(kind: str, weights: ClassWeights) -> None:
    labels = KINDS[kind]

    assert list(ClassSampler(labels, weights=weights)) == list(ClassSampler(LABELS, weights=weights))
    assert list(ClassSampler(labels)) == list(ClassSampler(LABELS))


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([], "at least one row"),
        ([0.5, 1.0], "one integer or one text for each row, got float32\\[2\\]"),
        ([[0, 1], [1, 0]], "got int64\\[2, 2\\]"),
        (torch.zeros(3, 2, dtype=torch.int64), "got int64\\[3, 2\\]"),
        (torch.zeros(3), "got float32\\[3\\]"),
        ([0, None, 1], "got none in row 1"),
        ([0, "a"], "got a mixture"),
        (["a", None], "got NoneType in row 1"),
        (["a", 3], "got int in row 1"),
        ([2**70, 1], "got a mixture"),
        ("abc", "got str"),
        (3, "got int"),
        ([-100, -100], "got ignored rows only"),
        (pl.Series([1, None]), "got float64\\[2\\]"),
        (pd.Series(["a", None]), "in row 1"),
    ],
)
def test_labels_that_cannot_be_read_are_refused(labels: Any, message: str) -> None:  # noqa: ANN401 -- that is the point
    with pytest.raises(OptionError, match=message):
        ClassSampler(labels)


def test_rows_are_python_integers_and_cost_four_bytes() -> None:
    sampler = ClassSampler(torch.zeros(1000, dtype=torch.int64))

    assert type(next(iter(sampler))) is int
    assert (
        sum(value.nbytes for value in vars(sampler.table).values() if isinstance(value, torch.Tensor)) < 4 * 1000 + 100
    )
