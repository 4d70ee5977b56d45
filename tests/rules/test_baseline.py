"""BSL: what moved since an earlier audit, planted, and nothing moved."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from imbalance_audit.auditing.judging import judge_again
from tests.rules.audits import counts, of_rule


@pytest.mark.parametrize(
    ("code", "now", "label"),
    [
        ("BSL001", {"cat": 100, "dog": 100}, "fox"),
        ("BSL002", {"cat": 100, "dog": 100, "fox": 100, "owl": 5}, "owl"),
        ("BSL003", {"cat": 100, "dog": 100, "fox": 60}, "fox"),
        ("BSL004", {"cat": 900, "dog": 100, "fox": 100}, None),
    ],
)
def test_what_moved_since_the_earlier_audit_is_found(code: str, now: Mapping[str, int], label: str | None) -> None:
    earlier = counts(cat=100, dog=100, fox=100)

    found = of_rule(judge_again(counts(**now), baseline=earlier), code)

    assert [finding.label for finding in found] == [label]
    assert of_rule(judge_again(earlier, baseline=earlier), code) == []
