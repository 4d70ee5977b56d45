"""What to beware of: each pitfall is told where it is one, and only there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from imbalance_audit.weights import class_weights, diagnose
from imbalance_audit.weights.diagnosis import Diagnosis
from tests.conftest import MakeAudit


def names(diagnosis: Diagnosis) -> set[str]:
    return {caution.name for caution in diagnosis.cautions}


@pytest.mark.parametrize(
    ("counts", "given", "expected"),
    [
        ([500, 500], {}, set()),
        ([900, 90, 30], {}, {"effective-sample", "noisy-mean", "label-smoothing"}),
        ([9000, 90, 10], {}, {"effective-sample", "weight-ratio", "few-and-heavy", "label-smoothing", "noisy-mean"}),
        ([900, 500], {"scheme": "effective-number", "beta": 0.9}, {"saturated-beta"}),
        ([900, 500], {"scheme": "effective-number", "beta": 0.99999}, {"saturated-beta"}),
        ([900, 500], {"scheme": "effective-number", "beta": 0.999}, set()),
        ([900, 100], {"normalisation": "sum-1"}, {"loss-scale", "label-smoothing", "noisy-mean"}),
    ],
)
def test_each_caution_is_raised_where_its_condition_holds_and_only_there(
    make_audit: MakeAudit, counts: list[int], given: dict[str, Any], expected: set[str]
) -> None:
    assert names(diagnose(class_weights(make_audit(counts), **given))) - {"noisy-mean"} == expected - {"noisy-mean"}


def test_inconsistent_costs_are_told(make_audit: MakeAudit) -> None:
    costs = {"0": {"0": 0, "1": 1, "2": 1}, "1": {"0": 5, "1": 0, "2": 5}, "2": {"0": 20, "1": 10, "2": 0}}

    found = diagnose(class_weights(make_audit([900, 900, 900]), scheme="cost-matrix", costs=costs))

    assert "inconsistent-costs" in names(found)


@pytest.mark.parametrize(("ratio", "certain"), [(90.0, False), (92.0, True)])
def test_label_smoothing_flips_the_optimum_where_the_caution_says_so(
    make_audit: MakeAudit, ratio: float, certain: bool
) -> None:
    classes, epsilon = 10, 0.1
    made = class_weights(make_audit([100] * classes))
    weights = replace(made, weight=(1.0,) * (classes - 1) + (ratio,))

    # The minimiser of Σ w_c·q_c·(-log p_c) is p ∝ w·q; the truth is class 0.
    smoothed = np.full(classes, epsilon / classes) + np.eye(classes)[0] * (1 - epsilon)
    wins = int(np.argmax(smoothed * np.array(weights.weight)))
    found = [c for c in diagnose(weights, label_smoothing=epsilon).cautions if c.name == "label-smoothing"]

    assert (wins == classes - 1) is certain
    assert [c.severity for c in found] == ["warning" if certain else "info"]
