"""SUP: classes that lack rows where they need them, planted, and clean data."""

from __future__ import annotations

import pytest

from imbalance_audit.auditing.judging import judge_again
from imbalance_audit.rules.policy import Override, Policy
from tests.rules.audits import BALANCED, CLEAN, Counts, audit_cells, audit_counts, of_rule


def test_rare_classes_of_train_are_listed_rarest_first_with_the_limit_they_break() -> None:
    audit = audit_counts({"train": {"cat": 800, "fox": 17, "owl": 1}, "test": {"cat": 3, "fox": 3, "owl": 3}})

    found = [(f.label, f.severity, f.observed, f.limit, f.split) for f in of_rule(audit, "SUP001")]

    assert found == [("owl", "error", 1, 2, "train"), ("fox", "warning", 17, 20, "train")]


def test_a_class_that_a_split_lacks_is_an_error_though_every_drift_score_is_tiny() -> None:
    audit = audit_counts({"train": {"cat": 8083, "dog": 900, "fox": 17}, "test": {"cat": 900, "dog": 100}})

    (finding,) = of_rule(audit, "SUP002")

    assert (finding.severity, finding.split, finding.label) == ("error", "test", "fox")
    assert finding.message == '"fox" has no row in test and 17 elsewhere'


def test_a_class_only_outside_train_is_an_error_and_gets_no_index() -> None:
    audit = audit_counts({"train": {"cat": 50, "dog": 50}, "val": {"cat": 9, "dog": 9, "bee": 4}})

    (finding,) = of_rule(audit, "SUP003")

    assert (finding.label, finding.split, finding.rows) == ("bee", "val", 4)
    assert audit.classes == ("cat", "dog")


def test_a_declared_class_that_train_lacks_is_absent_from_train() -> None:
    audit = audit_counts({"train": {"cat": 50}, "val": {"cat": 9, "dog": 9}}, classes=["cat", "dog"])

    assert [(finding.split, finding.label) for finding in of_rule(audit, "SUP002")] == [("train", "dog")]
    assert of_rule(audit, "SUP003") == []


def test_a_single_class_is_an_error_in_whichever_split_it_is_alone() -> None:
    assert of_rule(audit_counts({None: {"cat": 50}}), "SUP004")[0].label == "cat"
    assert [f.split for f in of_rule(audit_counts({**CLEAN, "test": {"cat": 9}}), "SUP004")] == ["test"]


def test_a_declared_class_without_rows_is_an_error() -> None:
    assert [f.label for f in of_rule(audit_counts(CLEAN, classes=["cat", "dog", "fox", "owl"]), "SUP005")] == ["owl"]


def test_a_class_with_nine_test_rows_has_a_recall_that_moves_in_steps_of_eleven_per_cent() -> None:
    audit = audit_cells([*BALANCED, ("train", None, "owl", 90), ("val", None, "owl", 9)])

    (finding,) = of_rule(audit, "SUP006")

    assert finding.message == '"owl" has 9 rows in val: its recall moves in steps of 11%'
    assert of_rule(audit_cells(BALANCED), "SUP006") == []


@pytest.mark.parametrize(
    ("n", "severity", "limit"), [(1, "error", 2), (2, "warning", 20), (19, "warning", 20), (20, None, None)]
)
def test_a_class_is_rare_below_20_rows_and_an_error_below_2(n: int, severity: str | None, limit: int | None) -> None:
    found = of_rule(audit_counts({None: {"cat": 500, "fox": n}}), "SUP001")

    assert [(f.severity, f.limit) for f in found] == ([(severity, limit)] if severity else [])


def test_rare_classes_of_one_count_come_by_name_and_rows_of_other_splits_do_not_help() -> None:
    audit = audit_counts({"train": {"cat": 90, "c": 3, "b": 1, "a": 3}, "test": {"cat": 90, "a": 90, "b": 9, "c": 9}})

    found = of_rule(audit, "SUP001")

    assert [(f.label, f.split) for f in found] == [("b", "train"), ("a", "train"), ("c", "train")]
    assert [f.message for f in found[:2]] == ['"b" has 1 row, fewer than 2', '"a" has 3 rows, fewer than 20']


