"""What weights do to the data, against closed forms."""

from __future__ import annotations

from statistics import harmonic_mean

import pytest

from imbalance_audit.weights.diagnostics import effective_sample_size, implied_prior, prior


def test_balanced_weights_leave_c_times_the_harmonic_mean_of_the_counts() -> None:
    counts = [900, 90, 10]

    assert effective_sample_size(counts, [1 / n for n in counts]) == pytest.approx(3 * harmonic_mean(counts))


@pytest.mark.parametrize(("ratio", "size", "ess"), [(10, 20431, 12230), (50, 13996, 3567), (100, 12406, 2012)])
def test_cifar_10_lt_has_the_published_effective_sizes(ratio: int, size: int, ess: int) -> None:
    counts = [int(5000 * ratio ** (-at / 9)) for at in range(10)]

    assert sum(counts) == size
    assert effective_sample_size(counts, [1 / n for n in counts]) == pytest.approx(ess, abs=0.5)


def test_no_weighting_leaves_every_sample_and_the_prior() -> None:
    assert effective_sample_size([3, 7], [2.0, 2.0]) == pytest.approx(10)
    assert implied_prior([3, 7], [2.0, 2.0]) == pytest.approx(prior([3, 7]))


def test_weights_at_the_ends_of_float64_have_an_effective_size() -> None:
    assert effective_sample_size([3, 7], [1e-300, 1e-300]) == pytest.approx(10)
    assert effective_sample_size([3, 7], [1e300, 1e300]) == pytest.approx(10)
