"""What to beware of: each pitfall is told where it is one, and only there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from imbalance_audit.records import ClassWeights
from imbalance_audit.weights import class_weights, diagnose
from imbalance_audit.weights.cautions import cautions
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


PLAIN = ClassWeights(
    classes=("a", "b"), weight=(1.0, 1.0), counts=(600, 400), prior=(0.6, 0.4), implied_prior=(0.6, 0.4),
    scheme="balanced", parameters={}, normalisation="data-mean", zero_count="error", task="multiclass",
    fingerprint="f" * 64, split=None, ess=1000.0, ignore_index=-100, pos_weight=None, created_by="hand",
)  # fmt: skip


def told(
    *, mean: float = 1.0, noise: float = 0.0, batch: int = 128, label_smoothing: float | None = 0.0, **changed: object
) -> dict[str, tuple[str, str]]:
    """Return the name of each caution of hand-made weights → severity and sentence."""
    weights = replace(PLAIN, **changed)  # type: ignore[arg-type]  # -- by name
    found = cautions(weights, mean=mean, noise=noise, batch=batch, label_smoothing=label_smoothing)
    return {caution.name: (caution.severity, caution.sentence) for caution in found}


def test_weights_that_do_nothing_are_nothing_to_beware_of() -> None:
    assert told() == {}


@pytest.mark.parametrize(("ess", "severity"), [(300.0, None), (299.0, "info"), (100.0, "info"), (99.0, "warning")])
def test_the_effective_sample_is_a_note_below_30_and_a_warning_below_10_per_cent(
    ess: float, severity: str | None
) -> None:
    assert told(ess=ess).get("effective-sample", (None,))[0] == severity


def test_the_effective_sample_is_told_in_per_cent_and_in_labels() -> None:
    assert told(ess=123.4)["effective-sample"][1].startswith(
        "The weights leave 12 % of the sample: gradients are as noisy as with 123 of 1,000 labels."
    )
    assert told(ess=12.34)["effective-sample"][1].startswith("The weights leave 1.2 % of the sample")


@pytest.mark.parametrize(("ratio", "warned"), [(100.0, False), (100.5, True)])
def test_a_ratio_is_warned_of_above_100(ratio: float, warned: bool) -> None:
    assert ("weight-ratio" in told(weight=(1.0, ratio))) is warned


def test_the_ratio_is_told_with_its_way_out() -> None:
    severity, sentence = told(weight=(0.5, 600.0))["weight-ratio"]

    assert severity == "warning"
    assert "weighs 1,200 times the lightest" in sentence
    assert "`max_ratio=100`" in sentence


@pytest.mark.parametrize(
    ("count", "weight", "mean", "warned"),
    [
        (19, 10.1, 1.0, True),
        (20, 10.1, 1.0, False),
        (19, 10.0, 1.0, False),
        (0, 10.1, 1.0, False),
        (19, 10.1, 2.0, False),
        (19, 5.1, 0.5, True),  # on the scale of mean 1
    ],
)
def test_a_class_of_fewer_than_20_above_10_times_the_mean_is_learnt_by_heart(
    count: int, weight: float, mean: float, warned: bool
) -> None:
    assert ("few-and-heavy" in told(counts=(1000, count), weight=(1.0, weight), mean=mean)) is warned


def test_the_heaviest_of_the_few_is_named_with_its_figures() -> None:
    three: dict[str, Any] = {"classes": ("a", "b", "c"), "counts": (9000, 7, 3), "weight": (1.0, 30.0, 50.0)}

    assert told(mean=2.0, **three)["few-and-heavy"][1].startswith(
        "2 classes have fewer than 20 labels and a weight above 10, as if each label came that often an epoch: "
        '"c" with 3 at 25.0.'
    )
    assert told(mean=4.0, **three)["few-and-heavy"][1].startswith("1 class has fewer than 20 labels")


@pytest.mark.parametrize(
    ("counts", "beta", "expected"),
    [
        ((100, 90), 0.9991, "info"),  # 100·0.0009 is 0.09
        ((100, 90), 0.99, None),
        ((1000, 60), 0.9, "warning"),  # 60·0.1 is 6
        ((1000, 49), 0.9, None),
        ((1000, 0), 0.9, "warning"),  # an absent class does not count
    ],
)
def test_a_beta_is_saturated_where_no_class_is_between_its_ends(
    counts: tuple[int, ...], beta: float, expected: str | None
) -> None:
    found = told(scheme="effective-number", parameters={"beta": beta}, counts=counts)

    assert found.get("saturated-beta", (None,))[0] == expected


def test_a_saturated_beta_is_told_with_one_to_start_from() -> None:
    found = told(scheme="effective-number", parameters={"beta": 0.5}, classes=("a", "b", "c"), counts=(1000, 50, 60))

    assert found["saturated-beta"][1] == (
        "At beta = 0.5 all classes weigh alike. Start from `beta=0.983333`, 1 - 1/median count."
    )
    assert "saturated-beta" not in told(scheme="balanced", parameters={"beta": 0.5})


@pytest.mark.parametrize(
    ("ratio", "smoothing", "expected"),
    [
        # Two classes, ε = 0.1: the wrong class wins from 1 + 2·0.9/0.1 = 19 on; a fifth of that is 3.8.
        (3.7, 0.1, None),
        (3.9, 0.1, "info"),
        (19.0, 0.1, "info"),
        (19.1, 0.1, "warning"),
        (19.1, None, "info"),  # nobody said that the loss smooths
        (19.1, 0.0, None),
        (19.1, 1.0, None),
        (19.1, 0.01, None),
    ],
)
def test_label_smoothing_is_weighed_against_the_ratio(
    ratio: float, smoothing: float | None, expected: str | None
) -> None:
    found = told(weight=(1.0, ratio), label_smoothing=smoothing)

    assert found.get("label-smoothing", (None,))[0] == expected


def test_the_figures_of_label_smoothing_stand_in_its_sentence() -> None:
    distorts = told(weight=(1.0, 4.0), label_smoothing=0.1)["label-smoothing"][1]
    prefers = told(weight=(1.0, 2000.0), label_smoothing=None)["label-smoothing"][1]

    assert distorts == (
        "With `label_smoothing=0.1` it distorts targets: weights differ 4 times, the wrong class wins from 19 on. "
        "Leave label smoothing out."
    )
    assert "the loss prefers the rarest class for a sample of the commonest: weights differ 2,000 times" in prefers
    assert "label-smoothing" not in told(weight=(0.0, 2.0), label_smoothing=0.1)


@pytest.mark.parametrize(("noise", "noted"), [(0.1, False), (0.101, True)])
def test_a_denominator_that_varies_by_more_than_10_per_cent_is_noted(noise: float, noted: bool) -> None:
    assert ("noisy-mean" in told(noise=noise)) is noted


def test_the_noise_is_told_for_its_batch() -> None:
    assert "the denominator of a batch of 1,024 varies by 25 %" in told(noise=0.254, batch=1024)["noisy-mean"][1]


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({}, None),
        ({"cost_inconsistency": 0.0}, None),
        ({"cost_inconsistency": 0.5}, "(a cost is off by a factor of e^0.5)"),
        ({"cost_inconsistency": None}, "(one error of a pair is free)"),
    ],
)
def test_costs_that_no_class_weights_say_are_noted(parameters: dict[str, float | None], said: str | None) -> None:
    found = told(parameters=parameters).get("inconsistent-costs")

    assert (found is None) if said is None else (found is not None and said in found[1])


def test_empty_cells_are_counted_among_all() -> None:
    cells: dict[str, Any] = {
        "groups": ("x", "y", "z"),
        "group_weight": ((1.0, 1.0),) * 3,
        "parameters": {"empty_cells": 2},
    }

    assert told(zero_count="cap", **cells)["empty-cells"][1].startswith(
        "2 of 6 cells of group and class have no label; their weight comes from `zero_count='cap'`"
    )
    assert told(**{**cells, "parameters": {"empty_cells": 0}}) == {}


@pytest.mark.parametrize(("mean", "noted"), [(0.5, False), (0.49, True), (2.0, False), (2.01, True)])
def test_a_mean_weight_outside_of_a_half_and_2_scales_the_loss(mean: float, noted: bool) -> None:
    assert ("loss-scale" in told(mean=mean)) is noted


def test_warnings_come_before_notes() -> None:
    found = cautions(replace(PLAIN, ess=200.0, weight=(1.0, 200.0)), mean=3.0, noise=0.5, batch=8, label_smoothing=0.1)

    assert [caution.severity for caution in found] == ["warning", "warning", "info", "info", "info"]
    assert [caution.name for caution in found[:2]] == ["weight-ratio", "label-smoothing"]
