"""The counting laws, against Python's own Counter."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from imbalance_audit.counting.local import run
from imbalance_audit.counting.tallies import ClassTally, IdTally, merge, to_class_counts, to_id_collisions

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


@given(ROWS, st.integers(0, 1000))
def test_an_id_tally_cut_anywhere_gives_the_table_of_one_pass(rows: list[tuple[Any, ...]], seed: int) -> None:
    tally = IdTally(splits=("train", "val", "test"))
    parts = [tally.partial(table(part)) for part in (cut(rows, seed) or [[]])]

    merged = tally.combine(tally.finish(tally.merge(pl.concat(parts)))).collect()

    assert merged.write_ndjson() == run(tally, table(rows)).write_ndjson()


@given(ROWS, st.integers(2, 5))
@settings(max_examples=30)
def test_ids_checked_in_several_passes_give_the_table_of_one(rows: list[tuple[Any, ...]], passes: int) -> None:
    tally = IdTally(splits=("train", "val", "test"))

    assert run(tally, table(rows), passes=passes).write_ndjson() == run(tally, table(rows)).write_ndjson()


@given(ROWS)
def test_repeats_are_the_ids_that_stand_in_one_split_several_times_with_one_label(rows: list[tuple[Any, ...]]) -> None:
    places: defaultdict[int, list[tuple[str | None, str | None]]] = defaultdict(list)
    for label, split, _, id_ in rows:
        if id_ is not None:
            places[id_].append((label, split))

    found = to_id_collisions(run(IdTally(splits=("test", "train", "val")), table(rows)))

    repeated = [
        cells
        for cells in places.values()
        if len(cells) > 1
        and len({label for label, _ in cells}) == 1
        and cells[0][0] is not None
        and len({split for _, split in cells} - {None}) <= 1
    ]
    repeats = [collision for collision in found if collision.kind == "repeat"]
    assert (sum(c.ids for c in repeats), sum(c.rows for c in repeats)) == (len(repeated), sum(map(len, repeated)))


@given(ROWS)
def test_id_collisions_equal_those_of_sets_of_each_ids_labels_and_splits(rows: list[tuple[Any, ...]]) -> None:
    labels: defaultdict[int, set[str]] = defaultdict(set)
    splits: defaultdict[int, set[str]] = defaultdict(set)
    for label, split, _, id_ in rows:
        if id_ is not None:
            labels[id_] |= {label} - {None}
            splits[id_] |= {split} - {None}

    found = to_id_collisions(run(IdTally(splits=("test", "train", "val")), table(rows)))

    assert sum(c.ids for c in found if c.kind == "conflict") == sum(len(names) > 1 for names in labels.values())
    for collision in found:
        if collision.kind == "leak":
            assert collision.ids == sum(set(collision.at) <= places for places in splits.values())
            assert set(collision.examples) <= {str(i) for i, places in splits.items() if set(collision.at) <= places}
    assert {c.at for c in found if c.kind == "leak"} == {
        (a, b)
        for a, b in (("test", "train"), ("test", "val"), ("train", "val"))
        if any({a, b} <= s for s in splits.values())
    }


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


def test_a_null_label_on_an_id_is_no_conflict() -> None:
    rows = pl.LazyFrame({"label": ["cat", None], "id": [1, 1]})

    assert to_id_collisions(run(IdTally(), rows)) == ()
