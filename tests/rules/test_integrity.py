"""INT: one thing told twice, planted, and clean data."""

from __future__ import annotations

import polars as pl
import pytest

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

    assert (finding.severity, finding.split, finding.observed, finding.examples) == (
        "warning",
        "train",
        2 / 102,
        ("0",),
    )
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


def test_pairs_of_labels_come_with_most_ids_first_then_in_name_order() -> None:
    pairs = [("a", 1), ("b", 1), ("a", 2), ("c", 2), ("a", 3), ("c", 3), ("b", 4), ("c", 4)]

    total, *each = of_rule(ids([(label, i, "train") for label, i in pairs]), "INT001")

    assert (total.observed, total.limit, total.rows) == (4, 0, 0)
    assert [f.message for f in each] == [
        '2 ids carry both "a" and "c": "2", "3"',
        '1 id carries both "a" and "b": "1"',
        '1 id carries both "b" and "c": "4"',
    ]
    assert [(f.observed, f.rows) for f in each] == [(2, 4), (1, 2), (1, 2)]


def test_ids_beyond_the_examples_are_hinted_at() -> None:
    rows = [(label, i, "train") for i in range(30) for label in ("a", "b")]

    (finding,) = of_rule(ids(rows), "INT001")

    assert finding.message.startswith('30 ids carry both "a" and "b": "0", ')
    assert finding.message.endswith(", …")


def test_ids_that_leak_are_told_for_each_pair_of_splits_at_the_second_one() -> None:
    rows = [("a", i, split) for i in (1, 2) for split in ("train", "test")] + [("a", 1, "val"), ("b", 9, "val")]

    found = of_rule(ids(rows), "INT002")

    assert [(f.split, f.observed, f.rows) for f in found] == [("train", 2, 5), ("val", 1, 3), ("val", 1, 3)]
    assert found[0].message == '2 ids lie both in test and in train: "1", "2"'


@pytest.mark.parametrize(("repeats", "severity"), [(0, None), (1, "warning"), (5, "warning"), (6, "error")])
def test_repeats_are_an_error_above_5_per_cent_of_the_rows_of_their_split(repeats: int, severity: str | None) -> None:
    rows = [(("a", "b")[i % 2], i, "train") for i in range(100 - repeats)]
    rows += [("a", 0, "train")] * repeats + [("b", 900 + i, "val") for i in range(9)]

    found = of_rule(ids(rows), "INT003")

    assert [f.severity for f in found] == ([severity] if severity else [])
    assert [f.rows for f in found] == ([repeats] if severity else [])
    assert all(f.message == f'1 id stands in {repeats + 1} rows: "0"' for f in found)


def test_a_repeated_row_without_splits_is_about_all_rows() -> None:
    audit = scan(Labels(pl.LazyFrame({"label": ["a", "a", "b", "b", "a"], "id": [1, 1, 2, 2, 3]})))

    (finding,) = of_rule(audit, "INT003")

    assert (finding.split, finding.observed, finding.rows) == (None, 2 / 5, 2)
    assert finding.message == '2 ids stand in 4 rows: "1", "2"'


def test_groups_are_compared_with_train_or_where_there_is_none_split_by_split() -> None:
    def found(*splits: str) -> list[tuple[str | None, float | int | str | None]]:
        audit = audit_cells([(split, group, "cat", 30) for split in splits for group in ("p2", "p1")])
        return [(f.split, f.observed) for f in of_rule(audit, "INT004")]

    assert found("train", "test", "val") == [("test", 2), ("val", 2)]
    assert found("a", "b", "c") == [("b", 2), ("c", 2), ("c", 2)]


@pytest.mark.parametrize(("shared", "more"), [(5, ""), (6, ", …")])
def test_the_first_five_shared_groups_are_named(shared: int, more: str) -> None:
    names = [f"p{i}" for i in range(shared)]
    audit = audit_cells([(split, name, "cat", 30) for split in ("train", "val") for name in reversed(names)])

    (finding,) = of_rule(audit, "INT004")

    assert finding.message == (f'{shared} groups lie both in train and in val: "p0", "p1", "p2", "p3", "p4"{more}')
    assert finding.examples == ("p0", "p1", "p2", "p3", "p4")
