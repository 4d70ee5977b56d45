"""The fitted temperature is the one of the least negative log-likelihood, as scikit-learn and a grid find it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import log_expit, log_softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression

from imbalance_audit.decisions import Calibration, fit_temperature, shift_prior
from imbalance_audit.decisions.prior_shift import row_weights
from imbalance_audit.errors import OptionError
from tests.decisions.samples import PRIOR, Drawn, draw

Floats = NDArray[np.float64]


class Logits(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # -- scikit-learn has no types
    """A fitted classifier whose features are its logits."""

    classes_ = np.arange(3)

    def fit(self, *_: object) -> Logits:
        return self

    def decision_function(self, logits: Floats) -> Floats:
        return logits

    def predict(self, logits: Floats) -> NDArray[np.int64]:
        return np.asarray(logits.argmax(axis=1))

    def __sklearn_is_fitted__(self) -> bool:
        return True


def calibrated(logits: NDArray[np.float64], found: Calibration) -> NDArray[np.float64]:
    scaled: Floats = logits / np.asarray(found.temperature) + np.asarray(found.bias)
    return scaled


def surprise(logits: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    return float(-log_softmax(logits, axis=1)[np.arange(len(truth)), truth].mean())


def test_it_is_the_temperature_of_scikit_learn(drawn: Drawn) -> None:
    logits = 2.5 * drawn.logits
    theirs = CalibratedClassifierCV(FrozenEstimator(Logits()), method="temperature").fit(logits, drawn.truth)
    probabilities = theirs.predict_proba(logits)

    found = fit_temperature(logits, drawn.truth)

    assert np.log(probabilities) == pytest.approx(log_softmax(calibrated(logits, found), axis=1), abs=1e-3)
    assert found.temperature[0] == pytest.approx(2.5, rel=0.1)
    assert set(found.bias) == {0.0}


def test_no_temperature_of_a_grid_is_likelier(drawn: Drawn) -> None:
    found = fit_temperature(drawn.logits, drawn.truth)

    least = surprise(calibrated(drawn.logits, found), drawn.truth)
    grid = np.geomspace(0.3, 3.0, 201)
    assert all(least <= surprise(drawn.logits / t, drawn.truth) + 1e-12 for t in grid)


def test_with_a_bias_it_undoes_a_shift_that_a_temperature_alone_cannot(drawn: Drawn) -> None:
    moved = 2 * (drawn.logits + np.array([1.0, 0.0, -2.0]))

    alone, biased = (fit_temperature(moved, drawn.truth, bias=bias) for bias in (False, True))

    ideal = surprise(drawn.logits, drawn.truth)
    assert surprise(calibrated(moved, biased), drawn.truth) <= ideal
    assert surprise(calibrated(moved, alone), drawn.truth) > ideal + 0.03
    assert sum(biased.bias) == pytest.approx(0.0, abs=1e-9)


def test_with_a_bias_the_mean_prediction_is_the_share_of_each_class(drawn: Drawn) -> None:
    found = fit_temperature(3 * drawn.logits + np.array([0.0, 2.0, 1.0]), drawn.truth, bias=True)

    p = np.exp(log_softmax(calibrated(3 * drawn.logits + np.array([0.0, 2.0, 1.0]), found), axis=1))
    assert p.mean(axis=0) == pytest.approx(np.bincount(drawn.truth) / len(drawn.truth), abs=1e-5)


def test_rows_that_count_for_a_target_prior_give_the_temperature_of_that_world() -> None:
    target = np.full(3, 1 / 3)
    validation = draw(20_000, seed=5)
    logits = 2 * shift_prior(validation.logits, PRIOR, target)

    weighted = fit_temperature(logits, validation.truth, weight=row_weights(validation.truth, target, 3))

    assert weighted.temperature[0] == pytest.approx(2.0, rel=0.05)


def test_of_one_label_it_is_logistic_regression_without_a_penalty() -> None:
    random = np.random.default_rng(0)
    s = random.normal(size=(500, 1))
    y = (random.random((500, 1)) < 1 / (1 + np.exp(-(1.7 * s - 0.5)))).astype(int)
    theirs = LogisticRegression(C=np.inf, tol=1e-10).fit(s, y[:, 0])

    found = fit_temperature(s, y, bias=True, multilabel=True)

    assert 1 / found.temperature[0] == pytest.approx(theirs.coef_[0, 0], rel=1e-4)
    assert found.bias[0] == pytest.approx(theirs.intercept_[0], rel=1e-3)


def test_each_of_several_labels_can_have_a_temperature_of_its_own_or_share_one() -> None:
    random = np.random.default_rng(1)
    odds = random.normal(size=(5_000, 2)) * 2
    y = (random.random((5_000, 2)) < 1 / (1 + np.exp(-odds))).astype(int)
    logits = odds * np.array([1.0, 4.0])

    own = fit_temperature(logits, y, each_class=True, multilabel=True)
    shared = fit_temperature(logits, y, multilabel=True)

    assert own.temperature == pytest.approx([1.0, 4.0], rel=0.1)
    assert len(set(shared.temperature)) == 1

    def likelihood(found: Calibration) -> float:
        s = calibrated(logits, found)
        return float(log_expit(np.where(y == 1, s, -s)).mean())

    assert likelihood(own) > likelihood(shared)


def test_rows_that_are_all_right_end_within_the_bounds_of_the_temperature() -> None:
    assert 0.05 <= fit_temperature([[3.0, 0.0], [0.0, 3.0]], [0, 1]).temperature[0] < 0.2


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([[0.0, 1.0]], [0, 1]), {}, r"as integers \[1\], got int64\[2\]"),
        (([[0.0, 1.0]], [0.0]), {}, "as integers"),
        (([[0.0, 1.0]], [2]), {}, "from 0 to 1, got 2 to 2"),
        (([[0.0]], [0]), {}, "at least two classes"),
        (([[-np.inf, 1.0]], [0]), {}, "a probability above 0 for what each row is, got 0 1 times"),
        (([[0.0, 1.0]], [0]), {"each_class": True}, "A softmax has one temperature"),
        (([[0.0, 1.0]], [0]), {"weight": [-1.0]}, "one finite weight from 0 up for each of 1 rows"),
    ],
)
def test_what_cannot_be_fitted_is_refused(
    arguments: tuple[object, object], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        fit_temperature(*arguments, **options)
