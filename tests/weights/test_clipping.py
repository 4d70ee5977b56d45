"""Limits on weights."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imbalance_audit.errors import OptionError, WeightError
from imbalance_audit.weights import class_weights
from imbalance_audit.weights.clipping import Limits, clipped
from tests.conftest import MakeAudit

weights = st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=12)


@given(weights=weights, data=st.data(), low=st.floats(0.01, 1), high=st.floats(1, 100))
def test_bounds_hold_and_the_mean_is_1_at_once_in_the_old_order(
    weights: list[float], data: st.DataObject, low: float, high: float
) -> None:
    counts = data.draw(st.lists(st.integers(1, 1000), min_size=len(weights), max_size=len(weights)))

    cut = clipped(weights, counts, Limits.of(None, (low, high)))

    assert all(low <= w <= high for w in cut)
    assert math.fsum(n * w for n, w in zip(counts, cut, strict=True)) / sum(counts) == pytest.approx(1, rel=1e-9)
    ordered = sorted(range(len(weights)), key=weights.__getitem__)
    assert [cut[at] for at in ordered] == sorted(cut)


def test_cutting_and_scaling_by_turns_ends_where_the_direct_solution_is(make_audit: MakeAudit) -> None:
    counts = [900, 90, 10]
    by_turns = [1000 / (3 * n) for n in counts]
    for _ in range(200):
        by_turns = [min(w, 10.0) for w in by_turns]
        mean = sum(n * w for n, w in zip(counts, by_turns, strict=True)) / 1000
        by_turns = [w / mean for w in by_turns]

    found = class_weights(make_audit(counts), clip=(0.1, 10))

    assert found.weight == pytest.approx(by_turns, rel=1e-9)
    assert found.parameters == {"clip_low": 0.1, "clip_high": 10.0}


def test_max_ratio_bounds_the_ratio_and_leaves_milder_weights_alone(make_audit: MakeAudit) -> None:
    audit = make_audit([900, 90, 10])

    assert class_weights(audit, max_ratio=20).ratio == pytest.approx(20)
    assert class_weights(audit, max_ratio=90).weight == pytest.approx(class_weights(audit).weight)
    assert class_weights(audit, max_ratio=1).weight == pytest.approx((1, 1, 1))


def test_a_cut_moves_the_implied_prior_back_towards_the_data(make_audit: MakeAudit) -> None:
    audit = make_audit([900, 90, 10])
    shares = [class_weights(audit, max_ratio=ratio).implied_prior[0] for ratio in (90, 30, 10, 3, 1)]

    assert shares == sorted(shares)
    assert shares[0] == pytest.approx(1 / 3)
    assert shares[-1] == pytest.approx(0.9)


def test_classes_of_weight_0_stay_out(make_audit: MakeAudit) -> None:
    assert class_weights(make_audit([6, 0, 2]), zero_count="ignore", clip=(0.5, 2)).weight[1] == 0
    prior = {"0": 0.0, "1": 1.0}
    with pytest.raises(WeightError, match=r"classes of weight 0 that hold 0\.9 of the data"):
        class_weights(make_audit([9, 1]), scheme="target-prior", prior=prior, clip=(0.5, 2))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"max_ratio": 0.5}, "max_ratio is a number from 1 up"),
        ({"max_ratio": math.nan}, "max_ratio is a number from 1 up"),
        ({"clip": (2, 3)}, "clip is two positive numbers with 1"),
        ({"clip": (0, 3)}, "clip is two positive numbers with 1"),
        ({"clip": (0.5,)}, "got 0.5"),
    ],
)
def test_limits_that_are_none_are_refused(make_audit: MakeAudit, given: dict[str, object], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        class_weights(make_audit([3, 4]), **given)  # type: ignore[arg-type]  # -- by name
