"""Probabilities for another prior, and the prior of rows without labels."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax, logit, softmax

from imbalance_audit.decisions import UncalibratedWarning, estimate_prior, shift_prior, warn_if_uncalibrated
from imbalance_audit.decisions.prior_shift import row_weights
from imbalance_audit.errors import OptionError
from tests.decisions.samples import PRIOR, Drawn, draw

OTHER = np.array([0.2, 0.3, 0.5])


def test_shifted_logits_are_the_posterior_of_a_world_with_the_other_prior() -> None:
    here, there = draw(50, seed=1), draw(50, seed=1, calibrated_for=OTHER)

    shifted = shift_prior(here.logits, PRIOR, OTHER)

    np.testing.assert_allclose(softmax(shifted, axis=1), softmax(there.logits, axis=1), rtol=1e-12)


@pytest.mark.parametrize("p", [0.01, 0.3, 0.9])
def test_of_two_classes_it_is_elkans_theorem_2(p: float) -> None:
    b, other = 0.1, 0.4

    shifted = shift_prior([[0.0, logit(p)]], [1 - b, b], [1 - other, other])

    expected = other * (p - p * b) / (b - p * b + other * p - b * other)
    assert softmax(shifted)[0, 1] == pytest.approx(expected, rel=1e-12)


def test_a_target_share_of_0_rules_the_class_out() -> None:
    shifted = shift_prior([[0.0, 0.0, 5.0]], [0.4, 0.4, 0.2], [0.5, 0.5, 0.0])

    assert softmax(shifted)[0].tolist() == pytest.approx([0.5, 0.5, 0.0])


def test_the_estimated_prior_has_the_largest_likelihood() -> None:
    rows = draw(2_000, seed=3, prior=OTHER).logits
    ratio = softmax(rows, axis=1) / PRIOR

    def surprise(free: NDArray[np.float64]) -> float:
        return float(-np.log(ratio @ softmax([0.0, *free])).mean())

    best = softmax([0.0, *minimize(surprise, np.zeros(2), tol=1e-12).x])
    found = estimate_prior(rows, PRIOR, iterations=5_000, tolerance=1e-10)

    assert found == pytest.approx(best, abs=1e-4)
    assert found == pytest.approx(OTHER, abs=0.05)
    assert found.sum() == pytest.approx(1.0)


def test_where_the_prior_has_not_moved_the_estimate_stays() -> None:
    rows = draw(20_000, seed=4).logits

    assert estimate_prior(rows, PRIOR) == pytest.approx(PRIOR, abs=0.01)


def test_uncalibrated_logits_are_warned_of_and_calibrated_ones_are_not(drawn: Drawn) -> None:
    assert not warn_if_uncalibrated(drawn.logits, drawn.truth)
    with pytest.warns(UncalibratedWarning, match="temperature 2.9"):
        assert warn_if_uncalibrated(3 * drawn.logits, drawn.truth)
    with pytest.warns(UncalibratedWarning, match="from the class shares"):
        assert warn_if_uncalibrated(drawn.logits + np.array([0.0, 1.0, 2.0]), drawn.truth)


def test_row_weights_bring_the_classes_to_their_target_shares(drawn: Drawn) -> None:
    weight = row_weights(drawn.truth, OTHER, 3)

    assert np.bincount(drawn.truth, weights=weight) / weight.sum() == pytest.approx(OTHER)
    assert weight.mean() == pytest.approx(1.0)
    assert row_weights(np.array([0, 0, 1]), [0.2, 0.4, 0.4], 3).tolist() == pytest.approx([0.3, 0.3, 1.2])
    with pytest.raises(OptionError, match="No row is of a class"):
        row_weights(np.array([0, 0]), [0.0, 1.0], 2)


def test_shares_that_are_none_are_refused(drawn: Drawn) -> None:
    for prior in ([0.5, 0.5], [1.0, 0.0, 0.0], [0.5, 0.5, np.nan], [-1.0, 1.0, 1.0]):
        with pytest.raises(OptionError, match="one prior share above 0 for each of 3 classes"):
            estimate_prior(drawn.logits, prior)
    with pytest.raises(OptionError, match="one target share from 0 up"):
        shift_prior(drawn.logits, PRIOR, [0.0, 0.0, 0.0])


def test_the_shift_and_the_estimate_agree_that_calibration_is_by_class(drawn: Drawn) -> None:
    mean = softmax(drawn.logits, axis=1).mean(axis=0)

    assert mean == pytest.approx(np.bincount(drawn.truth) / len(drawn.truth), abs=0.03)
    assert log_softmax(shift_prior(drawn.logits, PRIOR, PRIOR), axis=1) == pytest.approx(
        log_softmax(drawn.logits, axis=1)
    )
