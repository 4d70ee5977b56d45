"""The rules together: what clean data raise, the order of findings, and how a rule is found."""

from __future__ import annotations

import polars as pl
import pytest

from imbalance_audit.auditing.scanning import scan
from imbalance_audit.errors import OptionError
from imbalance_audit.records import Labels
from imbalance_audit.rules import RULES, find_rule
from tests.rules.audits import BALANCED, audit_cells, audit_counts


def test_a_balanced_clean_data_set_raises_nothing() -> None:
    ids = list(range(300))
    labels, splits = ["cat", "dog", "fox"] * 100, ["train"] * 240 + ["test"] * 60

    audit = scan(Labels(pl.LazyFrame({"label": labels, "id": ids, "split": splits}), classes=("cat", "dog", "fox")))

    assert audit.findings == ()
    not_run = {coverage.code[:3] for coverage in audit.coverage if coverage.state == "not_run"}
    assert not_run == {"GRP", "INT", "MLB", "REG", "BSL", "WGT"}  # of INT only the rule on groups
    assert [coverage.code for coverage in audit.coverage] == [rule.code for rule in RULES]


def test_an_ignored_label_is_judged_by_no_rule() -> None:
    labels = Labels(pl.LazyFrame({"label": ["cat"] * 30 + ["dog"] * 30 + ["void"]}))

    audit = scan(labels, ignore=["void"])

    assert audit.classes == ("cat", "dog")
    assert audit.findings == ()
    assert audit.counts.per_label()["void"] == 1


def test_errors_come_before_warnings_and_codes_are_unique_and_documented() -> None:
    audit = audit_counts({"train": {"cat": 8083, "dog": 900, "fox": 17, None: 5}, "test": {"cat": 900, "dog": 100}})

    severities = [finding.severity for finding in audit.findings]

    assert severities == sorted(severities, key=["error", "warning", "info"].index)
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.condition and rule.remedy for rule in RULES)


def test_a_rule_is_found_by_code_or_name_and_a_wrong_one_gets_a_suggestion() -> None:
    assert find_rule("sup002") is find_rule("absent-from-split")
    with pytest.raises(OptionError, match='Did you mean "SUP002"'):
        find_rule("SUP02")


def test_a_balanced_data_set_with_groups_raises_nothing_above_information() -> None:
    cells = [(split, group, label, n // 2) for split, _, label, n in BALANCED for group in ("north", "south")]

    audit = audit_cells(cells)

    assert [finding.code for finding in audit.at_least("warning")] == ["INT004"]  # both sites lie in both splits
    assert audit_cells(BALANCED).findings == ()
