"""Group × class, against the numbers of METHODS and the laws that the weights are made for."""

from __future__ import annotations

import numpy as np
import pytest

from imbalance_audit import scan
from imbalance_audit.errors import OptionError, WeightError
from imbalance_audit.records import Audit
from imbalance_audit.weights import class_weights
from imbalance_audit.weights.build import population_of
from imbalance_audit.weights.cells import Materials
from imbalance_audit.weights.diagnostics import effective_sample_size
from imbalance_audit.weights.group_label import of_cells


def audit_of(table: list[list[int | None]]) -> Audit:
    rows = [(f"g{g}", f"c{c}", n) for g, row in enumerate(table) for c, n in enumerate(row) if n]
    group, label, weight = zip(*rows, strict=True)
    return scan({"label": list(label), "site": list(group), "n": list(weight)}, group="site", weight="n")


def test_kamiran_and_calders_gives_the_golden_numbers() -> None:
    weights = class_weights(audit_of([[40, 10], [20, 30]]), scheme="group-label")

    assert weights.groups == ("g0", "g1")
    assert weights.group_weight is not None
    assert weights.group_weight[0] == pytest.approx((0.75, 2))
    assert weights.group_weight[1] == pytest.approx((1.5, 2 / 3))
    assert weights.weight == pytest.approx((1, 1))  # it balances no class
    assert weights.ess == pytest.approx(effective_sample_size([40, 10, 20, 30], [0.75, 2, 1.5, 2 / 3]))
    assert weights.ratio == pytest.approx(3)


def test_kamiran_and_calders_makes_group_and_class_independent() -> None:
    table: list[list[int | None]] = [[7, 100, 3], [50, 2, 9], [1, 30, 800]]
    weights = class_weights(audit_of(table), scheme="group-label").group_weight

    assert weights is not None
    mass = [[(n or 0) * w for n, w in zip(*rows, strict=True)] for rows in zip(table, weights, strict=True)]
    total = sum(map(sum, mass))
    for g, row in enumerate(mass):
        for c, cell in enumerate(row):
            assert cell / total == pytest.approx(sum(mass[g]) / total * sum(r[c] for r in mass) / total)


def test_balanced_cells_hold_the_same_share_each() -> None:
    weights = class_weights(audit_of([[40, 10], [20, 30]]), scheme="group-label-balanced")

    assert weights.group_weight is not None
    assert weights.group_weight[0] == pytest.approx((0.625, 2.5))
    assert weights.group_weight[1] == pytest.approx((1.25, 5 / 6))
    assert weights.implied_prior == pytest.approx((0.5, 0.5))


def test_an_empty_cell_is_named_and_follows_the_zero_count_policy() -> None:
    audit = audit_of([[40, None], [20, 30]])

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


def random_audit() -> tuple[Audit, np.ndarray]:
    """A table of 3 groups × 4 classes over two splits, and the same as an array."""
    dice = np.random.default_rng(0)
    halves = dice.integers(1, 60, size=(2, 3, 4))
    rows = [(s, f"g{g}", f"c{c}", int(halves[s, g, c])) for s in range(2) for g in range(3) for c in range(4)]
    split, group, label, weight = zip(*rows, strict=True)
    table = {"label": label, "site": group, "n": weight, "split": [("val", "test")[s] for s in split]}
    audit = scan({name: list(column) for name, column in table.items()}, group="site", weight="n", split="split")
    return audit, halves.sum(axis=0)


def test_both_schemes_agree_with_numpy_with_the_cells_of_all_splits_added() -> None:
    audit, n = random_audit()

    independent = class_weights(audit, scheme="group-label").group_weight
    equal = class_weights(audit, scheme="group-label-balanced").group_weight

    assert independent is not None
    assert equal is not None
    expected = n.sum(axis=1, keepdims=True) * n.sum(axis=0, keepdims=True) / (n.sum() * n)
    assert np.array(independent) == pytest.approx(expected, rel=1e-12)
    assert np.array(equal) == pytest.approx(n.sum() / (n.size * n), rel=1e-12)


def test_cells_come_group_by_group_in_name_order_and_classes_in_index_order() -> None:
    audit = scan({"label": ["b", "a", "b", "a"], "g": ["z", "z", "y", "y"]}, group="g", classes=["b", "a"])
    population = population_of(audit, None, zero_count="error")

    entries = of_cells(population, Materials())

    assert entries.groups == ("y", "y", "z", "z")
    assert entries.names == ("b", "a", "b", "a")
    assert entries.recorded == {}


def test_a_label_that_is_no_class_needs_no_group() -> None:
    labels, groups = ["a", "b", "?", None], ["x", "x", None, None]
    audit = scan({"label": labels, "g": groups}, group="g", classes=["a", "b"])

    assert class_weights(audit, scheme="group-label").group_weight == ((1.0, 1.0),)


def test_as_many_cells_as_there_may_be_are_weighed_and_one_more_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    audit = scan({"label": ["a", "b", "a", "b"], "g": ["x", "x", "y", "y"]}, group="g")
    monkeypatch.setattr("imbalance_audit.weights.group_label.MOST_CELLS", 4)
    assert class_weights(audit, scheme="group-label").groups == ("x", "y")

    monkeypatch.setattr("imbalance_audit.weights.group_label.MOST_CELLS", 3)
    with pytest.raises(WeightError, match="at most 3 cells of group and class, got 2 groups × 2 classes"):
        class_weights(audit, scheme="group-label")


def test_the_number_of_instances_without_a_group_is_told() -> None:
    table = {"label": ["a", "b", "a", "a"], "g": ["x", "x", None, None], "n": [1, 1, 700, 500]}

    with pytest.raises(WeightError, match="got 1,200 without one"):
        class_weights(scan(table, group="g", weight="n"), scheme="group-label")
