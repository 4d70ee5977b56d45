"""Weights from what errors cost, against numpy's least squares and hand-worked numbers."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from imbalance_audit.errors import OptionError
from imbalance_audit.weights import class_weights
from imbalance_audit.weights.cost_matrix import inconsistency, read_costs, regrets
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


def test_a_row_is_what_errors_on_a_class_cost_more_than_the_right_decision() -> None:
    costs = {"b": {"a": 7.0, "b": 2.0}, "a": {"b": 1.0, "a": 0.0}}

    assert regrets(["a", "b"], costs) == [[0.0, 1.0], [5.0, 0.0]]


@pytest.mark.parametrize("cost", [-0.5, math.inf, math.nan])
def test_a_cost_that_no_weight_can_say_is_refused(cost: float) -> None:
    with pytest.raises(OptionError, match='calling "a" "b" costs at least as much as the right decision'):
        regrets(["a", "b"], {"a": {"a": 0, "b": cost}, "b": {"a": 1, "b": 0}})


@pytest.mark.parametrize(
    ("costs", "message"),
    [
        ({"a": {"a": 0, "b": 1}}, 'The cost matrix lacks the classes "b"'),
        ({"a": {"a": 0, "b": 1}, "b": {"a": 1}}, 'The row "b" of the cost matrix lacks the classes "b"'),
        ({"a": {"a": 0, "c": 1}, "b": {}}, 'The row "a" of the cost matrix has "c"'),
        ({"a": {}, "b": {}, "c": {}}, 'The cost matrix has "c"'),
    ],
)
def test_a_matrix_that_is_not_square_over_the_classes_is_refused(
    costs: dict[str, dict[str, float]], message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        regrets(["a", "b"], costs)


def test_without_costs_and_without_an_error_that_costs_there_are_no_weights(make_audit: MakeAudit) -> None:
    with pytest.raises(OptionError, match='scheme "cost-matrix" needs what each error costs'):
        class_weights(make_audit([3, 2]), scheme="cost-matrix")
    with pytest.raises(OptionError, match="got a cost matrix of equal rows"):
        class_weights(make_audit([3, 2]), scheme="cost-matrix", costs={"0": {"0": 4, "1": 4}, "1": {"0": 1, "1": 1}})


def test_a_class_whose_errors_are_free_weighs_nothing(make_audit: MakeAudit) -> None:
    costs = {"0": {"0": 0, "1": 2}, "1": {"0": 0, "1": 0}}

    assert class_weights(make_audit([3, 1]), scheme="cost-matrix", costs=costs).weight == pytest.approx((4 / 3, 0))


def test_the_file_records_which_costs_they_were(make_audit: MakeAudit) -> None:
    def recorded(cost: float) -> object:
        costs: dict[str, dict[str, float]] = {"0": {"0": 0, "1": 1}, "1": {"0": cost, "1": 0}}
        return class_weights(make_audit([3, 2]), scheme="cost-matrix", costs=costs).parameters["costs_sha256"]

    assert len(str(recorded(2))) == 16
    assert recorded(2) == recorded(2) != recorded(3)


@pytest.mark.parametrize(
    ("matrix", "distance"),
    [
        ([], 0),
        ([[0]], 0),
        ([[0, 0], [0, 0]], 0),
        ([[0, 2], [2, 0]], 0),
        ([[0, 8, 1], [1, 0, 1], [1, 1, 0]], math.log(8) / 3),  # a circle of three shares its gap evenly
        ([[0, 0, 1], [0, 0, 1], [1, 1, 0]], 0),  # two of them are never confused at a price
        ([[0, 0], [3, 0]], None),
    ],
)
def test_the_distance_from_class_weights_is_the_hand_worked_one(
    matrix: list[list[float]], distance: float | None
) -> None:
    assert inconsistency(matrix) == (None if distance is None else pytest.approx(distance, rel=1e-9, abs=0))


def test_the_inconsistency_of_a_chain_of_costs_is_none_however_long_it_is() -> None:
    size = 40
    chain = [[float(2 + i) if abs(i - j) == 1 else 0.0 for j in range(size)] for i in range(size)]

    assert inconsistency(chain) == 0  # a tree of pairs always has a solution


def test_costs_are_read_from_a_table_with_the_truth_in_rows(tmp_path: Path) -> None:
    (tmp_path / "costs.csv").write_text('truth,cat,"a,b"\n\ncat,0,1\n"a,b",5.5,0\n')

    assert read_costs(str(tmp_path / "costs.csv")) == {"cat": {"cat": 0.0, "a,b": 1.0}, "a,b": {"cat": 5.5, "a,b": 0.0}}


@pytest.mark.parametrize(
    "content", ["", "truth,cat,dog\n", "truth,cat\ncat,0,1\n", "truth,cat\ncat\n", "truth,cat\ncat,free\n", "\xff\xfe"]
)
def test_a_file_that_is_no_table_of_costs_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "costs.csv").write_bytes(content.encode("latin-1"))

    with pytest.raises(OptionError, match=r"Cannot read the costs in .* rows are the truth"):
        read_costs(str(tmp_path / "costs.csv"))


def test_a_file_that_there_is_not_is_refused() -> None:
    with pytest.raises(OptionError, match=r"Cannot read the costs in nowhere\.csv"):
        read_costs("nowhere.csv")


@pytest.mark.parametrize("content", ["t,a,b\na,0,1\na,1,0\n", "t,a,a\na,0,1\nb,1,0\n"])
def test_a_class_that_stands_twice_in_rows_or_columns_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "costs.csv").write_text(content)

    with pytest.raises(OptionError, match="Expected each class once in the costs"):
        read_costs(str(tmp_path / "costs.csv"))
