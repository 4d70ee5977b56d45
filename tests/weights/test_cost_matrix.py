"""Weights from what errors cost, against numpy's least squares and hand-worked numbers."""

from __future__ import annotations

import numpy as np
import pytest

from imbalance_audit.errors import OptionError
from imbalance_audit.weights import class_weights
from imbalance_audit.weights.cost_matrix import inconsistency
from tests.conftest import MakeAudit

NAMES = ("0", "1", "2")


ROWS = ((0, 1, 1), (5, 0, 5), (20, 10, 0))


COSTS = {truth: dict(zip(NAMES, row, strict=True)) for truth, row in zip(NAMES, ROWS, strict=True)}


def test_the_cost_of_the_right_decision_is_subtracted_from_the_row_of_the_truth(make_audit: MakeAudit) -> None:
    shifted = {
        truth: {said: cost + 7 * (at + 1) for said, cost in COSTS[truth].items()} for at, truth in enumerate(NAMES)
    }
    audit = make_audit([900, 90, 10])

    assert class_weights(audit, scheme="cost-matrix", costs=shifted).weight == pytest.approx(
        class_weights(audit, scheme="cost-matrix", costs=COSTS).weight
    )


def test_two_classes_weigh_as_their_errors_cost(make_audit: MakeAudit) -> None:
    costs = {"0": {"0": 0, "1": 1}, "1": {"0": 5, "1": 0}}

    weights = class_weights(make_audit([80, 20]), scheme="cost-matrix", costs=costs)

    assert weights.weight[1] / weights.weight[0] == pytest.approx(5)
    assert weights.parameters["cost_inconsistency"] == 0


def test_an_error_that_costs_less_than_the_right_decision_is_refused(make_audit: MakeAudit) -> None:
    with pytest.raises(OptionError, match='calling "1" "0" costs at least as much as the right decision, got -5'):
        class_weights(make_audit([3, 2]), scheme="cost-matrix", costs={"0": {"0": 0, "1": 1}, "1": {"0": 0, "1": 5}})


def test_the_inconsistency_of_costs_is_the_residual_of_least_squares() -> None:
    dice = np.random.default_rng(0)
    for size in (3, 5, 8):
        matrix = dice.uniform(0.1, 9, (size, size)) * (1 - np.eye(size))
        gone = (size > 3) * 2  # some pairs without a cost either way
        for at in range(gone):
            matrix[at, at + 1] = matrix[at + 1, at] = 0
        rows, gaps = [], []
        for i in range(size):
            for j in range(i + 1, size):
                if matrix[i, j] > 0:
                    row = np.zeros(size)
                    row[i], row[j] = 1, -1
                    rows.append(row)
                    gaps.append(np.log(matrix[i, j] / matrix[j, i]))
        fitted, *_ = np.linalg.lstsq(np.array(rows), np.array(gaps), rcond=None)
        expected = np.abs(np.array(rows) @ fitted - gaps).max()

        assert inconsistency(matrix.tolist()) == pytest.approx(expected, rel=1e-6)


def test_costs_that_are_class_weights_are_consistent_and_free_errors_on_one_side_have_no_distance() -> None:
    u = (1.0, 4.0, 20.0)

    assert inconsistency([[0 if i == j else u[i] * (i + j) for j in range(3)] for i in range(3)]) == 0
    assert inconsistency([[0, 1], [0, 0]]) is None