def test_a_limit_that_is_a_share_is_told_in_per_cent() -> None:
    audit = audit_counts({None: {"cat": 990, "fox": 10}})
    policy = Policy(rules={"SUP001": Override(warning=0.011, error=False)})

    (finding,) = of_rule(judge_again(audit, policy), "SUP001")

    assert finding.message == '"fox" has 10 rows, fewer than 1.100% of the rows'
    assert (finding.observed, finding.limit, finding.rows) == (0.01, 0.011, 10)
    assert of_rule(judge_again(audit, Policy(rules={"SUP001": Override(warning=0.01)})), "SUP001") == []


def test_a_class_that_occurs_nowhere_is_missing_from_no_split() -> None:
    audit = audit_counts({"train": {"cat": 50}, "val": {"cat": 9}}, classes=["cat", "owl"])

    assert of_rule(audit, "SUP002") == []


def test_without_declared_classes_only_those_that_are_trained_on_are_missed_elsewhere() -> None:
    audit = audit_counts({"train": {"cat": 50, "dog": 1000}, "val": {"cat": 9, "bee": 3}, "test": {"bee": 4}})

    found = of_rule(audit, "SUP002")

    assert [(f.split, f.label) for f in found] == [("test", "cat"), ("test", "dog"), ("val", "dog")]
    assert {(f.observed, f.limit) for f in found} == {(0, 1)}
    assert [f.message for f in found[:2]] == [
        '"cat" has no row in test and 59 elsewhere',
        '"dog" has no row in test and 1,000 elsewhere',
    ]


def test_labels_outside_train_come_commonest_first_with_the_splits_that_hold_them() -> None:
    splits: dict[str | None, Counts] = {
        "train": {"cat": 50}, "test": {"cat": 9, "b": 1, "ant": 1, "bee": 1}, "val": {"cat": 9, "bee": 1},
    }  # fmt: skip

    found = of_rule(audit_counts(splits), "SUP003")

    assert [(f.label, f.split, f.rows) for f in found] == [("bee", "test", 2), ("ant", "test", 1), ("b", "test", 1)]
    assert {(f.observed, f.limit) for f in found} == {(0, 1)}
    assert found[0].message == '"bee" has 2 rows in test and val and none in train'
    assert found[1].message == '"ant" has 1 row in test and none in train'


def test_a_label_of_rows_in_no_split_is_told_so() -> None:
    audit = audit_counts({"train": {"cat": 50}, "val": {"cat": 5}, None: {"bee": 3}})

    (finding,) = of_rule(audit, "SUP003")

    assert (finding.message, finding.split) == ('"bee" has 3 rows in no split and none in train', None)


def test_two_classes_are_enough_and_the_rows_of_the_only_one_are_told() -> None:
    (finding,) = of_rule(audit_counts({None: {"cat": 50, None: 3}}), "SUP004")

    assert (finding.rows, finding.message, finding.split) == (50, 'every labelled row is "cat"', None)
    assert (finding.observed, finding.limit) == (1, 2)
    assert of_rule(audit_counts({None: {"cat": 50, "dog": 1}}), "SUP004") == []


def test_a_declared_class_with_one_row_anywhere_is_not_unseen() -> None:
    audit = audit_counts({"train": {"cat": 50}, "val": {"dog": 1}}, classes=["owl", "cat", "dog", "ant"])

    assert [(f.label, f.observed, f.limit, f.message) for f in of_rule(audit, "SUP005")] == [
        ("owl", 0, 1, '"owl" is declared and has no row'),
        ("ant", 0, 1, '"ant" is declared and has no row'),
    ]


def test_recall_is_coarse_below_10_rows_of_a_class_in_a_split_that_is_not_trained_on() -> None:
    splits: dict[str | None, Counts] = {
        "train": {"cat": 9, "dog": 90, "owl": 90, "ant": 90},
        "val": {"cat": 10, "dog": 9, "ant": 1, "owl": 1, "bee": 2},
    }

    found = of_rule(audit_counts(splits), "SUP006")

    assert [(f.split, f.label, f.observed, f.severity) for f in found] == [
        ("val", "ant", 1, "warning"), ("val", "owl", 1, "warning"), ("val", "dog", 9, "warning"),
    ]  # fmt: skip
    assert found[0].message == '"ant" has 1 row in val: its recall moves in steps of 100%'
