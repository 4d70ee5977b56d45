"""A tuned decision: in what order, on what rows, what it is said to be worth, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn import metrics as sk

from imbalance_audit.decisions import TuningPlan, cost_threshold, decide, fit_temperature, inverse_map, tune_decision
from imbalance_audit.decisions.fitting import Method
from imbalance_audit.errors import OptionError
from imbalance_audit.files.decision import dump_decision
from imbalance_audit.records import Estimate
from tests.decisions.samples import PRIOR, Drawn, draw

CLASSES = ("cat", "dog", "fox")
COSTS = {
    "cat": {"cat": 1.0, "dog": 2.0, "fox": 2.0},
    "dog": {"cat": 5.0, "dog": 0.0, "fox": 5.0},
    "fox": {"cat": 30.0, "dog": 20.0, "fox": 0.0},
}


def value(estimate: Estimate | None) -> float:
    assert estimate is not None
    assert estimate.value is not None
    return estimate.value


@pytest.mark.parametrize("method", ["tau", "offsets"])
@pytest.mark.parametrize("metric", ["macro_f1", "balanced_accuracy"])
def test_what_is_tuned_is_what_the_decision_does_and_it_holds_on_new_rows(method: Method, metric: str) -> None:
    rows, others = draw(4_000, seed=1), draw(20_000, seed=2)
    score = sk.balanced_accuracy_score if metric == "balanced_accuracy" else macro_f1

    decision = tune_decision(rows.logits, rows.truth, CLASSES, TuningPlan(method=method, metric=metric))

    assert value(decision.tuned) == pytest.approx(score(rows.truth, decide(decision, rows.logits).predicted))
    assert value(decision.plain) == pytest.approx(score(rows.truth, rows.logits.argmax(axis=1)))
    assert value(decision.gain) == pytest.approx(value(decision.expected) - value(decision.plain))
    new = score(others.truth, decide(decision, others.logits).predicted)
    assert new == pytest.approx(value(decision.expected), abs=0.04)
    assert new > score(others.truth, others.logits.argmax(axis=1))


def macro_f1(truth: NDArray[np.int64], said: NDArray[np.int64]) -> float:
    return float(sk.f1_score(truth, said, average="macro"))


def test_what_is_tuned_on_noise_flatters_and_what_is_expected_does_not() -> None:
    random = np.random.default_rng(0)
    tuned, expected = [], []
    for seed in range(10):
        logits, truth = random.normal(size=(120, 6)), random.integers(6, size=120)
        found = tune_decision(
            logits, truth, list("abcdef"), TuningPlan(method="offsets", metric="balanced_accuracy", seed=seed)
        )
        tuned.append(value(found.tuned))
        expected.append(value(found.expected))

    assert np.mean(tuned) > 1 / 6 + 0.05
    assert np.mean(expected) == pytest.approx(1 / 6, abs=0.03)


def test_the_curve_is_whole_and_holds_its_best_and_the_point_of_the_prior(drawn: Drawn) -> None:
    decision = tune_decision(drawn.logits, drawn.truth, CLASSES, TuningPlan(prior=PRIOR.tolist()))

    points = dict(decision.curve)
    assert len(points) == 61
    assert value(points[float(str(decision.parameters["tau"]))]) == max(value(point) for point in points.values())
    said = (drawn.logits - np.log(PRIOR)).argmax(axis=1)
    assert value(points[1.0]) == pytest.approx(macro_f1(drawn.truth, said))


def test_one_standard_error_takes_a_weaker_strength(drawn: Drawn) -> None:
    best, careful = (
        tune_decision(
            drawn.logits, drawn.truth, CLASSES, TuningPlan(metric="balanced_accuracy", one_standard_error=one)
        )
        for one in (False, True)
    )

    assert careful.parameters["tau_best"] == best.parameters["tau"]
    assert float(str(careful.parameters["tau"])) < float(str(best.parameters["tau"]))


def test_the_prior_is_corrected_before_the_temperature_is_fitted() -> None:
    rows = draw(3_000, seed=3)
    weight = (1 / PRIOR / 3).tolist()
    inverse = inverse_map(weight=weight)
    trained = rows.logits + np.log(weight)

    decision = tune_decision(
        trained, rows.truth, CLASSES, TuningPlan(calibrate="temperature", metric="accuracy"), correction=inverse
    )

    found = fit_temperature(rows.logits, rows.truth)
    assert decision.temperature == pytest.approx(found.temperature, rel=1e-6)
    expected = softmax(rows.logits / np.asarray(found.temperature), axis=1)
    assert decide(decision, trained).probabilities == pytest.approx(expected)


def test_for_a_target_prior_probabilities_and_rows_are_those_of_that_world() -> None:
    target = [0.2, 0.3, 0.5]
    here, there = draw(20_000, seed=4), draw(20_000, seed=5, prior=np.array(target), calibrated_for=np.array(target))

    decision = tune_decision(
        here.logits, here.truth, CLASSES, TuningPlan(metric="accuracy", prior=PRIOR.tolist(), target=target)
    )

    assert value(decision.expected) == pytest.approx(
        sk.accuracy_score(there.truth, there.logits.argmax(axis=1)), abs=0.02
    )
    shifted = decide(decision, here.logits).probabilities
    assert shifted == pytest.approx(softmax(here.logits + np.log(np.array(target) / PRIOR), axis=1))


def test_expected_cost_is_decoded_by_the_least_of_the_costs(drawn: Drawn) -> None:
    decision = tune_decision(
        drawn.logits, drawn.truth, CLASSES, TuningPlan(method="costs", metric="expected_cost", costs=COSTS)
    )

    matrix = np.array([[COSTS[i][j] for j in CLASSES] for i in CLASSES])
    p = softmax(drawn.logits, axis=1)
    said = np.array([min(range(3), key=lambda j: float(row @ matrix[:, j])) for row in p])
    assert (decide(decision, drawn.logits).predicted == said).all()
    # A right cat costs 1 whatever is done: that is no part of a decision.
    assert value(decision.tuned) == pytest.approx((matrix[drawn.truth, said] - (drawn.truth == 0)).mean())
    assert value(decision.gain) < 0


def test_of_two_classes_the_least_cost_is_the_closed_form_threshold() -> None:
    s = np.linspace(-6, 6, 1001)
    truth = (np.random.default_rng(0).random(1001) < 1 / (1 + np.exp(-s))).astype(int)
    costs = {"no": {"no": 0.0, "yes": 1.0}, "yes": {"no": 9.0, "yes": 0.0}}

    decision = tune_decision(
        np.stack([np.zeros_like(s), s], axis=1),
        truth,
        ("no", "yes"),
        TuningPlan(method="costs", metric="expected_cost", costs=costs),
    )

    found = decide(decision, np.stack([np.zeros_like(s), s], axis=1))
    assert (found.predicted == (found.probabilities[:, 1] >= cost_threshold(1, 9))).all()


def test_a_threshold_on_two_classes_is_what_its_probability_says() -> None:
    rows = draw(2_000, seed=6)
    logits, truth = np.stack([rows.logits[:, 0], rows.logits[:, 1:].max(axis=1)], axis=1), (rows.truth > 0).astype(int)

    decision = tune_decision(logits, truth, ("no", "yes"), TuningPlan(method="thresholds", metric="f_beta"))

    found = decide(decision, logits)
    assert (found.predicted == (found.probabilities[:, 1] >= float(str(decision.parameters["threshold"])))).all()


def test_each_of_several_labels_has_its_threshold() -> None:
    random = np.random.default_rng(1)
    rates = np.array([0.4, 0.1, 0.03])
    truth = (random.random((1_000, 3)) < rates).astype(int)
    logits = random.normal(size=(1_000, 3)) + 2 * truth + np.log(rates)

    decision = tune_decision(
        logits, truth, CLASSES, TuningPlan(method="thresholds", calibrate="temperature"), multilabel=True
    )

    found = decide(decision, logits)
    assert (found.predicted == (found.probabilities >= np.asarray(decision.thresholds))).all()
    assert value(decision.tuned) == pytest.approx(macro_f1(truth, found.predicted))
    for c in range(3):
        best = max(sk.f1_score(truth[:, c], logits[:, c] >= s) for s in np.unique(logits[:, c])[::20])
        assert sk.f1_score(truth[:, c], found.predicted[:, c]) >= best


def test_a_precision_that_does_not_hold_is_told() -> None:
    random = np.random.default_rng(2)
    truth = (random.random(200) < 0.2).astype(int)
    logits = np.stack([np.zeros(200), random.normal(size=200)], axis=1)

    decision = tune_decision(
        logits, truth, ("no", "yes"), TuningPlan(method="thresholds", metric="recall_at_precision", precision=0.95)
    )

    assert any('the precision of "yes" is 0.' in note for note in decision.notes)


def test_the_same_rows_and_seed_give_the_same_bytes_and_few_rows_are_told(drawn: Drawn) -> None:
    tuning = TuningPlan(method="offsets", calibrate="bias-corrected")
    few = Drawn(drawn.logits[:300], drawn.truth[:300])

    one, other = (tune_decision(few.logits, few.truth, CLASSES, tuning) for _ in range(2))
    seeded = tune_decision(few.logits, few.truth, CLASSES, replace(tuning, seed=1))

    assert dump_decision(one) == dump_decision(other)
    assert seeded.expected != one.expected
    assert seeded.tuned == one.tuned
    assert any("Fewer than 50 validation rows" in note and '"fox"' in note for note in one.notes)


def test_a_class_with_fewer_rows_than_folds_is_still_tuned(drawn: Drawn) -> None:
    keep = np.flatnonzero(drawn.truth != 2)
    rows = np.concatenate([keep, np.flatnonzero(drawn.truth == 2)[:2]])

    decision = tune_decision(drawn.logits[rows], drawn.truth[rows], CLASSES)

    assert decision.expected is not None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "taus"}, 'no method "taus". Did you mean "tau"'),
        ({"calibrate": "platt"}, 'no calibration "platt"'),
        ({"metric": "f1"}, 'no metric "f1"'),
        ({"method": "thresholds"}, "got 3 classes. Choose offsets or tau"),
        ({"method": "costs"}, "needs what each error costs"),
        ({"metric": "expected_cost"}, "needs what each error costs"),
        ({"metric": "recall_at_precision"}, "is tuned by thresholds, got method tau"),
        ({"costs": {"cat": {"cat": 0.0}}}, "lacks the classes"),
        ({"folds": 1}, "at least 2 folds, got 1"),
        ({"folds": 5_000}, "Expected rows for 5000 folds"),
        ({"prior": [0.5, 0.5]}, "one prior share above 0 for each of 3 classes"),
        ({"target": [0.5, 0.5, 0.0]}, "one target share above 0"),
    ],
)
def test_options_that_do_not_fit_are_refused(options: dict[str, Any], message: str, drawn: Drawn) -> None:
    with pytest.raises(OptionError, match=message):
        tune_decision(drawn.logits, drawn.truth, CLASSES, TuningPlan(**options))


def test_rows_that_do_not_fit_are_refused(drawn: Drawn) -> None:
    two = drawn.truth % 2
    with pytest.raises(OptionError, match='every class to tune by macro_f1, got none of "fox"'):
        tune_decision(drawn.logits, two, CLASSES)
    with pytest.raises(OptionError, match="got one class only"):
        tune_decision(drawn.logits, 0 * two, CLASSES, TuningPlan(metric="accuracy"))
    with pytest.raises(OptionError, match=r"logits \(rows, 2 classes\), got the shape \[2000, 3\]"):
        tune_decision(drawn.logits, two, CLASSES[:2])
    with pytest.raises(OptionError, match="Several labels a row are decided by thresholds"):
        tune_decision(drawn.logits, np.eye(3, dtype=int)[drawn.truth], CLASSES, multilabel=True)
