"""`pos_weight`: negatives for each positive."""

from __future__ import annotations

import pytest

from imbalance_audit.weights import class_weights
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
