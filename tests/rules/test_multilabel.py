"""MLB: labels that share samples unevenly, planted, and even ones."""

from __future__ import annotations

from dataclasses import replace

from imbalance_audit.auditing.judging import judge_again
from tests.rules.audits import audit_samples, of_rule


def test_a_rare_label_among_several_has_a_high_irlbl_and_cardinality_may_move() -> None:
    rare = audit_samples([["a", "b"]] * 100 + [["c"]])
    moved = audit_samples([["a"]] * 50 + [["a", "b"]] * 50, splits=["train"] * 50 + ["test"] * 50)
    even = audit_samples([["a", "b"]] * 50, splits=["train", "test"] * 25)

    assert [(f.label, f.observed) for f in of_rule(rare, "MLB001")] == [("c", 100.0)]
    assert of_rule(rare, "MLB002")[0].message == "MeanIR is 34.0, CVIR 1.68"
    assert of_rule(moved, "MLB004")[0].observed == 2.0
    assert of_rule(even, "MLB001") == of_rule(even, "MLB002") == of_rule(even, "MLB004") == []


def test_a_declared_label_without_positives_is_an_error() -> None:
    audit = audit_samples([["a", "b"]] * 50)
    declared = replace(audit, classes=("a", "b", "c"), declared=True, class_order="declared")

    assert [f.label for f in of_rule(judge_again(declared), "MLB003")] == ["c"]
    assert of_rule(judge_again(replace(declared, classes=("a", "b"))), "MLB003") == []
