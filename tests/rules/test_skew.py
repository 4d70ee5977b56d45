"""SKW: unequal classes, planted, and equal ones."""

from __future__ import annotations

import pytest

from tests.rules.audits import BALANCED, CLEAN, Cell, audit_cells, audit_counts, of_rule


def test_the_true_rarest_class_is_named_beside_the_typo() -> None:
    audit = audit_counts({None: {"cat": 8695, "dog": 1200, "fox": 17, "Cat": 1, "N/A": 1, "": 1}})

    assert "fox" in {finding.label for finding in of_rule(audit, "SUP001")}
    (ratio,) = of_rule(audit, "SKW001")
    assert ratio.observed == 8696 / 17
    assert ratio.message.startswith('"cat" has 512 times the rows of "fox"')
    assert ratio.message.endswith('(with dirt, 8,695 times "")')


def test_skew_is_a_warning_above_ten_to_one() -> None:
    assert of_rule(audit_counts({None: {"cat": 1000, "dog": 100}}), "SKW001") == []
    (finding,) = of_rule(audit_counts({None: {"cat": 1001, "dog": 100}}), "SKW001")
    assert (finding.severity, finding.limit) == ("warning", 10.0)


def test_few_effective_classes_are_a_warning() -> None:
    assert of_rule(audit_counts(CLEAN), "SKW002") == []
    (finding,) = of_rule(audit_counts({None: {"a": 9000, "b": 100, "c": 100, "d": 100}}), "SKW002")
    assert finding.message == "4 classes are as diverse as 1.2 equally common ones"


def test_entropy_is_judged_against_declared_classes_that_do_not_occur() -> None:
    names = [f"c{i}" for i in range(40)]
    cells: list[Cell] = [(None, None, name, 100) for name in names[:4]]

    (finding,) = of_rule(audit_cells(cells, classes=names), "SKW003")

    assert finding.observed == pytest.approx(0.3758, abs=1e-4)  # ln 4 / ln 40
    assert of_rule(audit_cells(cells), "SKW003") == []


def test_few_classes_that_hold_all_rows_have_a_gini_above_the_limit_and_a_long_tail() -> None:
    audit = audit_cells([(None, None, "big", 10_000), *((None, None, f"c{i}", 10) for i in range(20))])

    assert of_rule(audit, "SKW004")[0].observed == pytest.approx(0.933, abs=1e-3)
    assert of_rule(audit, "SKW005")[0].message.startswith("1 classes are head (more than 100 rows), 0 medium, 20 few")
    assert of_rule(audit_cells(BALANCED), "SKW004") == of_rule(audit_cells(BALANCED), "SKW005") == []
