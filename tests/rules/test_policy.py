"""What a policy changes, and what of it is refused."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from imbalance_audit import Audit, Policy, scan
from imbalance_audit.errors import PolicyError
from imbalance_audit.records import Finding
from imbalance_audit.rules.policy import Override, Waiver

TODAY = date(2027, 1, 31)
FRAME = pl.DataFrame({
    "label": ["cat"] * 300 + ["fox"] * 15 + ["owl"] * 5 + ["cat"] * 30 + ["fox"] * 5 + ["owl"] * 4,
    "split": ["train"] * 320 + ["test"] * 39,
})  # fmt: skip


def judged(policy: Policy) -> Audit:
    return scan(FRAME, label="label", split="split", policy=policy)


def of_rule(policy: Policy, code: str) -> list[tuple[str | None, str | None, str]]:
    return [(f.split, f.label, f.severity) for f in judged(policy).findings if f.code == code]


def rules(**overrides: Override) -> Policy:
    return Policy(rules=overrides)


def test_without_a_policy_every_rule_has_its_own_limits() -> None:
    assert of_rule(Policy(), "SUP001") == [("train", "owl", "warning"), ("train", "fox", "warning")]
    assert judged(Policy()) == scan(FRAME, label="label", split="split")


def test_rules_are_selected_and_ignored_by_the_start_of_their_codes_and_that_is_told() -> None:
    audit = judged(Policy(select=("SUP",), ignore=("SUP006",)))

    states = {coverage.code: (coverage.state, coverage.reason) for coverage in audit.coverage}

    assert {finding.code for finding in audit.findings} == {"SUP001"}
    assert states["SKW001"] == ("not_run", "the policy does not select it")
    assert states["SUP006"] == ("not_run", "the policy ignores it")


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        (Override(warning=10), [("train", "owl", "warning")]),
        (Override(error=6), [("train", "owl", "error"), ("train", "fox", "warning")]),
        (Override(warning=0.02), [("train", "owl", "warning")]),  # 2 % of 320 rows
        (Override(warning=False), []),
        (Override(severity="info"), [("train", "owl", "info"), ("train", "fox", "info")]),
        (Override(splits={"train": Override(warning=6)}), [("train", "owl", "warning")]),
        (Override(splits={"test": Override(warning=6)}), [("train", "owl", "warning"), ("train", "fox", "warning")]),
        (Override(classes={"owl": Override(warning=3)}), [("train", "fox", "warning")]),
        (
            Override(warning=6, classes={"fox": Override(error=16)}),
            [("train", "fox", "error"), ("train", "owl", "warning")],
        ),
        (
            Override(classes={"owl": Override(severity="error")}),
            [("train", "owl", "error"), ("train", "fox", "warning")],
        ),
    ],
)
def test_limits_are_counts_or_shares_by_rule_split_and_class(
    override: Override, expected: list[tuple[str, str, str]]
) -> None:
    assert sorted(of_rule(rules(SUP001=override), "SUP001")) == sorted(expected)


def test_a_share_limit_may_be_made_a_count() -> None:
    frame = pl.DataFrame({"label": ["cat"] * 50 + ["dog"] * 50 + [None] * 3})

    def severities(policy: Policy) -> list[str]:
        return [f.severity for f in scan(frame, label="label", policy=policy).findings if f.code == "LBL001"]

    assert severities(Policy()) == ["warning"]
    assert severities(rules(LBL001=Override(warning=3))) == []
    assert severities(rules(LBL001=Override(error=2))) == ["error"]


def waived(expires: date, **where: str) -> Policy:
    waiver = Waiver(rule="SUP001", reason="owls are shy", expires=expires, **where)
    return Policy(waivers=(waiver,), today=TODAY)


def test_a_waived_finding_is_information_with_reason_and_day_until_its_last_day() -> None:
    audit = judged(waived(TODAY, label="owl"))

    found: dict[str | None, Finding] = {f.label: f for f in audit.findings if f.code == "SUP001"}

    assert found["owl"].severity == "info"
    assert found["owl"].message.endswith("(waived until 2027-01-31: owls are shy)")
    assert found["fox"].severity == "warning"
    assert "POL001" not in {f.code for f in audit.findings}


def test_an_expired_waiver_waives_nothing_and_is_an_error_itself() -> None:
    audit = judged(waived(date(2027, 1, 30)))

    assert [f.severity for f in audit.findings if f.code == "SUP001"] == ["warning", "warning"]
    (finding,) = [f for f in audit.findings if f.code == "POL001"]
    assert finding.message == "the waiver of SUP001 expired on 2027-01-30: owls are shy"
    assert finding.severity == "error"


def test_a_waiver_of_one_split_does_not_reach_another() -> None:
    assert {severity for *_, severity in of_rule(waived(TODAY, split="test"), "SUP001")} == {"warning"}


def test_the_classes_of_a_policy_are_the_declared_ones() -> None:
    audit = judged(Policy(classes=("owl", "fox", "cat", "bee")))

    assert audit.classes == ("owl", "fox", "cat", "bee")
    assert audit.class_order == "declared"
    assert [f.label for f in audit.findings if f.code == "SUP005"] == ["bee"]


@pytest.mark.parametrize(
    "policy",
    [
        Policy(select=("SUPP",)),
        Policy(ignore=("",)),
        Policy(rules={"SUP01": Override()}),
        Policy(waivers=(Waiver(rule="XXX", reason="r", expires=TODAY),)),
    ],
)
def test_a_rule_that_there_is_not_is_refused_and_not_overlooked(policy: Policy) -> None:
    with pytest.raises(PolicyError, match="that there is not"):
        judged(policy)


def test_a_limit_for_a_rule_without_limits_is_refused() -> None:
    with pytest.raises(PolicyError, match="SUP002 absent-from-split has no limits"):
        judged(rules(SUP002=Override(warning=3)))
