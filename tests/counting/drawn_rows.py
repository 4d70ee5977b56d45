"""Label tables as hypothesis draws them, whole and cut into parts."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

import polars as pl
from hypothesis import strategies as st

LABELS = st.sampled_from(["cat", "Cat", " cat", "", "fox", "ünder", None])
SPLITS = st.sampled_from(["train", "val", "test", None])
ROWS = st.lists(
    st.tuples(LABELS, SPLITS, st.sampled_from(["a", "b", None]), st.integers(0, 6) | st.none()), max_size=60
)
SCHEMA = {"label": pl.String, "split": pl.String, "group": pl.String, "id": pl.Int64}


def table(rows: list[tuple[Any, ...]]) -> pl.LazyFrame:
    return pl.LazyFrame(rows, schema=SCHEMA, orient="row")


def cut(rows: list[tuple[Any, ...]], seed: int) -> list[list[tuple[Any, ...]]]:
    parts = defaultdict(list)
    generator = random.Random(seed)
    for row in rows:
        parts[generator.randrange(4)].append(row)
    return generator.sample(list(parts.values()), len(parts))
