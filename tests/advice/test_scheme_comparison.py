"""All schemes side by side, and what to start from."""

from __future__ import annotations

import pytest

from imbalance_audit.advice.scheme_comparison import compare_schemes
from imbalance_audit.errors import WeightError
from imbalance_audit.weights import SCHEMES, class_weights
from tests.conftest import MakeAudit


def test_every_scheme_has_a_line_or_a_reason(make_audit: MakeAudit) -> None:
    found = compare_schemes(make_audit([900, 90, 10]))

    assert {row.scheme for row in found.schemes} | set(found.others) == {"none", *SCHEMES}
    assert all(reason.endswith(".") for reason in found.others.values())


def test_a_line_tells_what_the_weight_file_does(make_audit: MakeAudit) -> None:
    audit = make_audit([900, 0, 90, 10])

    for row in compare_schemes(audit).schemes[1:]:
        made = class_weights(audit, scheme=row.scheme, zero_count="ignore", **row.parameters)  # type: ignore[arg-type]  # -- by name

        assert (row.head, row.tail) == pytest.approx((made.weight[0], made.weight[3]))
        assert (row.head_share, row.tail_share) == pytest.approx((made.implied_prior[0], made.implied_prior[3]))
        assert row.ratio == pytest.approx(made.ratio)
        assert row.ess_share == pytest.approx(made.ess / 1000)


def test_the_train_split_is_compared_and_absent_classes_are_counted(make_audit: MakeAudit) -> None:
    found = compare_schemes(make_audit({("train", "a"): 30, ("train", "b"): 3, ("val", "a"): 1, ("val", "c"): 9}))

    assert (found.split, found.commonest, found.rarest, found.rarest_count, found.absent) == ("train", "a", "b", 3, 1)


def test_a_prior_and_costs_give_their_schemes_a_line(make_audit: MakeAudit) -> None:
    costs = {"0": {"0": 0, "1": 1}, "1": {"0": 5, "1": 0}}

    found = compare_schemes(make_audit([80, 20]), prior={"0": 0.5, "1": 0.5}, costs=costs)

    assert {"target-prior", "cost-matrix"} <= {row.scheme for row in found.schemes}


def test_no_label_of_any_class_is_refused(make_audit: MakeAudit) -> None:
    with pytest.raises(WeightError):
        compare_schemes(make_audit([0, 0]))
