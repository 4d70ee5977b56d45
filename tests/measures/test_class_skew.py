"""Skew measures against scipy-free independent formulas and laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imbalance_audit.measures.class_skew import entropy, gini, hill_2, imbalance_ratio, skew_of
from imbalance_audit.records import ClassCounts, LabelFaults

COUNTS = st.lists(st.integers(1, 10**9), min_size=1, max_size=50)


def counts_of(**counts: int) -> ClassCounts:
    n = tuple(counts.values())
    none = (None,) * len(n)
    return ClassCounts(none, none, tuple(counts), n, n, n)


@given(COUNTS)
def test_gini_is_the_mean_absolute_difference_over_twice_the_mean(counts: list[int]) -> None:
    values = np.array(counts, dtype=float)
    expected = np.abs(values[:, None] - values).mean() / (2 * values.mean())

    assert gini(counts) == pytest.approx(expected, abs=1e-9)


@given(COUNTS)
def test_hill_numbers_lie_between_one_and_the_number_of_classes_and_fall_with_the_order(counts: list[int]) -> None:
    nats, second = entropy(counts), hill_2(counts)

    assert nats is not None
    assert second is not None
    assert 1 - 1e-9 <= second <= math.exp(nats) * (1 + 1e-9)
    assert math.exp(nats) <= len(counts) * (1 + 1e-9)


@given(st.integers(1, 1000), st.integers(1, 10**6))
def test_equal_counts_are_perfectly_balanced(classes: int, n: int) -> None:
    counts = [n] * classes

    assert gini(counts) == 0
    assert imbalance_ratio(counts) == 1
    assert hill_2(counts) == pytest.approx(classes)


def test_no_row_has_no_measure() -> None:
    assert (entropy([]), hill_2([0]), gini([]), imbalance_ratio([0])) == (None,) * 4


def test_one_typo_moves_the_raw_ratio_and_not_the_clean_one() -> None:
    counts = counts_of(cat=8695, dog=1200, fox=17, Cat=1, unknwon=1)
    faults = LabelFaults(unknown=("unknwon",), stands_for={"Cat": "cat"})

    skew = skew_of(counts, taxonomy=["cat", "dog", "fox"], faults=faults)

    assert (skew.raw.imbalance_ratio, skew.raw.smallest) == (8695, "Cat")
    assert (skew.clean.imbalance_ratio, skew.clean.smallest) == (8696 / 17, "fox")
    assert skew.clean.classes == 3


def test_a_declared_class_without_rows_lowers_the_normalised_entropy_and_leaves_the_ratio() -> None:
    counts = counts_of(cat=10, dog=10)

    without = skew_of(counts, taxonomy=["cat", "dog"], faults=LabelFaults()).clean
    declared = skew_of(counts, taxonomy=["cat", "dog", "fox"], faults=LabelFaults()).clean

    assert without.normalised_entropy == 1
    assert declared.normalised_entropy == pytest.approx(math.log(2) / math.log(3))
    assert declared.imbalance_ratio == 1
    assert declared.gini == pytest.approx(1 / 3)
