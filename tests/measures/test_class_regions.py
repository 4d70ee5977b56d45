"""Head, medium and few against their definition, and thirds against numpy's even split."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imbalance_audit.errors import OptionError
from imbalance_audit.measures.class_regions import FEW, HEAD, REGIONS, region_of, regions_of


@pytest.mark.parametrize(("count", "region"), [(0, "few"), (19, "few"), (20, "medium"), (100, "medium"), (101, "head")])
def test_a_bound_itself_is_medium(count: int, region: str) -> None:
    assert region_of(count) == region


@given(st.lists(st.integers(FEW, 10_000), min_size=3, max_size=40))
def test_without_few_classes_regions_are_thirds_the_commonest_first(counts: list[int]) -> None:
    found, (note,) = regions_of(counts, None)

    ranked = np.argsort([-n for n in counts], kind="stable")
    expected = dict(zip(REGIONS, np.array_split(ranked, 3), strict=True))
    assert all(found[at] == region for region, members in expected.items() for at in members)
    assert "thirds" in note


@given(st.lists(st.integers(0, 300), min_size=1, max_size=20))
def test_given_bounds_are_kept_whatever_the_counts(counts: list[int]) -> None:
    assert regions_of(counts, (HEAD, FEW)) == (tuple(map(region_of, counts)), ())


def test_two_common_classes_are_of_no_region() -> None:
    assert regions_of([500, 400], None) == ((None, None), ())


@pytest.mark.parametrize("bounds", [(20, 100), (5, 0)])
def test_bounds_in_the_wrong_order_are_refused(bounds: tuple[int, int]) -> None:
    with pytest.raises(OptionError, match="the larger one first"):
        regions_of([1], bounds)
