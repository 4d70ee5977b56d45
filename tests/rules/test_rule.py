"""What a rule looks at, what it needs, and what becomes of many findings."""

from __future__ import annotations

from imbalance_audit.rules.rule import LISTED
from tests.rules.audits import CLEAN, Counts, audit_counts, of_rule


def test_unknown_labels_cannot_be_told_without_declared_classes() -> None:
    audit = audit_counts(CLEAN)

    states = {coverage.code: (coverage.state, coverage.reason) for coverage in audit.coverage}

    assert states["LBL002"] == ("not_run", "no classes are declared; pass them with --classes")
    assert states["INT001"] == ("not_run", "no id column is named; pass it with --id")


def test_findings_beyond_the_listed_are_counted_and_none_is_lost() -> None:
    classes: Counts = {f"c{i:05d}": 1 for i in range(LISTED + 500)}

    found = of_rule(audit_counts({None: classes}), "SUP001")

    assert len(found) == LISTED + 1
    assert found[-1].message == "500 more like these are counted here and not listed"
    assert sum(finding.rows for finding in found) == LISTED + 500
