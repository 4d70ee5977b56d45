"""The searches find what trying everything finds: the curve of τ, offsets, thresholds."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit, log_softmax
from sklearn import metrics as sk
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import TunedThresholdClassifierCV

from imbalance_audit.decisions import cost_threshold
from imbalance_audit.decisions.objective import Objective, judge
from imbalance_audit.decisions.offsets import tune_offsets
from imbalance_audit.decisions.strength import GRID, curve_errors, one_standard_error, tau_curve
from imbalance_audit.decisions.thresholds import tune_threshold
from imbalance_audit.errors import OptionError
from tests.decisions.samples import PRIOR, Drawn, draw

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

COSTS = np.array([[0.0, 1, 1], [3, 0, 3], [9, 5, 0]])
METRICS = [
    Objective("macro_f1"),
    Objective("f_beta", beta=2.0),
    Objective("balanced_accuracy"),
    Objective("accuracy"),
    Objective("expected_cost", costs=COSTS),
]


def by_name(metric: Objective) -> str:
    return metric.name


def utility(metric: Objective, truth: Integers, said: Integers, weight: Floats, size: int) -> float:
    return metric.sign * judge(metric, truth, said, weight, size).value


@pytest.mark.parametrize("metric", METRICS, ids=by_name)
def test_each_point_of_the_curve_is_the_metric_of_the_adjusted_logits(metric: Objective, drawn: Drawn) -> None:
    log_p, one = log_softmax(drawn.logits, axis=1), np.ones(len(drawn.truth))

    curve = tau_curve(log_p, drawn.truth, PRIOR, metric, one)

    for at in (0, 7, 20, 60):
        said = (log_p - GRID[at] * np.log(PRIOR)).argmax(axis=1)
        assert curve.values[at] == pytest.approx(judge(metric, drawn.truth, said, one, 3).value)
    best = GRID.index(curve.best)
    assert metric.sign * curve.values[best] == max(metric.sign * curve.values)


def test_for_balanced_accuracy_the_best_strength_is_about_1_and_for_accuracy_about_0() -> None:
    rows = draw(20_000, seed=7)
    log_p, one = log_softmax(rows.logits, axis=1), np.ones(20_000)

    assert tau_curve(log_p, rows.truth, PRIOR, Objective("balanced_accuracy"), one).best == pytest.approx(1.0, abs=0.3)
    assert tau_curve(log_p, rows.truth, PRIOR, Objective("accuracy"), one).best == pytest.approx(0.0, abs=0.2)


def test_the_weakest_strength_within_one_standard_error_is_no_stronger_than_the_best(drawn: Drawn) -> None:
    log_p, one = log_softmax(drawn.logits, axis=1), np.ones(len(drawn.truth))
    metric = Objective("balanced_accuracy")
    curve = tau_curve(log_p, drawn.truth, PRIOR, metric, one)
    judged = curve_errors(curve, drawn.truth, metric, one, 3)

    chosen = one_standard_error(curve, judged, metric)

    best = GRID.index(curve.best)
    floor = curve.values[best] - judged[best].error()
    assert chosen < curve.best
    assert curve.values[GRID.index(chosen)] >= floor
    assert all(curve.values[: GRID.index(chosen)] < floor)


@pytest.mark.parametrize("missing", [(), (2,), (0,)], ids=["", "no row of the last class", "no row of the first"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("metric", METRICS, ids=by_name)
def test_no_change_of_a_single_offset_is_better(metric: Objective, weighted: bool, missing: tuple[int, ...]) -> None:
    rows = draw(150, seed=11)
    log_p, truth = log_softmax(rows.logits, axis=1), np.where(np.isin(rows.truth, missing), 1, rows.truth)
    weight = np.random.default_rng(2).uniform(0.2, 3.0, 150) if weighted else np.ones(150)

    offset = tune_offsets(log_p, truth, np.zeros(3), metric, weight)

    reached = utility(metric, truth, (log_p + offset).argmax(axis=1), weight, 3)
    assert reached >= utility(metric, truth, log_p.argmax(axis=1), weight, 3)
    for c in range(3):
        rival = np.delete(log_p + offset, c, axis=1).max(axis=1) - log_p[:, c]
        turns = np.sort(rival)
        for at in [turns[0] - 1, *(turns[:-1] + turns[1:]) / 2, turns[-1] + 1]:
            moved = offset.copy()
            moved[c] = at
            said = (log_p + moved).argmax(axis=1)
            assert utility(metric, truth, said, weight, 3) <= reached + 1e-9


def test_the_offsets_are_as_good_as_the_best_of_a_fine_grid() -> None:
    rows = draw(200, seed=12)
    log_p, metric, one = log_softmax(rows.logits, axis=1), Objective("macro_f1"), np.ones(200)
    grid = [
        utility(metric, rows.truth, (log_p + np.array([0.0, b, c])).argmax(axis=1), one, 3)
        for b, c in product(np.linspace(-4, 4, 41), repeat=2)
    ]
    starts = [np.zeros(3), -np.log(PRIOR), -0.5 * np.log(PRIOR)]
    found = [tune_offsets(log_p, rows.truth, start, metric, one) for start in starts]

    reached = [utility(metric, rows.truth, (log_p + offset).argmax(axis=1), one, 3) for offset in found]

    assert max(reached) >= max(grid) - 1e-9


def test_a_class_that_is_ruled_out_in_some_rows_does_no_harm() -> None:
    rows = draw(300, seed=13)
    log_p = log_softmax(rows.logits, axis=1)
    log_p[::3, 2] = -np.inf
    log_p[1::3, 0] = -np.inf

    offset = tune_offsets(log_p, rows.truth, np.zeros(3), Objective("macro_f1"), np.ones(300))

    assert np.isfinite(offset).all()


def two_classes(rows: int, seed: int) -> tuple[Floats, Integers]:
    random = np.random.default_rng(seed)
    truth = (random.random(rows) < 0.15).astype(np.int64)
    return random.normal(size=rows).round(2) - 2 + 1.5 * truth, truth


@pytest.mark.parametrize(
    ("metric", "score"),
    [
        (Objective("f_beta", beta=2.0), lambda t, s: sk.fbeta_score(t, s, beta=2, zero_division=0)),
        (Objective("macro_f1"), lambda t, s: sk.f1_score(t, s, average="macro", zero_division=0)),
        (Objective("balanced_accuracy"), sk.balanced_accuracy_score),
        (Objective("accuracy"), sk.accuracy_score),
        (
            Objective("expected_cost", costs=np.array([[0.0, 1.0], [7.0, 0.0]])),
            lambda t, s: -np.array([[0, 1], [7, 0]])[t, s].mean(),
        ),
    ],
    ids=["f2", "macro_f1", "balanced", "accuracy", "cost"],
)
def test_the_threshold_is_the_best_of_all_and_tied_scores_stay_together(
    metric: Objective, score: Callable[[Integers, Integers], float]
) -> None:
    odds, truth = two_classes(400, seed=3)

    at = tune_threshold(odds, truth, metric, np.ones(400), positive=False)

    tried = [score(truth, (odds >= s).astype(int)) for s in [*np.unique(odds), 99.0]]
    assert score(truth, (odds >= at).astype(int)) == pytest.approx(max(tried))
    assert at not in odds


class Probabilities(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # -- scikit-learn has no types
    """A fitted classifier whose one feature is the log odds."""

    classes_ = np.array([0, 1])

    def fit(self, *_: object) -> Probabilities:
        return self

    def predict_proba(self, odds: Floats) -> Floats:
        p = expit(odds[:, 0])
        return np.stack([1 - p, p], axis=1)

    def predict(self, odds: Floats) -> Integers:
        return (odds[:, 0] >= 0).astype(np.int64)

    def __sklearn_is_fitted__(self) -> bool:
        return True


def test_it_is_at_least_as_good_as_scikit_learns() -> None:
    odds, truth = two_classes(2_000, seed=4)
    theirs = TunedThresholdClassifierCV(
        FrozenEstimator(Probabilities()), scoring="f1", cv="prefit", refit=False, thresholds=500
    ).fit(odds[:, None], truth)

    at = tune_threshold(odds, truth, Objective("f_beta"), np.ones(2_000), positive=False)

    ours = sk.f1_score(truth, (odds >= at).astype(int))
    assert ours >= sk.f1_score(truth, theirs.predict(odds[:, None])) - 1e-12
    assert ours == pytest.approx(theirs.best_score_, abs=0.01)


def test_recall_at_a_precision_is_the_largest_recall_that_keeps_it() -> None:
    odds, truth = two_classes(1_000, seed=5)

    at = tune_threshold(odds, truth, Objective("recall_at_precision", precision=0.6), np.ones(1_000), positive=False)

    precision, recall, _ = sk.precision_recall_curve(truth, odds)
    said = (odds >= at).astype(int)
    assert sk.precision_score(truth, said) >= 0.6
    assert sk.recall_score(truth, said) == pytest.approx(recall[precision >= 0.6].max())


def test_of_two_classes_the_threshold_is_the_best_offset() -> None:
    odds, truth = two_classes(500, seed=6)
    metric, one = Objective("f_beta"), np.ones(500)

    at = tune_threshold(odds, truth, metric, one, positive=False)
    offset = tune_offsets(np.stack([np.zeros(500), odds], axis=1), truth, np.zeros(2), metric, one)

    by_offset = (odds + offset[1] - offset[0] > 0).astype(np.int64)
    assert sk.f1_score(truth, (odds >= at).astype(int)) == pytest.approx(sk.f1_score(truth, by_offset))


def test_a_calibrated_score_has_half_the_best_f1_as_its_threshold() -> None:
    # Lipton et al., 2014: a law of the population.
    random = np.random.default_rng(8)
    odds = random.normal(size=200_000) * 1.5 - 2
    truth = (random.random(200_000) < expit(odds)).astype(np.int64)

    at = tune_threshold(odds, truth, Objective("f_beta"), np.ones(200_000), positive=False)

    assert expit(at) == pytest.approx(sk.f1_score(truth, (odds >= at).astype(int)) / 2, abs=0.02)


def test_a_threshold_by_cost_nears_the_closed_form_of_calibrated_scores() -> None:
    random = np.random.default_rng(9)
    odds = random.normal(size=200_000) * 1.5 - 2
    truth = (random.random(200_000) < expit(odds)).astype(np.int64)
    metric = Objective("expected_cost", costs=np.array([[0.0, 1.0], [4.0, 0.0]]))

    at = tune_threshold(odds, truth, metric, np.ones(200_000), positive=False)

    assert expit(at) == pytest.approx(cost_threshold(1, 4), abs=0.03)
    for costs in ((0, 0), (-1, 2), (np.nan, 1)):
        with pytest.raises(OptionError, match="Expected costs from 0 up"):
            cost_threshold(*costs)
