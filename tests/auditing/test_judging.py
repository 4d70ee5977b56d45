"""Counts → audit: the same counts give the same audit, and every change of a policy is judged anew."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imbalance_audit.auditing.judging import ID_RULES, judge_again
from imbalance_audit.auditing.scanning import scan
from imbalance_audit.counting.class_tally import to_class_counts
from imbalance_audit.errors import PolicyError
from imbalance_audit.records import ClassCounts, Labels, fingerprint
from imbalance_audit.rules.policy import Policy


def test_judging_looks_at_all_counts_a_fixed_number_of_times_however_many_the_classes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: dict[int, int] = {}

    class Watched(tuple[str | None, ...]):
        def __iter__(self) -> Iterator[str | None]:
            looked[len(self)] = looked.get(len(self), 0) + 1
            return super().__iter__()

    def watched(table: pl.DataFrame) -> ClassCounts:
        counts = to_class_counts(table)
        return replace(counts, split=Watched(counts.split))

    monkeypatch.setattr("imbalance_audit.auditing.scanning.to_class_counts", watched)
    for classes in (200, 400):
        scan([f"class {i}" for i in range(classes)])

    assert looked[200] == looked[400] < 50


def counts_of(cells: Sequence[tuple[str | None, str | None, int]]) -> ClassCounts:
    split, label, n = zip(*cells, strict=True)
    return ClassCounts(split, (None,) * len(n), label, n, n, n)


CELLS = [("train", "a", 3), ("train", None, 1), ("val", "b", 2), (None, "a", 5)]


def test_the_fingerprint_is_that_of_the_sorted_table_written_line_by_line() -> None:
    lines = '[null, "a", 5]\n["train", null, 1]\n["train", "a", 3]\n["val", "b", 2]\n'

    assert fingerprint(counts_of(CELLS)) == hashlib.sha256(lines.encode()).hexdigest()


@given(order=st.permutations(CELLS), cut=st.integers(1, 2))
@settings(deadline=None)
def test_the_fingerprint_hangs_neither_on_the_order_nor_on_the_cut_of_the_rows(
    order: list[tuple[str | None, str | None, int]], cut: int
) -> None:
    split, label, n = order[0]
    pieces = [*order[1:], (split, label, n - min(cut, n)), (split, label, min(cut, n))]

    assert fingerprint(counts_of(pieces)) == fingerprint(counts_of(CELLS))


@pytest.mark.parametrize(
    "other",
    [
        [*CELLS[:3], (None, "a", 6)],
        [*CELLS[:3], (None, "a\n", 5)],
        [*CELLS[:3], ("null", "a", 5)],
        [("train", "a", 3), ("train", "null", 1), *CELLS[2:]],
    ],
)
def test_another_count_label_or_split_has_another_fingerprint(other: list[tuple[str | None, str | None, int]]) -> None:
    assert fingerprint(counts_of(other)) != fingerprint(counts_of(CELLS))


def test_two_classes_of_one_label_a_sample_are_a_binary_task_and_three_are_not() -> None:
    assert [scan(list(labels)).source.task for labels in ("ab", "abc", "a")] == ["binary", "multiclass", "multiclass"]
    several = Labels(
        pl.LazyFrame({"label": ["a", "b"], "new_sample": [True, False], "new_label": [True, True]}), task="multilabel"
    )
    assert scan(several).source.task == "multilabel"


def test_only_labels_that_are_trained_on_are_classes_and_neither_null_nor_ignored_ones() -> None:
    frame = pl.DataFrame({"label": ["b", "a", None, "void", "c"], "split": ["train"] * 4 + ["val"]})

    audit = scan(frame, label="label", split="split", ignore=["void"])

    assert (audit.classes, audit.class_order, audit.declared) == (("a", "b"), "lexical", False)


def test_numbers_without_a_type_are_ordered_as_numbers_and_text_as_text() -> None:
    def order(**more: object) -> tuple[str, ...]:
        return scan(Labels(pl.LazyFrame({"label": ["10", "9", "1"]}), **more)).classes  # type: ignore[arg-type]  # -- by name

    assert order(untyped=True) == ("1", "9", "10")
    assert order() == ("1", "10", "9")
    assert scan(pl.DataFrame({"label": [10, 9, 1]}), label="label").classes == ("1", "9", "10")


def test_the_source_s_classes_go_before_those_of_the_policy_and_ignored_ones_are_none() -> None:
    labels = Labels(pl.LazyFrame({"label": ["a", "b"]}), classes=("b", "a"), loader="some.Loader")
    policy = Policy(classes=("a", "b", "z"))

    mine = scan(labels, policy=policy)
    theirs = scan(["a", "b"], policy=policy, ignore=["b"])

    assert (mine.classes, mine.source.loader) == (("b", "a"), "some.Loader")
    assert (theirs.classes, theirs.declared, theirs.source.loader) == (("a", "z"), True, None)


def test_a_loader_is_named_only_where_its_order_was_taken() -> None:
    labels = Labels(pl.LazyFrame({"label": ["a", "b"]}), loader="some.Loader")

    assert scan(labels).source.loader is None


def test_skew_is_measured_for_all_rows_and_each_split_with_dirt_set_aside() -> None:
    frame = pl.DataFrame({"label": ["a"] * 6 + ["b"] * 2 + ["A"] + ["a"] * 3, "split": ["train"] * 9 + ["val"] * 3})

    audit = scan(frame, label="label", split="split")

    assert list(audit.splits) == ["train", "val"]
    assert (audit.overall.raw.imbalance_ratio, audit.overall.clean.imbalance_ratio) == (9.0, 5.0)
    assert audit.splits["train"].clean.imbalance_ratio == 3.5
    assert audit.splits["val"].clean.classes == 1


def test_an_audit_judged_again_under_its_own_policy_is_itself() -> None:
    table = {"label": ["a", "b"] * 40 + ["a", None], "id": [*range(80), 0, 1], "g": ["x", "y"] * 41}

    audit = scan(table, label="label", id="id", group="g")

    assert judge_again(audit) == audit
    assert judge_again(judge_again(audit, Policy(ignore=("INT",)))) == audit


def test_classes_of_a_policy_declare_what_nobody_declared_and_nothing_that_somebody_did() -> None:
    policy = Policy(classes=("z", "void", "b", "a"))
    audit = scan(["a", "b", "void"], ignore=["void"])

    again = judge_again(audit, policy)

    assert (again.classes, again.class_order, again.declared) == (("z", "b", "a"), "declared", True)
    assert [f.label for f in again.findings if f.code == "SUP005"] == ["z"]
    assert judge_again(scan(["a", "b"], classes=["b", "a"]), policy).classes == ("b", "a")


def test_what_ids_told_is_kept_where_they_are_not_at_hand_and_judged_where_they_are() -> None:
    audit = scan({"label": ["a", "b", "a"], "id": [1, 1, 2]}, label="label", id="id")
    told = [f for f in audit.findings if f.code == "INT001"]
    forgotten = replace(audit, collisions=None)

    assert len(told) == 1
    assert [f for f in judge_again(forgotten).findings if f.code == "INT001"] == told
    assert "INT001" not in {f.code for f in judge_again(replace(audit, collisions=())).findings}
    assert {"INT001", "INT002", "INT003"} == set(ID_RULES)


def test_a_policy_that_speaks_of_no_rule_is_refused_when_an_audit_is_judged_again() -> None:
    with pytest.raises(PolicyError, match='speaks of a rule "XXX"'):
        judge_again(scan(["a", "b"]), Policy(select=("XXX",)))
