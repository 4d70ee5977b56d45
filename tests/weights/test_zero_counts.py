"""Classes without an instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from imbalance_audit.errors import OptionError, WeightError
from imbalance_audit.weights import class_weights

if TYPE_CHECKING:
    from tests.conftest import MakeAudit


def test_absent_classes_are_refused_by_name(make_audit: MakeAudit) -> None:
    audit = make_audit({("train", "cat"): 5, ("train", "a\x1b"): 0, ("val", "lynx"): 2})

    with pytest.raises(WeightError) as caught:
        class_weights(audit)

    assert str(caught.value) == (
        'Expected every class to have an instance in split "train", got none of "a\\x1b", "lynx". '
        'Give zero_count as one of "ignore", "cap", "smooth", "one", or leave these classes out of the declared ones.'
    )


def test_many_absent_classes_are_counted_not_listed(make_audit: MakeAudit) -> None:
    with pytest.raises(WeightError, match='"1", "2", "3", "4", "5" and 1,995 more'):
        class_weights(make_audit([1] + [0] * 2000))


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


@pytest.mark.parametrize("smoothing", [0, -1, float("inf"), float("nan")])
def test_a_smoothing_that_is_no_positive_number_is_refused(make_audit: MakeAudit, smoothing: float) -> None:
    with pytest.raises(OptionError, match="smoothing is a positive number"):
        class_weights(make_audit([1, 0]), zero_count="smooth", smoothing=smoothing)


def test_a_smoothing_without_its_policy_is_refused(make_audit: MakeAudit) -> None:
    with pytest.raises(OptionError, match='smoothing is taken by zero_count="smooth" alone, got zero_count="cap"'):
        class_weights(make_audit([1, 0]), zero_count="cap", smoothing=1)


def test_a_weight_that_no_float32_holds_never_leaves(make_audit: MakeAudit) -> None:
    with pytest.raises(WeightError, match="finite weights that a float32 can hold"):
        class_weights(make_audit([1, 0]), zero_count="smooth", smoothing=1e-300)


def test_an_unknown_policy_is_refused_with_the_nearest(make_audit: MakeAudit) -> None:
    with pytest.raises(OptionError, match=r'no zero_count policy "smoth"\. Did you mean "smooth"'):
        class_weights(make_audit([1, 0]), zero_count="smoth")


@pytest.mark.parametrize("policy", ["error", "ignore", "cap", "smooth", "one"])
def test_no_instance_of_any_class_is_refused_under_every_policy(make_audit: MakeAudit, policy: str) -> None:
    with pytest.raises(WeightError, match="Expected instances of 2 classes in all rows, got none"):
        class_weights(make_audit([0, 0]), zero_count=policy)


def test_no_class_is_refused(make_audit: MakeAudit) -> None:
    with pytest.raises(WeightError, match="Expected at least one class to weigh"):
        class_weights(make_audit([]))


def test_a_class_declared_twice_is_refused(make_audit: MakeAudit) -> None:
    with pytest.raises(WeightError, match="a class twice"):
        class_weights(make_audit([3, 3], classes=("0", "1", "0")))
