"""Options of a weighing, checked once."""

from __future__ import annotations

import pytest

from imbalance_audit.errors import OptionError
from imbalance_audit.weights import class_weights
from tests.conftest import MakeAudit

NAMES = ("0", "1", "2")


PRIOR = dict(zip(NAMES, (0.6, 0.3, 0.1), strict=True))


ROWS = ((0, 1, 1), (5, 0, 5), (20, 10, 0))


COSTS = {truth: dict(zip(NAMES, row, strict=True)) for truth, row in zip(NAMES, ROWS, strict=True)}


def test_a_prior_and_costs_are_refused_by_schemes_that_take_none(make_audit: MakeAudit) -> None:
    with pytest.raises(OptionError, match=r'scheme "balanced" takes no prior; .* "target-prior"'):
        class_weights(make_audit([3, 2, 1]), prior=PRIOR)
    with pytest.raises(OptionError, match=r'scheme "sqrt" takes no costs; .* "cost-matrix"'):
        class_weights(make_audit([3, 2, 1]), scheme="sqrt", costs=COSTS)


def test_an_unknown_policy_is_refused_with_the_nearest(make_audit: MakeAudit) -> None:
    with pytest.raises(OptionError, match=r'no zero_count policy "smoth"\. Did you mean "smooth"'):
        class_weights(make_audit([1, 0]), zero_count="smoth")
