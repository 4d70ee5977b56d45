"""What changed between two audits: nothing between equal ones, and every finding on one side only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imbalance_audit.auditing.changes import Changes, changes_between
from imbalance_audit.auditing.scanning import scan
from imbalance_audit.records import Finding

if TYPE_CHECKING:
    from imbalance_audit.records import Audit, Severity


def finding(label: str | None, severity: Severity = "warning", message: str = "it is so") -> Finding:
    return Finding(code="SUP001", name="rare-class", severity=severity, message=message, remedy="", label=label)


def with_findings(*findings: Finding) -> Audit:
    return replace(scan(["a", "b"]), findings=findings)


def test_an_audit_has_not_changed_since_itself() -> None:
    audit = scan(["a"] * 50 + ["b", "B", ""])

    assert changes_between(audit, audit) == Changes((), (), (), ())


def test_findings_are_new_gone_or_graver_by_rule_split_and_class_in_their_own_order() -> None:
    earlier = with_findings(finding("z"), finding("gone"), finding("a"), finding("b", "error"), finding("off"))
    now = with_findings(finding("new2"), finding("a", "error"), finding("b"), finding("z", "info"), finding("new1"))

    found = changes_between(now, earlier)

    assert [f.label for f in found.new] == ["new2", "new1"]
    assert [f.label for f in found.resolved] == ["gone", "off"]
    assert found.escalated == (finding("a", "error"),)


def test_a_finding_of_no_class_is_the_same_one_with_other_figures_and_another_with_other_words() -> None:
    earlier = with_findings(finding(None, message="the ratio is 1,200"))
    same = with_findings(finding(None, message="the ratio is 3.5"))
    other = with_findings(finding(None, message="the entropy is 1,200"))

    assert changes_between(same, earlier).new == ()
    assert len(changes_between(other, earlier).new) == len(changes_between(other, earlier).resolved) == 1


def test_new_for_one_is_resolved_for_the_other() -> None:
    one, two = scan(["a"] * 500 + ["b"] * 3), scan(["a"] * 50 + ["b"] * 50 + [None])

    there, back = changes_between(two, one), changes_between(one, two)

    assert (there.new, there.resolved) == (back.resolved, back.new)
    assert [(name, new, old) for name, old, new in there.measures] == list(back.measures)


def test_every_number_that_changed_stands_beside_what_it_was_and_no_other() -> None:
    earlier, now = scan(["a"] * 6 + ["b"] * 2), scan(["a"] * 6 + ["b"] * 2 + [None])

    assert changes_between(now, earlier).measures == (("samples", 8, 9), ("without a label", 0, 1))
    fewer = changes_between(scan(["a"] * 8), earlier).measures
    assert [name for name, *_ in fewer] == [
        "classes", "imbalance ratio", "Hill 1", "Hill 2", "normalised entropy", "Gini",
    ]  # fmt: skip
    assert fewer[:2] == (("classes", 2, 1), ("imbalance ratio", 3.0, 1.0))
