"""SPL: shares that moved between splits, planted, and splits without drift."""

from __future__ import annotations

import pytest

from benchmarks.false_alarms import EVERY_DIFFERENCE, false_alarms
from tests.rules.audits import BALANCED, audit_cells, of_rule


def test_a_class_whose_share_moved_is_named_and_the_split_as_a_whole() -> None:
    audit = audit_cells([
        ("train", None, "cat", 8000), ("train", None, "dog", 2000),
        ("test", None, "cat", 600), ("test", None, "dog", 400),
    ])  # fmt: skip

    (moved,) = of_rule(audit, "SPL001")
    (whole,) = of_rule(audit, "SPL002")

    assert (moved.split, moved.label, moved.observed) == ("test", "dog", 2.0)
    assert whole.observed == pytest.approx(0.2, abs=0.02)
    assert of_rule(audit_cells(BALANCED), "SPL001") == of_rule(audit_cells(BALANCED), "SPL002") == []


def test_psi_would_cry_wolf_over_a_thousand_classes_and_these_rules_do_not() -> None:
    cells = [("train", None, f"c{i:03d}", 8) for i in range(1000)]
    cells += [("test", None, f"c{i:03d}", 2 if i % 2 else 1) for i in range(1000)]

    audit = audit_cells(cells)

    assert of_rule(audit, "SPL001") == of_rule(audit, "SPL002") == []


def test_splits_without_drift_raise_a_finding_in_at_most_five_of_a_hundred_audits() -> None:
    assert false_alarms(100, 100, EVERY_DIFFERENCE) <= 0.05
