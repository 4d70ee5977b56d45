"""The formulas of counts alone, against scikit-learn, exact fractions, numpy and published numbers."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from imbalance_audit.weights import class_weights, count_schemes
from imbalance_audit.weights.count_schemes import effective_number
from tests.conftest import MakeAudit


def test_log_smoothed_gives_the_numbers_of_the_answer_that_it_comes_from(make_audit: MakeAudit) -> None:
    counts = [2813, 78, 2814, 78, 7914, 248, 7914, 248]

    weights = class_weights(make_audit(counts), scheme="log-smoothed", normalisation="min-1").weight

    assert weights == pytest.approx((1, 3.7498, 1, 3.7498, 1, 2.5931, 1, 2.5931), abs=5e-4)


def test_enet_is_bounded_by_1_over_ln_k(make_audit: MakeAudit) -> None:
    weights = class_weights(make_audit([10**9, 1]), scheme="enet", normalisation="min-1").weight

    assert weights[1] <= math.log(2.02) / math.log(1.02)


def test_the_tutorial_weights_come_from_counts_4_4_1_4_7(make_audit: MakeAudit) -> None:
    weights = class_weights(make_audit([4, 4, 1, 4, 7]))

    assert weights.weight == pytest.approx((1, 1, 4, 1, 0.571429), abs=1e-6)


def test_the_tutorial_counter_does_not_give_the_tutorial_weights(make_audit: MakeAudit) -> None:
    # It printed {1: 5, 4: 5, 1: 4, 0: 4, 3: 2}: class 1 twice, class 2 missing.
    printed = make_audit([4, 4, 0, 2, 5])

    assert class_weights(printed, zero_count="ignore").weight != pytest.approx((1, 1, 4, 1, 0.571429), abs=1e-3)


def test_the_tutorial_call_of_scikit_learn_is_refused_by_scikit_learn() -> None:
    y = np.array([0, 1, 1])

    with pytest.raises(TypeError, match="positional"):
        compute_class_weight("balanced", np.unique(y), y)


def test_balanced_equals_scikit_learn_on_a_thousand_count_vectors(make_audit: MakeAudit) -> None:
    dice = random.Random(0)
    for _ in range(1000):
        counts = [dice.choice((0, dice.randint(1, 9), dice.randint(1, 300))) for _ in range(dice.randint(1, 12))]
        counts[dice.randrange(len(counts))] = dice.randint(1, 1000)
        y = np.repeat(np.arange(len(counts)), counts)
        there = np.flatnonzero(counts)

        ours = class_weights(make_audit(counts), zero_count="ignore").weight

        theirs = compute_class_weight(class_weight="balanced", classes=there, y=y)
        assert [ours[at] for at in there] == pytest.approx(theirs.tolist(), rel=1e-12)
        assert sum(ours) == pytest.approx(sum(theirs), rel=1e-12)


def test_power_runs_from_no_weighting_to_inverse_frequency(make_audit: MakeAudit) -> None:
    audit = make_audit([900, 90, 10])

    assert class_weights(audit, scheme="power", tau=0).weight == (1.0, 1.0, 1.0)
    assert class_weights(audit, scheme="power", tau=1).weight == class_weights(audit, scheme="inverse").weight
    assert class_weights(audit, scheme="power").weight == class_weights(audit, scheme="sqrt").weight


def test_effective_number_keeps_its_digits_where_beta_is_next_to_1() -> None:
    beta = 1 - 1e-9
    rational = Fraction(beta)
    exact = [float((1 - rational) / (1 - rational**n)) for n in (3, 7)]

    assert effective_number([3, 7], {"beta": beta}) == pytest.approx(exact, rel=1e-12)
    # The form of the paper has lost them.
    assert [(1 - beta) / (1 - beta**n) for n in (3, 7)] != pytest.approx(exact, rel=1e-12)


def test_effective_number_gives_large_classes_a_weight(make_audit: MakeAudit) -> None:
    # β^n is 0 in float64 long before n is: a peer takes such classes for empty ones.
    weights = class_weights(make_audit([10_000, 10]), scheme="effective-number", beta=0.9).weight

    assert weights[0] > 0.99


def test_beta_0_is_no_weighting(make_audit: MakeAudit) -> None:
    assert class_weights(make_audit([5, 50]), scheme="effective-number", beta=0).weight == (1.0, 1.0)


RAW = [
    ("balanced", {}, (0.37037, 3.703704, 33.333333)),
    ("median_frequency", {}, (0.1, 1, 9)),
    ("square_root", {}, (0.033333, 0.105409, 0.316228)),
    ("inverse", {}, (1 / 900, 1 / 90, 0.1)),
    ("power", {"tau": 0.25}, (0.182574, 0.324668, 0.562341)),
    ("effective_number", {"beta": 0.9}, (0.1, 0.100008, 0.153534)),
    ("effective_number", {"beta": 0.9999}, (0.001162, 0.011161, 0.100045)),
    ("enet", {"k": 1.02}, (1.532978, 9.582214, 33.83087)),
    ("log_smoothed", {"mu": 0.15}, (1, 1, 2.70805)),
]


@pytest.mark.parametrize(("formula", "parameters", "published"), RAW)
def test_a_formula_gives_the_published_raw_weights(
    formula: str, parameters: dict[str, float], published: tuple[float, ...]
) -> None:
    assert getattr(count_schemes, formula)([900, 90, 10], parameters) == pytest.approx(published, abs=6e-7)


def test_formulas_agree_with_numpy_on_random_counts() -> None:
    counts = np.random.default_rng(0).integers(1, 5000, size=31)
    n, share = counts.astype(float), counts / counts.sum()
    expected = {
        ("power", "tau", 0.3): n**-0.3,
        ("power", "tau", 0.0): np.ones(31),
        ("enet", "k", 1.5): 1 / np.log(1.5 + share),
        ("log_smoothed", "mu", 3.0): np.maximum(1, np.log(3 / share)),
        ("effective_number", "beta", 0.99): 0.01 / (1 - 0.99**n),
        ("effective_number", "beta", 0.0): np.ones(31),
        ("median_frequency", "", 0.0): np.median(share) / share,
        ("balanced", "", 0.0): 1 / (31 * share),
    }

    for (formula, name, value), weights in expected.items():
        assert getattr(count_schemes, formula)(counts.tolist(), {name: value}) == pytest.approx(weights, rel=1e-9)


def test_one_class_has_the_weight_that_its_formula_gives() -> None:
    assert count_schemes.balanced([7], {}) == [1.0]
    assert count_schemes.median_frequency([7], {}) == [1.0]
    assert count_schemes.effective_number([1], {"beta": 0.9}) == pytest.approx([1.0])


def test_the_median_of_an_even_number_of_classes_lies_between_the_two_in_the_middle() -> None:
    assert count_schemes.median_frequency([1, 3, 5, 100], {}) == pytest.approx([4, 4 / 3, 4 / 5, 0.04])


def test_a_parameter_that_a_file_holds_as_an_integer_counts_as_a_number() -> None:
    assert count_schemes.number({"beta": 0}, "beta") == 0.0
    assert count_schemes.power([4, 9], {"tau": 1}) == [1 / 4, 1 / 9]
