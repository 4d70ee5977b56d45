"""SUP: classes that lack rows where they need them, planted, and clean data."""

from __future__ import annotations

from tests.rules.audits import BALANCED, CLEAN, audit_cells, audit_counts, of_rule


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
