"""SKW: unequal classes, planted, and equal ones."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import entropy

from imbalance_audit.auditing.judging import judge_again
from imbalance_audit.records import Audit
from imbalance_audit.rules.policy import Override, Policy
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


def test_the_three_rarest_are_named_by_count_then_name_and_the_train_split_is_judged() -> None:
    audit = audit_counts({"train": {"cat": 3000, "d": 30, "b": 20, "c": 20, "a": 40}, "test": {"cat": 1, "a": 900}})

    (finding,) = of_rule(audit, "SKW001")

    assert (finding.split, finding.observed, finding.limit) == ("train", 150.0, 10.0)
    assert finding.message == '"cat" has 150 times the rows of "b"; the rarest are "b" 20, "c" 20, "d" 30'


def test_a_limit_of_another_split_does_not_judge_train() -> None:
    audit = audit_counts({"train": {"a": 3000, "b": 100}, "test": {"a": 30, "b": 20}})

    def found(split: str) -> int:
        override = Override(splits={split: Override(warning=100.0)})
        codes = ("SKW001", "SKW002", "SKW003", "SKW004", "SKW005")
        again = judge_again(audit, Policy(rules=dict.fromkeys(codes, override)))
        return len(of_rule(again, "SKW001"))

    assert (found("train"), found("test")) == (0, 1)


@pytest.mark.parametrize(("counts", "found"), [([50, 50], 0), ([999, 1], 1), ([1000], 0), ([990, 10, 0], 1)])
def test_effective_classes_are_those_of_scipy_s_entropy_against_the_classes_that_occur(
    counts: list[int], found: int
) -> None:
    present = [n for n in counts if n]
    audit = audit_counts({None: {f"c{i}": n for i, n in enumerate(counts) if n}})

    told = of_rule(audit, "SKW002")

    assert len(told) == (found if np.exp(entropy(present)) / len(present) < 0.5 else 0)
    assert [f.observed for f in told] == pytest.approx([np.exp(entropy(present)) / len(present)] * len(told))


def test_dirt_is_told_beside_the_effective_classes_where_it_changes_them() -> None:
    clean: dict[str | None, int] = {"a": 9000, "b": 100, "c": 100, "d": 100}

    (finding,) = of_rule(audit_counts({None: {**clean, "A": 1}}), "SKW002")

    assert finding.message == "4 classes are as diverse as 1.2 equally common ones (with dirt, 5 as 1.2)"


def test_entropy_exactly_at_the_limit_is_no_finding() -> None:
    # Four of sixteen declared classes hold all rows: ln 4 / ln 16 is ½.
    def audit(declared: int) -> Audit:
        names = [f"c{i}" for i in range(declared)]
        return audit_counts({None: dict.fromkeys(names[:4], 50)}, classes=names)

    assert of_rule(audit(16), "SKW003") == []
    (finding,) = of_rule(audit(17), "SKW003")
    assert finding.message == "the entropy of the class shares is 48.9% of the most it could be"


def test_the_gini_coefficient_is_the_mean_difference_over_twice_the_mean() -> None:
    counts = [10_000, *[10] * 20]
    difference = np.abs(np.subtract.outer(counts, counts)).mean() / (2 * np.mean(counts))

    (finding,) = of_rule(audit_counts({None: {f"c{i}": n for i, n in enumerate(counts)}}), "SKW004")

    assert finding.observed == pytest.approx(difference)
    assert finding.message == "the Gini coefficient of the class counts is 0.93: 0 is equal, 1 is all in one class"


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ([500, 19, 19], "1 classes are head (more than 100 rows), 0 medium, 2 few (fewer than 20)"),
        ([500, 20, 19], None),
        ([500, 19], None),  # half is not more than half
        ([100, 101, 19, 19, 19], "1 classes are head (more than 100 rows), 1 medium, 3 few (fewer than 20)"),
    ],
)
def test_a_tail_is_long_where_more_than_half_of_the_classes_have_fewer_than_20_rows(
    counts: list[int], told: str | None
) -> None:
    found = of_rule(audit_counts({None: {f"c{i}": n for i, n in enumerate(counts)}}), "SKW005")

    assert [f.message for f in found] == ([told] if told else [])
    assert [f.observed for f in found] == ([sum(n < 20 for n in counts) / len(counts)] if told else [])
