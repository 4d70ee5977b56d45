"""GRP: labels that follow their group, planted, and labels that do not."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.stats import chi2_contingency

from imbalance_audit.auditing.scanning import scan
from imbalance_audit.records import Labels
from tests.rules.audits import Cell, audit_cells, of_rule


def test_labels_that_follow_the_site_are_told_and_a_class_of_one_site() -> None:
    follows = audit_cells(
        [(None, "a", "cat", 95), (None, "a", "dog", 5), (None, "b", "cat", 5), (None, "b", "dog", 95)]
    )
    alone = audit_cells([(None, "a", "cat", 50), (None, "b", "cat", 50), (None, "b", "dog", 40)])
    even = audit_cells([(None, group, label, 50) for group in "ab" for label in ("cat", "dog")])

    assert of_rule(follows, "GRP001")[0].observed == pytest.approx(0.9, abs=0.01)
    assert of_rule(alone, "GRP002")[0].message == 'all 40 rows of "dog" lie in the group "b"'
    assert of_rule(even, "GRP001") == of_rule(even, "GRP002") == []


@pytest.mark.parametrize("table", [[[95, 5], [5, 95]], [[60, 10, 30], [20, 50, 30], [9, 9, 82]]])
def test_association_is_cramers_v_with_bergsma_s_correction(table: list[list[int]]) -> None:
    n, (r, c) = np.sum(table), np.shape(table)
    phi = max(0, chi2_contingency(table, correction=False).statistic / n - (r - 1) * (c - 1) / (n - 1))
    rows, columns = r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)
    expected = np.sqrt(phi / min(rows - 1, columns - 1))

    cells = [(None, f"g{g}", f"c{i}", m) for g, row in enumerate(table) for i, m in enumerate(row)]
    (finding,) = of_rule(audit_cells(cells), "GRP001")

    assert finding.observed == pytest.approx(expected)
    assert (finding.severity, finding.rows) == ("warning", n)
    assert finding.message == f"Cramér's V of {c} classes and {r} groups is {expected:.2f}"


def test_a_label_that_is_its_group_is_an_error() -> None:
    audit = audit_cells([(None, "x", "cat", 500), (None, "y", "dog", 500)])

    assert of_rule(audit, "GRP001")[0].severity == "error"


@pytest.mark.parametrize(("n", "found"), [(20, False), (21, True)])
def test_a_class_of_more_than_20_rows_in_one_group_is_told(n: int, found: bool) -> None:
    audit = audit_cells([(None, "x", "cat", 500), (None, "y", "cat", 500), (None, "y", "dog", n)])

    assert [(f.label, f.rows, f.examples) for f in of_rule(audit, "GRP002")] == ([("dog", n, ("y",))] if found else [])


def test_classes_of_one_group_come_commonest_first_with_all_splits_added_and_no_ignored_label() -> None:
    cells: list[Cell] = [(s, "x", label, n) for s in ("train", "val") for label, n in (("b", 20), ("a", 20), ("z", 30))]
    frame = pl.LazyFrame([*cells, ("val", "y", "void", 90), ("val", "y", None, 1)], orient="row",
                         schema=["split", "group", "label", "weight"])  # fmt: skip

    audit = scan(Labels(frame), ignore=["void"])

    assert [(f.label, f.rows) for f in of_rule(audit, "GRP002")] == [("z", 60), ("a", 40), ("b", 40)]
