"""`pos_weight`: negatives for each positive."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imbalance_audit.records import ClassCounts
from imbalance_audit.weights import class_weights
from imbalance_audit.weights.positive_weight import balance
from tests.conftest import MakeAudit


def test_a_multiclass_task_has_no_pos_weight(make_audit: MakeAudit) -> None:
    assert class_weights(make_audit([3, 1])).pos_weight is None


def test_pos_weight_of_a_binary_task_is_negatives_to_positives(make_audit: MakeAudit) -> None:
    # torch's own example: 100 positive and 300 negative; the unlabelled are neither.
    counts = {(None, None): 1000, (None, "no"): 300, (None, "yes"): 100}

    assert class_weights(make_audit(counts, task="binary")).pos_weight == (1 / 3, 3.0)


def test_pos_weight_of_a_multilabel_task_counts_unlabelled_samples_as_negatives(make_audit: MakeAudit) -> None:
    # Ten samples: 4 carry a, 5 carry b, 3 of them both, and 4 have an empty list.
    counts = {(None, None): 4, (None, "a"): 4, (None, "b"): 5}
    audit = make_audit(counts, task="multilabel", starts=(4, 4, 2))

    assert class_weights(audit).pos_weight == (1.5, 1.0)


@pytest.mark.parametrize(("policy", "absent"), [("cap", 4.0), ("ignore", 1.0), ("one", 1.0), ("smooth", 11.0)])
def test_pos_weight_of_a_class_without_positives_follows_the_zero_count_policy(
    make_audit: MakeAudit, policy: str, absent: float
) -> None:
    audit = make_audit({(None, "a"): 2, (None, "b"): 10, (None, "c"): 0}, task="multilabel", starts=(2, 8, 0))

    pos_weight = class_weights(audit, zero_count=policy).pos_weight

    assert pos_weight is not None
    assert pos_weight[2] == pytest.approx(absent)
    assert pos_weight[1] == pytest.approx(1 / 11 if policy == "smooth" else 1.0)  # every sample carries it


@pytest.mark.parametrize(
    ("scheme", "tau", "expected"), [("sqrt", None, 0.5), ("power", 0.25, 0.25), ("balanced", None, 1)]
)
def test_pos_weight_is_tamed_by_the_same_power_and_bounds(
    make_audit: MakeAudit, scheme: str, tau: float | None, expected: float
) -> None:
    audit = make_audit({(None, "no"): 810, (None, "yes"): 10}, task="binary")

    plain = class_weights(audit, scheme=scheme, tau=tau).pos_weight
    cut = class_weights(audit, scheme=scheme, tau=tau, clip=(0.5, 2)).pos_weight

    assert plain == pytest.approx(((1 / 81) ** expected, 81**expected))
    assert cut == (0.5, 2.0)


@pytest.mark.parametrize(
    ("positives", "samples", "policy", "smoothing", "expected"),
    [
        ([1, 3], 4, "error", None, (3, 1 / 3)),
        ([4, 1], 4, "error", None, (1, 3)),  # every sample carries the first: 0 would switch it off
        ([0, 1, 2], 4, "cap", None, (3, 3, 1)),
        ([0, 3], 4, "cap", None, (1 / 3, 1 / 3)),  # the largest of the others, also below 1
        ([0, 4], 4, "cap", None, (1, 1)),  # there is no other
        ([0, 1], 4, "ignore", None, (1, 3)),
        ([0, 1], 4, "one", None, (1, 3)),
        ([0, 4, 1], 4, "smooth", 1.0, (5, 1 / 5, 2)),
        ([0, 4], 4, "smooth", 0.5, (9, 1 / 9)),
        ([], 0, "cap", None, ()),
    ],
)
def test_negatives_are_divided_by_positives_and_never_by_none(
    positives: list[int], samples: int, policy: str, smoothing: float | None, expected: tuple[float, ...]
) -> None:
    assert balance(positives, samples, policy=policy, smoothing=smoothing) == pytest.approx(expected)


def test_labels_that_are_no_class_are_negatives_of_a_multilabel_task_and_left_out_of_a_binary_one(
    make_audit: MakeAudit,
) -> None:
    dirty = {(None, "no"): 6, (None, "yes"): 2, (None, "N/A"): 4}

    assert class_weights(make_audit(dirty, classes=("no", "yes"), task="binary")).pos_weight == (1 / 3, 3.0)
    several = make_audit(dirty, classes=("no", "yes"), task="multilabel")
    assert class_weights(several).pos_weight == (1.0, 5.0)


def test_the_power_of_a_scheme_that_has_none_is_1_and_tau_0_weighs_nothing(make_audit: MakeAudit) -> None:
    audit = make_audit({(None, "no"): 80, (None, "yes"): 20}, task="binary")

    assert class_weights(audit, scheme="enet").pos_weight == (0.25, 4.0)
    assert class_weights(audit, scheme="power", tau=0).pos_weight == (1.0, 1.0)
    assert class_weights(audit, scheme="power", tau=0.5).pos_weight == (0.5, 2.0)


def test_the_positives_of_a_class_are_added_over_groups_and_are_samples_not_boxes(make_audit: MakeAudit) -> None:
    counts = ClassCounts(
        split=(None,) * 3, group=("x", "x", "y"), label=("a", "b", "a"),
        instances=(50, 9, 70), samples=(2, 3, 1), starts=(2, 2, 1),
    )  # fmt: skip
    audit = replace(make_audit([1, 1], classes=("a", "b"), task="multilabel"), counts=counts)

    assert class_weights(audit).pos_weight == pytest.approx((2 / 3, 2 / 3))
