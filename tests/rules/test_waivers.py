"""POL: waivers whose day is over."""

from __future__ import annotations

from datetime import date

import pytest

from imbalance_audit.auditing.judging import judge_again
from imbalance_audit.rules.policy import Policy, Waiver
from tests.rules.audits import counts, of_rule

TODAY = date(2027, 1, 31)


@pytest.mark.parametrize(("day", "over"), [(30, True), (31, False)])
def test_a_waiver_is_over_the_day_after_its_last(day: int, over: bool) -> None:
    waiver = Waiver(rule="SUP001", reason="owls\nare shy", expires=date(2027, 1, day), split="val", label="owl")

    found = of_rule(judge_again(counts(cat=50), Policy(waivers=(waiver,), today=TODAY)), "POL001")

    assert len(found) == over
    for finding in found:
        assert finding.message == "the waiver of SUP001 expired on 2027-01-30: owls\\nare shy"
        assert (finding.split, finding.label, finding.severity) == ("val", "owl", "error")
        assert (finding.observed, finding.limit) == ("2027-01-30", "SUP001")


def test_every_waiver_that_is_over_is_told_in_the_order_of_the_policy() -> None:
    waivers = tuple(Waiver(rule=code, reason="r", expires=date(2026, 1, 1)) for code in ("SUP", "INT", "LBL001"))

    found = of_rule(judge_again(counts(cat=50), Policy(waivers=waivers, today=TODAY)), "POL001")

    assert [f.limit for f in found] == ["SUP", "INT", "LBL001"]


def test_without_waivers_the_policy_is_in_order() -> None:
    assert of_rule(counts(cat=50), "POL001") == []
