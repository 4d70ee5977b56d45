"""The counting laws, against Python's own Counter."""

from __future__ import annotations

from collections import Counter
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from imbalance_audit.counting.class_tally import ClassTally, merge, to_class_counts
from imbalance_audit.counting.local import run
from tests.counting.drawn_rows import ROWS, cut, table


@given(ROWS)
def test_counts_equal_a_plain_counter_over_the_rows(rows: list[tuple[Any, ...]]) -> None:
    counts = to_class_counts(run(ClassTally(), table(rows)))

    found = dict(zip(zip(counts.split, counts.group, counts.label, strict=True), counts.instances, strict=True))
    assert found == Counter((split, group, label) for label, split, group, _ in rows)
    assert counts.total_samples == len(rows)
    assert counts.unlabelled == sum(label is None for label, *_ in rows)


@given(ROWS, st.integers(0, 1000))
def test_merging_shards_in_any_order_equals_one_pass(rows: list[tuple[Any, ...]], seed: int) -> None:
    whole = to_class_counts(run(ClassTally(), table(rows)))

    shards = [to_class_counts(run(ClassTally(), table(part))) for part in cut(rows, seed)]

    assert merge(whole.of_split("nowhere"), *shards) == whole


def test_codes_that_stand_for_one_name_are_counted_together() -> None:
    rows = pl.LazyFrame({"label": [0, 1, 2, 7, None]})

    counts = to_class_counts(run(ClassTally({"0": "cat", "1": "dog", "2": "cat"}), rows))

    assert counts.per_label() == {"7": 1, "cat": 2, "dog": 1}
    assert counts.unlabelled == 1


def test_a_weighted_table_counts_what_its_rows_stand_for() -> None:
    rows = pl.LazyFrame({"label": ["cat", "dog", "cat"], "weight": [10, 1, 5]})

    counts = to_class_counts(run(ClassTally(), rows))

    assert counts.per_label() == {"cat": 15, "dog": 1}
    assert counts.total_samples == 16


def test_samples_and_instances_part_where_a_sample_repeats_a_label() -> None:
    rows = pl.LazyFrame(
        {
            "label": ["cat", "cat", "dog", None],
            "new_sample": [True, False, False, True],
            "new_label": [True, False, True, True],
        }
    )

    counts = to_class_counts(run(ClassTally(), rows))

    assert dict(zip(counts.label, zip(counts.instances, counts.samples, strict=True), strict=True)) == {
        None: (1, 1),
        "cat": (2, 1),
        "dog": (1, 1),
    }
    assert counts.total_samples == 2
