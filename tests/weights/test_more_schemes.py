"""The schemes beyond powers of the count, against published numbers and independent computations."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from scipy.ndimage import convolve1d, gaussian_filter1d
from scipy.signal.windows import triang

from imbalance_audit.errors import AuditError, OptionError, WeightError
from imbalance_audit.weights import class_weights
from imbalance_audit.weights.cost_matrix import inconsistency
from imbalance_audit.weights.smoothed_density import window
from tests.conftest import MakeAudit

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
def test_every_scheme_gives_the_golden_numbers(
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


def test_log_smoothed_gives_the_numbers_of_the_answer_that_it_comes_from(make_audit: MakeAudit) -> None:
    counts = [2813, 78, 2814, 78, 7914, 248, 7914, 248]

    weights = class_weights(make_audit(counts), scheme="log-smoothed", normalisation="min-1").weight

    assert weights == pytest.approx((1, 3.7498, 1, 3.7498, 1, 2.5931, 1, 2.5931), abs=5e-4)


def test_median_frequency_of_samples_with_several_labels_is_refused_not_approximated(make_audit: MakeAudit) -> None:
    audit = make_audit({(None, "a"): 4, (None, "b"): 5}, task="multilabel", starts=(4, 4))

    with pytest.raises(WeightError, match="where a sample has several labels they are not counted"):
        class_weights(audit, scheme="median-frequency")


def test_enet_is_bounded_by_1_over_ln_k(make_audit: MakeAudit) -> None:
    weights = class_weights(make_audit([10**9, 1]), scheme="enet", normalisation="min-1").weight

    assert weights[1] <= math.log(2.02) / math.log(1.02)


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        (None, "needs the share of each class where the model is used"),
        ({"0": 0.5, "1": 0.5}, 'lacks the classes "2"'),
        ({"0": 0.5, "1": 0.4, "2": 0.05, "cat": 0.05}, 'has "cat", not among the classes'),
        ({"0": 0.5, "1": 0.5, "2": 0.5}, "sum to 1, got 1.5"),
        ({"0": 1.5, "1": -0.5, "2": 0.0}, 'from 0 to 1 in the prior, got 1.5 for "0"'),
        ({"0": math.nan, "1": 0.5, "2": 0.5}, "got nan"),
    ],
)
def test_a_prior_that_is_none_is_refused(make_audit: MakeAudit, prior: dict[str, float] | None, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        class_weights(make_audit([3, 2, 1]), scheme="target-prior", prior=prior)


def test_a_share_for_a_class_without_an_instance_is_refused_under_every_policy(make_audit: MakeAudit) -> None:
    for policy in ("error", "ignore", "cap", "smooth", "one"):
        with pytest.raises(WeightError, match=r'got none of "2"|gives a share, got none of "2"'):
            class_weights(make_audit([3, 2, 0]), scheme="target-prior", prior=PRIOR, zero_count=policy)


def test_a_class_that_is_to_have_no_share_weighs_nothing(make_audit: MakeAudit) -> None:
    weights = class_weights(
        make_audit([3, 2, 0]), scheme="target-prior", prior={"0": 0, "1": 1, "2": 0}, zero_count="ignore"
    )

    assert weights.weight == pytest.approx((0, 2.5, 0))


def test_a_uniform_target_is_balanced(make_audit: MakeAudit) -> None:
    audit = make_audit([900, 90, 10])
    uniform = class_weights(audit, scheme="target-prior", prior=dict.fromkeys(NAMES, 1 / 3))

    assert uniform.weight == pytest.approx(class_weights(audit).weight)


def test_a_prior_and_costs_are_refused_by_schemes_that_take_none(make_audit: MakeAudit) -> None:
    with pytest.raises(OptionError, match=r'scheme "balanced" takes no prior; .* "target-prior"'):
        class_weights(make_audit([3, 2, 1]), prior=PRIOR)
    with pytest.raises(OptionError, match=r'scheme "sqrt" takes no costs; .* "cost-matrix"'):
        class_weights(make_audit([3, 2, 1]), scheme="sqrt", costs=COSTS)


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


@pytest.mark.parametrize("kernel", ["gaussian", "triang", "laplace"])
@pytest.mark.parametrize("reweight", ["sqrt-inverse", "inverse"])
@pytest.mark.parametrize(("size", "sigma"), [(5, 2.0), (9, 1.0), (1, 3.0)])
def test_lds_gives_what_the_published_code_does(
    make_audit: MakeAudit, kernel: str, reweight: str, size: int, sigma: float
) -> None:
    dice = random.Random(1)
    counts = [dice.choice((0, 1, 7, dice.randint(1, 3000))) for _ in range(40)]
    counts[0], counts[-1] = 3, 9
    half = size // 2
    if kernel == "gaussian":
        peak = gaussian_filter1d([0.0] * half + [1.0] + [0.0] * half, sigma=sigma)
        shape = peak / max(peak)
    elif kernel == "triang":
        shape = triang(size)
    else:
        shape = np.exp(-np.abs(np.arange(-half, half + 1)) / sigma)
    values = np.sqrt(counts) if reweight == "sqrt-inverse" else np.clip(counts, 5, 1000).astype(float)
    density = convolve1d(values, weights=shape, mode="constant")
    raw = np.where(np.array(counts) > 0, 1 / np.maximum(density, 1e-300), 0)
    expected = raw * sum(counts) / (raw @ counts)
    audit = make_audit({(None, str(at)): n for at, n in enumerate(counts) if n})

    weights = class_weights(audit, scheme="lds", reweight=reweight, kernel=kernel, kernel_size=size, sigma=sigma)

    assert weights.weight == pytest.approx([expected[at] for at, n in enumerate(counts) if n], rel=1e-9)


def test_the_kernel_is_1_at_its_peak_and_symmetric() -> None:
    for kernel in ("gaussian", "triang", "laplace"):
        shape = window(kernel, 7, 1.5)

        assert shape[3] == max(shape) == 1
        assert shape == pytest.approx(shape[::-1])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"kernel": "box"}, 'no kernel "box"'),
        ({"kernel_size": 4}, "kernel_size is an odd number of bins from 1 to 999, got 4"),
        ({"sigma": 0}, "sigma is a number of bins"),
        ({"sigma": "wide"}, "sigma is a number of bins .* got wide"),
        ({"reweight": "cubic"}, 'no reweight "cubic"'),
        ({"tau": 0.5}, 'scheme "lds" takes no tau'),
        ({"colour": 1}, "no scheme does"),
    ],
)
def test_a_wrong_parameter_of_lds_is_refused(
    make_audit: MakeAudit, given: dict[str, float | str], message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        class_weights(make_audit([3, 4]), scheme="lds", **given)  # type: ignore[arg-type]  # -- by name


def test_lds_needs_bins_that_are_integers(make_audit: MakeAudit) -> None:
    with pytest.raises(AuditError, match='bins of a regression target, got "cat"'):
        class_weights(make_audit({(None, "1"): 3, (None, "cat"): 4}), scheme="lds")
