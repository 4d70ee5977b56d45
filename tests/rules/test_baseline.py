"""BSL: what moved since an earlier audit, planted, and nothing moved."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from imbalance_audit.auditing.judging import judge_again
from imbalance_audit.auditing.scanning import scan
from imbalance_audit.records import Audit, Finding
from tests.rules.audits import audit_counts, counts, of_rule


@pytest.mark.parametrize(
    ("code", "now", "label"),
    [
        ("BSL001", {"cat": 100, "dog": 100}, "fox"),
        ("BSL002", {"cat": 100, "dog": 100, "fox": 100, "owl": 5}, "owl"),
        ("BSL003", {"cat": 100, "dog": 100, "fox": 60}, "fox"),
        ("BSL004", {"cat": 900, "dog": 100, "fox": 100}, None),
    ],
)
def test_what_moved_since_the_earlier_audit_is_found(code: str, now: Mapping[str, int], label: str | None) -> None:
    earlier = counts(cat=100, dog=100, fox=100)

    found = of_rule(judge_again(counts(**now), baseline=earlier), code)

    assert [finding.label for finding in found] == [label]
    assert of_rule(judge_again(earlier, baseline=earlier), code) == []


def judged(code: str, before: Audit, now: Audit) -> list[Finding]:
    return of_rule(judge_again(now, baseline=before), code)


def test_a_class_is_gone_from_all_rows_or_from_a_split_that_both_have_in_name_order() -> None:
    before = audit_counts({"train": {"c": 9, "a": 1, "b": 9}, "old": {"b": 9}, "val": {"b": 5, "a": 0}})
    now = audit_counts({"train": {"b": 9}, "new": {"z": 9}, "val": {"z": 5}})

    found = judged("BSL001", before, now)

    assert [(f.split, f.label, f.rows) for f in found] == [(None, "a", 1), (None, "c", 9), ("val", "b", 5)]
    assert found[0].message == '"a" had 1 row and has none'
    assert found[2].message == '"b" had 5 rows and has none'


def test_a_class_is_new_unless_it_was_counted_or_declared() -> None:
    before = audit_counts({None: {"cat": 5, "dog": 5}}, classes=["cat", "owl"])
    now = audit_counts({None: {"cat": 5, "dog": 5, "owl": 1, "z": 1, "bee": 2}})

    found = judged("BSL002", before, now)

    assert [(f.label, f.severity, f.rows) for f in found] == [("bee", "warning", 2), ("z", "warning", 1)]
    assert [f.message for f in found] == ['"bee" is new (2 rows)', '"z" is new (1 row)']


@pytest.mark.parametrize(
    ("before", "now", "found"), [(20, 14, False), (20, 13, True), (19, 1, False), (20, 0, False), (20, 90, False)]
)
def test_a_count_moved_where_20_rows_or_more_lost_above_30_per_cent_but_not_all(
    before: int, now: int, found: bool
) -> None:
    told = judged("BSL003", counts(cat=100, fox=before), counts(cat=100, fox=now))

    assert [(f.label, f.rows) for f in told] == ([("fox", now)] if found else [])
    assert [f.message for f in told] == (['"fox" went from 20 to 13 rows (-35%)'] if found else [])
    assert [f.observed for f in told] == pytest.approx([0.35] * found)


def test_where_there_are_splits_a_count_moved_in_one_of_them() -> None:
    before = audit_counts({"train": {"a": 100, "b": 40}, "val": {"a": 40, "b": 10}})
    now = audit_counts({"train": {"a": 60, "b": 20}, "val": {"a": 40, "b": 2}})

    assert [(f.split, f.label) for f in judged("BSL003", before, now)] == [("train", "a"), ("train", "b")]


def test_the_distribution_moved_by_more_than_chance_in_all_rows_and_by_split() -> None:
    before = audit_counts({"train": {"a": 5000, "b": 5000}, "val": {"a": 5000, "b": 5000}})
    now = audit_counts({"train": {"a": 9900, "b": 100}, "val": {"a": 5000, "b": 5000}})

    whole, train = judged("BSL004", before, now)

    assert (whole.split, whole.severity, train.split, train.severity) == (None, "warning", "train", "warning")
    assert whole.message == "total variation from the earlier class shares is 0.245"
    assert train.observed == pytest.approx(0.49, abs=0.01)
    assert judged("BSL004", before, audit_counts({"train": {"a": 10_000, "b": 0}}))[0].severity == "warning"
    assert judged("BSL004", counts(a=9000), counts(a=9, b=9000))[0].severity == "error"


def test_few_rows_may_move_far_by_chance() -> None:
    assert judged("BSL004", counts(a=6, b=4), counts(a=4, b=6)) == []


def test_labels_that_are_ignored_now_have_neither_gone_nor_moved() -> None:
    labels = ["cat"] * 50 + ["dog"] * 50
    before, now = scan([*labels, *["void"] * 90]), scan([*labels, "void"], ignore=["void"])

    assert all(judged(code, before, now) == [] for code in ("BSL001", "BSL002", "BSL003", "BSL004"))


def test_without_an_earlier_audit_nothing_is_compared() -> None:
    states = {c.code: c.state for c in counts(a=5).coverage}

    assert {states[f"BSL00{i}"] for i in range(1, 5)} == {"not_run"}
