"""INT: one thing told twice, planted, and clean data."""

from __future__ import annotations

import polars as pl

from imbalance_audit.auditing.scanning import scan
from imbalance_audit.records import Labels
from tests.rules.audits import Cell, audit_cells, audit_rows, ids, of_rule


def test_one_id_with_two_labels_is_an_error_with_the_labels_and_examples() -> None:
    audit = audit_rows(["cat", "dog", "cat", "cat"], [7, 7, 8, 9], ["train"] * 4)

    (finding,) = of_rule(audit, "INT001")

    assert finding.message == '1 id carries both "cat" and "dog": "7"'
    assert (finding.rows, finding.examples) == (2, ("7",))


def test_one_id_in_two_splits_is_an_error() -> None:
    audit = audit_rows(["cat", "cat", "dog", "dog"], [7, 7, 8, 9], ["train", "test", "train", "test"])

    (finding,) = of_rule(audit, "INT002")

    assert finding.message == '1 id lies both in test and in train: "7"'
    assert of_rule(audit, "INT001") == []


def test_two_labels_on_one_sample_are_no_conflict_where_samples_carry_several() -> None:
    frame = pl.LazyFrame({"label": ["a", "b"], "id": [1, 1], "new_sample": [True, False], "new_label": [True, True]})

    audit = scan(Labels(frame, task="multilabel"))

    assert {c.code: c.reason for c in audit.coverage}["INT001"] == "a sample may carry several labels"


def test_a_repeated_row_is_told_with_its_split() -> None:
    rows = [(("cat", "dog")[i % 2], i, "train") for i in range(100)]

    (finding,) = of_rule(ids([*rows, ("cat", 0, "train"), ("cat", 0, "train")]), "INT003")

    assert (finding.severity, finding.split, finding.observed, finding.examples) == ("warning", "train", 2, ("0",))
    assert of_rule(ids(rows), "INT003") == []


def test_the_total_of_all_conflicting_pairs_stands_in_one_line_before_them() -> None:
    pairs = [("a", 1), ("b", 1), ("a", 2), ("c", 2), ("b", 3), ("c", 3), ("a", 4)]

    total, *each = of_rule(ids([(label, i, "train") for label, i in pairs]), "INT001")

    assert total.message == "3 ids in 6 rows carry several labels, between 3 pairs of them"
    assert len(each) == 3


def test_a_patient_in_train_and_test_is_a_warning() -> None:
    cells: list[Cell] = [("train", "p1", "cat", 30), ("train", "p2", "dog", 30), ("test", "p2", "cat", 30)]

    (finding,) = of_rule(audit_cells(cells), "INT004")

    assert finding.message == '1 group lies both in test and in train: "p2"'
    assert of_rule(audit_cells([*cells[:2], ("test", "p3", "cat", 30)]), "INT004") == []
