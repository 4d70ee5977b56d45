"""Shards → the audit of the whole: as one pass over all rows would give, wherever they are cut."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imbalance_audit.auditing.merging import NOT_KEPT, merge_audits
from imbalance_audit.auditing.scanning import scan
from imbalance_audit.errors import OptionError
from imbalance_audit.records import Labels
from imbalance_audit.rules.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from imbalance_audit.records import Audit


ROWS = pl.DataFrame({
    "label": ["cat"] * 30 + ["dog"] * 9 + [None] + ["fox"] * 2 + ["Cat"],
    "split": ["train", "train", "val"] * 14 + ["train"],
    "site": ["x", "y", "z", None] * 10 + ["x", "y", "z"],
})  # fmt: skip


def audit(rows: pl.DataFrame) -> Audit:
    return scan(rows, label="label", split="split", group="site")


@given(cuts=st.lists(st.integers(1, 42), max_size=4, unique=True).map(sorted), turned=st.booleans())
@settings(deadline=None, max_examples=15)
def test_shards_merge_into_the_audit_of_the_whole_wherever_it_is_cut(cuts: list[int], turned: bool) -> None:
    edges = [0, *cuts, ROWS.height]
    shards = [audit(ROWS[low:high]) for low, high in pairwise(edges)]

    assert merge_audits(*(reversed(shards) if turned else shards)) == audit(ROWS)


def test_one_audit_merges_into_itself() -> None:
    assert merge_audits(audit(ROWS)) == audit(ROWS)


def test_nothing_is_refused() -> None:
    with pytest.raises(OptionError, match="Nothing to merge: name at least one audit"):
        merge_audits()


@pytest.mark.parametrize(
    ("labels", "tasks"), [(("a", "b"), "binary"), (("a", "a"), "multiclass"), (("ab", "c"), "multiclass")]
)
def test_the_task_is_that_of_all_classes_together(labels: tuple[str, str], tasks: str) -> None:
    assert merge_audits(*(scan(list(part)) for part in labels)).source.task == tasks


def test_paths_notes_and_ignored_labels_are_those_of_all_shards_each_once() -> None:
    def shard(path: str, *notes: str, ignore: Sequence[str] = ()) -> Audit:
        labels = Labels(pl.LazyFrame({"label": ["a", "b", "void", "skip"]}), path=path, notes=notes)
        return scan(labels, ignore=ignore)

    whole = merge_audits(shard("x", "one", "two", ignore=["void"]), shard("y", "two"), shard("x", ignore=["skip"]))

    assert whole.source.path == "x, y"
    assert whole.source.notes == ("one", "two")
    assert whole.ignored == ("void", "skip")
    assert whole.classes == ("a", "b")


def test_text_that_is_numbers_in_one_shard_only_is_text_in_the_whole() -> None:
    def shard(*labels: str) -> Audit:
        return scan(Labels(pl.LazyFrame({"label": labels}), untyped=True))

    numbers = merge_audits(shard("10", "9"), shard("1"))
    mixed = merge_audits(shard("10", "9"), shard("x"))

    assert (numbers.classes, numbers.class_order) == (("1", "9", "10"), "numeric")
    assert (mixed.classes, mixed.class_order) == (("10", "9", "x"), "lexical")


def test_a_shard_without_a_class_has_no_say_in_the_order() -> None:
    empty = scan(Labels(pl.LazyFrame({"label": pl.Series([None], dtype=pl.Int64)})))
    numbers = scan(Labels(pl.LazyFrame({"label": [10, 9]})))

    assert merge_audits(empty, numbers).classes == ("9", "10")


@pytest.mark.parametrize(
    ("one", "two", "what"),
    [
        ({"classes": ("a", "b")}, {}, "classes are declared"),
        ({"classes": ("a", "b")}, {"classes": ("b", "a")}, "declared classes"),
        ({"unit": "box"}, {"unit": "token"}, "unit of a row"),
        ({"task": "multilabel"}, {}, "labels a sample"),
    ],
)
def test_audits_that_cannot_belong_together_are_refused_with_what_they_differ_in(
    one: Mapping[str, object], two: Mapping[str, object], what: str
) -> None:
    frame = pl.LazyFrame({"label": ["a", "b"], "new_sample": [True, True], "new_label": [True, True]})
    first = scan(Labels(frame, path="one", **one))  # type: ignore[arg-type]  # -- by name
    second = scan(Labels(frame, path="two\n", **two))  # type: ignore[arg-type]  # -- by name

    with pytest.raises(OptionError) as caught:
        merge_audits(first, first, second)

    assert str(caught.value) == (
        f"one and two\\n cannot be merged: they differ in {what}. Scan both with the same options."
    )


def test_declared_classes_stay_as_they_are_in_every_shard() -> None:
    whole = merge_audits(*(scan(list(part), classes=["b", "z", "a"]) for part in ("ab", "a")))

    assert (whole.classes, whole.class_order, whole.declared) == (("b", "z", "a"), "declared", True)


IDS = pl.DataFrame(
    [("a", "train", 1), ("b", "val", 2), ("b", "train", 3), ("a", "train", 1), ("a", "val", 2), ("b", "val", 3)],
    schema=["label", "split", "id"],
    orient="row",
)
"""Cut in the middle, each id lies in both halves: one is repeated, one has two labels, one leaks."""


def with_ids(rows: pl.DataFrame, keep: Path | None = None) -> Audit:
    return scan(rows, label="label", split="split", id="id", keep_ids=keep)


def coverage(whole: Audit, code: str) -> tuple[str, str | None]:
    return next((c.state, c.reason) for c in whole.coverage if c.code == code)


def test_ids_that_were_not_kept_cannot_be_checked_between_shards_and_that_is_told() -> None:
    whole = merge_audits(with_ids(IDS[:3]), with_ids(IDS[3:]))

    assert {coverage(whole, code) for code in ("INT001", "INT002", "INT003")} == {("not_run", NOT_KEPT)}
    assert whole.collisions is None
    none = merge_audits(scan(["a"]), scan(["b"]))
    assert coverage(none, "INT001") == ("not_run", "no id column is named; pass it with --id")
    assert coverage(merge_audits(with_ids(IDS)), "INT001")[0] == "failed"


@pytest.mark.parametrize("memory", [1, 2**31])
def test_ids_that_were_kept_are_checked_between_shards_whatever_the_memory(tmp_path: Path, memory: int) -> None:
    parts = [with_ids(IDS[low : low + 3], tmp_path / f"{low}.parquet") for low in (0, 3)]
    files = [tmp_path / "0.parquet", tmp_path / "3.parquet"]

    whole = merge_audits(*parts, ids=files, memory=memory)

    assert whole == with_ids(IDS)
    assert {collision.kind for collision in whole.collisions or ()} == {"conflict", "leak", "repeat"}


def test_the_whole_is_judged_by_the_policy() -> None:
    whole = merge_audits(scan(["a"] * 30), scan(["b"] * 3), policy=Policy(select=("SUP",)))

    assert {finding.code for finding in whole.findings} == {"SUP001"}
    assert replace(whole, findings=(), coverage=()) == replace(scan(["a"] * 30 + ["b"] * 3), findings=(), coverage=())
