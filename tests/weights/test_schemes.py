"""Schemes against the published and hand-worked numbers of METHODS, and against scikit-learn."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from imbalance_audit.errors import OptionError
from imbalance_audit.weights import SCHEMES, class_weights
from imbalance_audit.weights.count_schemes import effective_number

if TYPE_CHECKING:
    from tests.conftest import MakeAudit

THIRD = (1 / 3, 1 / 3, 1 / 3)


def reference(raw: tuple[float, ...]) -> dict[str, tuple[float, ...]]:
    """What METHODS A.1 and A.15 make of raw weights for the counts 900/90/10, in numpy."""
    n, w = np.array([900.0, 90.0, 10.0]), np.array(raw)
    data_mean = w / (n @ w / n.sum())
    return {
        "data-mean": tuple(data_mean),
        "class-mean": tuple(3 * w / w.sum()),
        "sum-1": tuple(w / w.sum()),
        "min-1": tuple(w / w.min()),
        "max-1": tuple(w / w.max()),
        "implied": tuple(n * w / (n @ w)),
        "ess": ((n @ w) ** 2 / (n @ w**2),),
    }


# scheme, parameters, raw (from the defining formula in numpy), then the published table to its four digits
GOLDEN = [
    ("balanced", {}, (1000 / 2700, 1000 / 270, 1000 / 30), (0.3704, 3.7037, 33.3333), (0.0297, 0.297, 2.6733), 90, 8.0),
    ("inverse", {}, (1 / 900, 1 / 90, 1 / 10), (0.3704, 3.7037, 33.3333), (0.0297, 0.297, 2.6733), 90, 8.0),
    ("sqrt", {}, (1 / 30, 90**-0.5, 10**-0.5), (0.7816, 2.4715, 7.4146), (0.2198, 0.6951, 2.0852), 9.49, 60.6),
    (
        "power",
        {"tau": 0.25},
        (900**-0.25, 90**-0.25, 10**-0.25),
        (0.9167, 1.6302, 2.8236),
        (0.5121, 0.9106, 1.5773),
        3.08,
        93.0,
    ),
    *(
        ("effective-number", {"beta": b}, tuple((1 - b) / (1 - b**n) for n in (900, 90, 10)), data, mean, ratio, ess)
        for b, data, mean, ratio, ess in (
            (0.9, (0.9947, 0.9947, 1.5272), (0.8486, 0.8486, 1.3028), 1.54, 99.7),
            (0.99, (0.8652, 1.4534, 9.0479), (0.2284, 0.3836, 2.388), 10.46, 59.4),
            (0.999, (0.4724, 3.2568, 28.1705), (0.0444, 0.3063, 2.6493), 59.63, 11.0),
            (0.9999, (0.3809, 3.6586, 32.7959), (0.031, 0.298, 2.671), 86.1, 8.3),
        )
    ),
]


@pytest.mark.parametrize(("scheme", "given", "raw", "data_mean", "class_mean", "ratio", "ess"), GOLDEN)
def test_every_scheme_gives_the_golden_numbers(
    make_audit: MakeAudit,
    scheme: str,
    given: dict[str, float],
    raw: tuple[float, ...],
    data_mean: tuple[float, ...],
    class_mean: tuple[float, ...],
    ratio: float,
    ess: float,
) -> None:
    audit = make_audit([900, 90, 10])
    expected = reference(raw)

    weights = class_weights(audit, scheme=scheme, tau=given.get("tau"), beta=given.get("beta"))
    means = class_weights(
        audit, scheme=scheme, normalisation="class-mean", tau=given.get("tau"), beta=given.get("beta")
    )

    assert weights.weight == pytest.approx(expected["data-mean"], rel=1e-9)
    assert weights.weight == pytest.approx(data_mean, abs=5.1e-5)
    assert means.weight == pytest.approx(expected["class-mean"], rel=1e-9)
    assert means.weight == pytest.approx(class_mean, abs=5.1e-5)
    assert weights.ratio == pytest.approx(ratio, abs=0.051)
    assert weights.ess == pytest.approx(expected["ess"][0], rel=1e-9)
    assert weights.ess / 10 == pytest.approx(ess, abs=0.051)
    assert weights.implied_prior == pytest.approx(expected["implied"], rel=1e-9)
    assert weights.parameters == given


@pytest.mark.parametrize(
    ("scheme", "given", "published"),
    [
        ("balanced", {}, THIRD),
        ("sqrt", {}, (0.7034, 0.2224, 0.0741)),
        ("power", {"tau": 0.25}, (0.825, 0.1467, 0.0282)),
        ("effective-number", {"beta": 0.9}, (0.8952, 0.0895, 0.0153)),
        ("effective-number", {"beta": 0.99}, (0.7787, 0.1308, 0.0905)),
        ("effective-number", {"beta": 0.999}, (0.4252, 0.2931, 0.2817)),
        ("effective-number", {"beta": 0.9999}, (0.3428, 0.3293, 0.328)),
    ],
)
def test_the_implied_prior_is_the_published_one(
    make_audit: MakeAudit, scheme: str, given: dict[str, float], published: tuple[float, ...]
) -> None:
    weights = class_weights(make_audit([900, 90, 10]), scheme=scheme, tau=given.get("tau"), beta=given.get("beta"))

    assert weights.implied_prior == pytest.approx(published, abs=5.1e-5)


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


@pytest.mark.parametrize(
    ("scheme", "given", "message"),
    [
        ("effective-number", {"beta": 1.0}, "beta is a number from 0 up to, but not including, 1, got 1.0."),
        ("effective-number", {"beta": math.nan}, "beta is a number from 0 up to, but not including, 1, got nan."),
        ("power", {"tau": -0.1}, "tau is a number from 0 .* got -0.1."),
        ("balanced", {"tau": 0.5}, 'scheme "balanced" takes no tau; .* choose a scheme that does: "power".'),
        ("power", {"beta": 0.9}, 'scheme "power" takes no beta; .* "effective-number".'),
        ("effective_number", {}, 'There is no scheme "effective_number". Did you mean "effective-number"?'),
    ],
)
def test_a_wrong_scheme_or_parameter_is_refused_in_a_sentence(
    make_audit: MakeAudit, scheme: str, given: dict[str, float], message: str
) -> None:
    with pytest.raises(OptionError, match=message.replace("?", r"\?")):
        class_weights(make_audit([3, 4]), scheme=scheme, tau=given.get("tau"), beta=given.get("beta"))


def test_every_scheme_is_found_by_its_own_name() -> None:
    assert [scheme.name for scheme in SCHEMES.values()] == list(SCHEMES)
    assert all(scheme.formula and scheme.source for scheme in SCHEMES.values())
