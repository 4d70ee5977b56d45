"""Schemes against the published and hand-worked numbers of METHODS, and against scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest

from imbalance_audit.errors import OptionError, WeightError
from imbalance_audit.weights import SCHEMES, class_weights
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


NAMES = ("0", "1", "2")


PRIOR = dict(zip(NAMES, (0.6, 0.3, 0.1), strict=True))


ROWS = ((0, 1, 1), (5, 0, 5), (20, 10, 0))


COSTS = {truth: dict(zip(NAMES, row, strict=True)) for truth, row in zip(NAMES, ROWS, strict=True)}


@pytest.mark.parametrize(
    ("scheme", "given", "data_mean", "class_mean", "ratio", "ess", "implied"),
    [
        ("median-frequency", {}, (0.3704, 3.7037, 33.3333), (0.0297, 0.297, 2.6733), 90, 8.0, (1 / 3, 1 / 3, 1 / 3)),
        ("enet", {}, (0.5941, 3.7135, 13.1108), (0.1023, 0.6396, 2.2581), 22.07, 30.5, (0.5347, 0.3342, 0.1311)),
        (
            "log-smoothed",
            {},
            (0.9832, 0.9832, 2.6626),
            (0.6372, 0.6372, 1.7256),
            2.71,
            97.3,
            (0.8849, 0.0885, 0.0266),
        ),
        ("target-prior", {"prior": PRIOR}, (2 / 3, 10 / 3, 10), (0.1429, 0.7143, 2.1429), 15, 41.7, (0.6, 0.3, 0.1)),
        ("cost-matrix", {"costs": COSTS}, (2 / 3, 10 / 3, 10), (0.1429, 0.7143, 2.1429), 15, 41.7, (0.6, 0.3, 0.1)),
    ],
)
def test_every_scheme_beyond_powers_gives_the_golden_numbers(
    make_audit: MakeAudit,
    scheme: str,
    given: dict[str, object],
    data_mean: tuple[float, ...],
    class_mean: tuple[float, ...],
    ratio: float,
    ess: float,
    implied: tuple[float, ...],
) -> None:
    audit = make_audit([900, 90, 10])

    weights = class_weights(audit, scheme=scheme, **given)  # type: ignore[arg-type]  # -- by name
    means = class_weights(audit, scheme=scheme, normalisation="class-mean", **given)  # type: ignore[arg-type]  # -- by name

    assert weights.weight == pytest.approx(data_mean, abs=5.1e-5)
    assert means.weight == pytest.approx(class_mean, abs=5.1e-5)
    assert weights.ratio == pytest.approx(ratio, abs=0.0051)
    assert weights.ess / 10 == pytest.approx(ess, abs=0.051)
    assert weights.implied_prior == pytest.approx(implied, abs=5.1e-5)


def test_median_frequency_of_samples_with_several_labels_is_refused_not_approximated(make_audit: MakeAudit) -> None:
    audit = make_audit({(None, "a"): 4, (None, "b"): 5}, task="multilabel", starts=(4, 4))

    with pytest.raises(WeightError, match="where a sample has several labels they are not counted"):
        class_weights(audit, scheme="median-frequency")
