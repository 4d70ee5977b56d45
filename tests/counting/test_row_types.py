"""The types of a label table are checked before any row is read."""

from __future__ import annotations

import polars as pl
import pytest

from imbalance_audit.counting.row_types import check_types
from imbalance_audit.errors import SourceError


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (pl.LazyFrame({"lable": ["a"]}), "column label is missing"),
        (pl.LazyFrame({"label": ["a"], "colour": [1]}), "column colour is not known"),
        (pl.LazyFrame({"label": ["a"], "split": [1]}), "column split is Int64, expected String"),
    ],
)
def test_a_table_of_another_shape_is_refused_by_name(frame: pl.LazyFrame, told: str) -> None:
    with pytest.raises(SourceError, match=told):
        check_types(frame)
