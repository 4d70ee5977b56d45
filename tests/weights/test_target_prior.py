"""Weights from where the model will be used."""

from __future__ import annotations

import math

import pytest

from imbalance_audit.errors import OptionError, WeightError
from imbalance_audit.weights import class_weights
from tests.conftest import MakeAudit

NAMES = ("0", "1", "2")


PRIOR = dict(zip(NAMES, (0.6, 0.3, 0.1), strict=True))


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        (None, "needs the share of each class where the model is used"),
        ({"0": 0.5, "1": 0.5}, 'lacks the classes "2"'),
        ({"0": 0.5, "1": 0.4, "2": 0.05, "cat": 0.05}, 'has "cat", not among the classes'),
        ({"0": 0.5, "1": 0.5, "2": 0.5}, "sum to 1, got 1.5"),
        ({"0": 1.5, "1": -0.5, "2": 0.0}, 'from 0 to 1 in the prior, got 1.5 for "0"'),
        ({"0": math.nan, "1": 0.5, "2": 0.5}, "got nan"),
    ],
)
def test_a_prior_that_is_none_is_refused(make_audit: MakeAudit, prior: dict[str, float] | None, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        class_weights(make_audit([3, 2, 1]), scheme="target-prior", prior=prior)


def test_a_share_for_a_class_without_an_instance_is_refused_under_every_policy(make_audit: MakeAudit) -> None:
    for policy in ("error", "ignore", "cap", "smooth", "one"):
        with pytest.raises(WeightError, match=r'got none of "2"|gives a share, got none of "2"'):
            class_weights(make_audit([3, 2, 0]), scheme="target-prior", prior=PRIOR, zero_count=policy)


def test_a_class_that_is_to_have_no_share_weighs_nothing(make_audit: MakeAudit) -> None:
    weights = class_weights(
        make_audit([3, 2, 0]), scheme="target-prior", prior={"0": 0, "1": 1, "2": 0}, zero_count="ignore"
    )

    assert weights.weight == pytest.approx((0, 2.5, 0))


def test_a_uniform_target_is_balanced(make_audit: MakeAudit) -> None:
    audit = make_audit([900, 90, 10])
    uniform = class_weights(audit, scheme="target-prior", prior=dict.fromkeys(NAMES, 1 / 3))

    assert uniform.weight == pytest.approx(class_weights(audit).weight)
