"""Raw weights, and what stands in for a class without an instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from imbalance_audit.weights import class_weights

if TYPE_CHECKING:
    from tests.conftest import MakeAudit


def test_ignore_gives_0(make_audit: MakeAudit) -> None:
    assert class_weights(make_audit([6, 0, 2]), zero_count="ignore").weight == pytest.approx((2 / 3, 0, 2))


def test_cap_gives_the_largest_weight_that_occurs(make_audit: MakeAudit) -> None:
    assert class_weights(make_audit([6, 0, 2]), zero_count="cap").weight == pytest.approx((2 / 3, 2, 2))


@pytest.mark.parametrize(("normalisation", "one"), [("data-mean", 1), ("class-mean", 1), ("sum-1", 1 / 3)])
def test_one_gives_what_no_weighting_would(make_audit: MakeAudit, normalisation: str, one: float) -> None:
    weights = class_weights(make_audit([6, 0, 2]), zero_count="one", normalisation=normalisation)

    assert weights.weight[1] == pytest.approx(one)


def test_smooth_adds_to_every_count(make_audit: MakeAudit) -> None:
    weights = class_weights(make_audit([6, 0, 2]), scheme="inverse", zero_count="smooth", smoothing=2)

    # 1/8, 1/2, 1/4, scaled to a mean of 1 over the six and two instances there are.
    assert weights.weight == pytest.approx((0.8, 3.2, 1.6))
    assert weights.parameters == {"smoothing": 2.0}
    assert weights.counts == (6, 0, 2)


def test_smooth_also_acts_where_no_class_is_absent(make_audit: MakeAudit) -> None:
    smooth = class_weights(make_audit([6, 2]), scheme="inverse", zero_count="smooth", normalisation="max-1")

    assert smooth.weight == pytest.approx((3 / 7, 1))


def test_classes_that_occur_have_the_same_weights_under_every_policy_but_smooth(make_audit: MakeAudit) -> None:
    audit = make_audit([6, 2])
    expected = class_weights(audit).weight

    assert all(class_weights(audit, zero_count=policy).weight == expected for policy in ("ignore", "cap", "one"))
