"""Label distribution smoothing, against the published code's calls of SciPy."""

from __future__ import annotations

import random

import numpy as np
import pytest
from scipy.ndimage import convolve1d, gaussian_filter1d
from scipy.signal.windows import triang

from imbalance_audit.errors import AuditError, OptionError
from imbalance_audit.weights import class_weights
from imbalance_audit.weights.smoothed_density import window
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
