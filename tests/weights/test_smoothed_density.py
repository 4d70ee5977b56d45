"""Label distribution smoothing, against the published code's calls of SciPy."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from scipy.ndimage import convolve1d, gaussian_filter1d
from scipy.signal.windows import triang

from imbalance_audit.errors import AuditError, OptionError
from imbalance_audit.weights import class_weights
from imbalance_audit.weights.cells import Entries
from imbalance_audit.weights.smoothed_density import smoothed_density, window
from tests.conftest import MakeAudit


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


@pytest.mark.parametrize(
    ("kernel", "size", "sigma", "expected"),
    [
        ("triang", 1, 9.0, [1]),
        ("triang", 5, 9.0, [1 / 3, 2 / 3, 1, 2 / 3, 1 / 3]),
        ("laplace", 3, 2.0, [math.exp(-0.5), 1, math.exp(-0.5)]),
        ("laplace", 1, 0.01, [1]),
        ("gaussian", 1, 5.0, [1]),
        ("gaussian", 3, 0.1, [0, 1, 0]),  # reaches no further than its own bin
    ],
)
def test_a_window_has_the_hand_worked_weights(kernel: str, size: int, sigma: float, expected: list[float]) -> None:
    assert window(kernel, size, sigma) == pytest.approx(expected)


@pytest.mark.parametrize("sigma", [0.13, 0.5, 1.1, 2.0, 7.0])
@pytest.mark.parametrize("size", [3, 5, 11])
def test_the_gaussian_window_is_scipy_s_also_where_its_tails_come_back_more_than_once(size: int, sigma: float) -> None:
    peak = np.zeros(size)
    peak[size // 2] = 1
    blurred = gaussian_filter1d(peak, sigma=sigma)

    assert window("gaussian", size, sigma) == pytest.approx(blurred / blurred.max(), abs=1e-12)


def density(names: tuple[str, ...], counts: tuple[int, ...], reweight: str) -> list[float]:
    parameters: dict[str, float | int | str] = {
        "reweight": reweight,
        "kernel": "triang",
        "kernel_size": 3,
        "sigma": 1.0,
    }
    return smoothed_density(Entries(names, counts), parameters)


def test_bins_lend_their_neighbours_half_their_root() -> None:
    # √: 2 at -1, 0 at 0, 3 at 1, 1 at 2; half of each neighbour's.
    assert density(("2", "-1", "1"), (1, 4, 9), "sqrt-inverse") == pytest.approx([1 / 2.5, 1 / 2, 1 / 3.5])


def test_counts_are_cut_at_5_and_1000_before_they_are_smoothed_and_a_bin_in_between_counts_5() -> None:
    # 1000 at 0 (of 4000), 5 at 1 (of none), 5 at 2 (of 4), nothing outside.
    assert density(("0", "2"), (4000, 4), "inverse") == pytest.approx([1 / 1002.5, 1 / 7.5])


def test_a_single_bin_is_its_own_density() -> None:
    assert density(("7",), (16,), "sqrt-inverse") == [1 / 4]
