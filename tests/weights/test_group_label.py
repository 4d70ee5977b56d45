"""Group × class, against the numbers of METHODS and the laws that the weights are made for."""

from __future__ import annotations

import pytest

from imbalance_audit import scan
from imbalance_audit.errors import OptionError, WeightError
from imbalance_audit.records import Audit
from imbalance_audit.weights import class_weights
from imbalance_audit.weights.diagnostics import effective_sample_size


def of_cells(table: list[list[int | None]]) -> Audit:
    rows = [(f"g{g}", f"c{c}", n) for g, row in enumerate(table) for c, n in enumerate(row) if n]
    group, label, weight = zip(*rows, strict=True)
    return scan({"label": list(label), "site": list(group), "n": list(weight)}, group="site", weight="n")


def test_kamiran_and_calders_gives_the_golden_numbers() -> None:
    weights = class_weights(of_cells([[40, 10], [20, 30]]), scheme="group-label")

    assert weights.groups == ("g0", "g1")
    assert weights.group_weight is not None
    assert weights.group_weight[0] == pytest.approx((0.75, 2))
    assert weights.group_weight[1] == pytest.approx((1.5, 2 / 3))
    assert weights.weight == pytest.approx((1, 1))  # it balances no class
    assert weights.ess == pytest.approx(effective_sample_size([40, 10, 20, 30], [0.75, 2, 1.5, 2 / 3]))
    assert weights.ratio == pytest.approx(3)


def test_kamiran_and_calders_makes_group_and_class_independent() -> None:
    table: list[list[int | None]] = [[7, 100, 3], [50, 2, 9], [1, 30, 800]]
    weights = class_weights(of_cells(table), scheme="group-label").group_weight

    assert weights is not None
    mass = [[(n or 0) * w for n, w in zip(*rows, strict=True)] for rows in zip(table, weights, strict=True)]
    total = sum(map(sum, mass))
    for g, row in enumerate(mass):
        for c, cell in enumerate(row):
            assert cell / total == pytest.approx(sum(mass[g]) / total * sum(r[c] for r in mass) / total)


def test_balanced_cells_hold_the_same_share_each() -> None:
    weights = class_weights(of_cells([[40, 10], [20, 30]]), scheme="group-label-balanced")

    assert weights.group_weight is not None
    assert weights.group_weight[0] == pytest.approx((0.625, 2.5))
    assert weights.group_weight[1] == pytest.approx((1.25, 5 / 6))
    assert weights.implied_prior == pytest.approx((0.5, 0.5))


def test_an_empty_cell_is_named_and_follows_the_zero_count_policy() -> None:
    audit = of_cells([[40, None], [20, 30]])

    with pytest.raises(WeightError, match='each of 4 cells of group and class, got none of "c1" in group "g0"'):
        class_weights(audit, scheme="group-label")
    ignored = class_weights(audit, scheme="group-label", zero_count="ignore")
    capped = class_weights(audit, scheme="group-label", zero_count="cap")

    assert ignored.group_weight is not None
    assert capped.group_weight is not None
    assert ignored.group_weight[0][1] == 0
    assert capped.group_weight[0][1] == max(capped.group_weight[0] + capped.group_weight[1])
    assert ignored.parameters == {"empty_cells": 1}


def test_a_source_without_groups_and_an_instance_without_one_are_refused() -> None:
    with pytest.raises(OptionError, match="need a column of groups"):
        class_weights(scan(["a", "b"]), scheme="group-label")
    with pytest.raises(WeightError, match="got 1 without one"):
        class_weights(scan({"label": ["a", "b", "a"], "g": ["x", "x", None]}, group="g"), scheme="group-label")
