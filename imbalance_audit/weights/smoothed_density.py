"""Label distribution smoothing, for bins of a regression target: neighbouring bins lend each other their density."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError
from imbalance_audit.values.spelling import is_integer
from imbalance_audit.weights.cells import of_classes
from imbalance_audit.weights.count_schemes import number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imbalance_audit.weights.cells import Entries, Materials, Population
    from imbalance_audit.weights.parameters import Value

LEAST, MOST = 5.0, 1000.0
"""What `reweight="inverse"` clips counts to."""

_TRUNCATE = 4.0
"""Standard deviations after which SciPy's Gaussian filter ends."""


def smoothed_density(entries: Entries, parameters: Mapping[str, Value]) -> list[float]:
    """Return 1 / Σ_b k(b - bin)·f(n_b), over the bins from the lowest to the highest (LDS).

    f is √n under `sqrt-inverse`, and n clipped to 5…1000 under `inverse`; k is the kernel, 1 at its peak. As the code
    of Yang et al., ICML 2021, arXiv 2102.09554 (YyzHarry/imbalanced-regression, `datasets.py`, `utils.py`), which
    takes the root before it smooths. There the bins go from 0 to a given end; here from the lowest to the highest.
    """
    bins = [int(name) for name in entries.names]
    count = dict(zip(bins, entries.counts, strict=True))
    low, high = min(bins), max(bins)
    root = parameters["reweight"] == "sqrt-inverse"

    def density(place: int) -> float:
        if not low <= place <= high:
            return 0.0
        n = count.get(place, 0)
        return math.sqrt(n) if root else min(max(float(n), LEAST), MOST)

    half = int(number(parameters, "kernel_size")) // 2
    kernel = window(str(parameters["kernel"]), 2 * half + 1, number(parameters, "sigma"))
    return [
        1.0 / math.fsum(weight * density(place + shift) for shift, weight in enumerate(kernel, -half)) for place in bins
    ]


def window(kernel: str, size: int, sigma: float) -> list[float]:
    """Return the kernel over an odd number of bins, 1 at its peak.

    `gaussian` is SciPy's filter of a peak inside the window, whose tails are mirrored back at its ends, as in the
    published code; `triang` falls by 2 / (size + 1) a bin; `laplace` is e^(-|x|/σ).

    >>> window("triang", 3, 1.0)
    [0.5, 1.0, 0.5]
    """
    half = size // 2
    if kernel == "triang":
        return [1.0 - abs(x) / (half + 1) for x in range(-half, half + 1)]
    if kernel == "laplace":
        return [math.exp(-abs(x) / sigma) for x in range(-half, half + 1)]
    reach = int(_TRUNCATE * sigma + 0.5)
    blurred = [0.0] * size
    for shift in range(-reach, reach + 1):
        for at in range(size):
            mirrored = (at + shift) % (2 * size)
            if (mirrored if mirrored < size else 2 * size - 1 - mirrored) == half:
                blurred[at] += math.exp(-0.5 * (shift / sigma) ** 2)
    return [value / max(blurred) for value in blurred]


def of_bins(population: Population, materials: Materials) -> Entries:
    """Return an entry for each bin.

    Raises:
        OptionError: a class is not an integer.
    """
    stray = next((name for name in population.classes if not is_integer(name)), None)
    if stray is not None:
        message = (
            f'scheme "lds" needs classes that are integers, the bins of a regression target, got {quoted(stray)}. '
            "Bin the target first, for example by rounding it down."
        )
        raise OptionError(message)
    return of_classes(population, materials)
