"""Raw weights, and what stands in for a class without an instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from imbalance_audit.errors import WeightError
from imbalance_audit.weights import class_weights
from imbalance_audit.weights.cells import Entries
from imbalance_audit.weights.raw_weights import raw_weights
from imbalance_audit.weights.recipe import Recipe

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


def recipe(scheme: str = "inverse", *, zero_count: str = "error", smoothing: float | None = None) -> Recipe:
    return Recipe.of(scheme, {}, zero_count=zero_count, smoothing=smoothing)


@pytest.mark.parametrize(
    ("policy", "stand_in"),
    [("ignore", 0.0), ("cap", 0.5), ("one", 1 / 3)],  # E[w] of 4/4 + 2/2 is 2 over 6
)
def test_entries_without_an_instance_get_the_stand_in_where_they_stand(policy: str, stand_in: float) -> None:
    raw = raw_weights(Entries(("a", "b", "c", "d"), (0, 4, 0, 2)), recipe(zero_count=policy))

    assert raw == pytest.approx([stand_in, 0.25, stand_in, 0.5])


def test_without_an_absent_entry_the_policy_has_no_say() -> None:
    entries = Entries(("a", "b"), (4, 2))

    assert all(raw_weights(entries, recipe(zero_count=policy)) == [0.25, 0.5] for policy in ("error", "cap", "one"))


def test_smoothing_is_added_before_the_formula() -> None:
    entries = Entries(("a", "b"), (0, 2))

    assert raw_weights(entries, recipe(zero_count="smooth", smoothing=2)) == [0.5, 0.25]


@pytest.mark.parametrize(("empty", "more"), [(5, ""), (6, " and 1 more"), (1005, " and 1,000 more")])
def test_five_empty_cells_are_named_and_the_rest_is_counted(empty: int, more: str) -> None:
    entries = Entries(("a", *["b"] * empty), (1, *[0] * empty), tuple(f"g{at}" for at in range(empty + 1)))

    with pytest.raises(WeightError) as caught:
        raw_weights(entries, recipe("group-label"))

    cells = "; ".join(f'"b" in group "g{at}"' for at in range(1, 6))
    assert str(caught.value) == (
        f"Expected an instance in each of {empty + 1:,} cells of group and class, got none of {cells}{more}. "
        'Give zero_count as one of "ignore", "cap", "smooth", "one", or use coarser groups.'
    )
