"""Colliding ids, against Python's own sets."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from imbalance_audit.counting.id_tally import IdTally, to_id_collisions
from imbalance_audit.counting.local import run
from tests.counting.drawn_rows import ROWS, cut, table


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


def test_a_null_label_on_an_id_is_no_conflict() -> None:
    rows = pl.LazyFrame({"label": ["cat", None], "id": [1, 1]})

    assert to_id_collisions(run(IdTally(), rows)) == ()
