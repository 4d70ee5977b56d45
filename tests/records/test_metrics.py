"""The table of metrics against what is computed: which figures there are, what they need, and which way is better."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from imbalance_audit.decisions import Objective
from imbalance_audit.decisions.objective import judge
from imbalance_audit.evaluation.evaluating import evaluate
from imbalance_audit.records import ClassScore, Estimate, RunEvaluation
from imbalance_audit.records.metrics import (
    CLASS_METRICS,
    DECISION_METRICS,
    RUN_METRICS,
    TABLE,
    WEIGHT_METRICS,
    Metric,
    MetricNeed,
)
from imbalance_audit.tuning.named_metric import metric_of

RANDOM = np.random.default_rng(0)
CLASSES = ("ash", "birch", "cedar")
TRUTH = RANDOM.choice(3, 300, p=(0.6, 0.3, 0.1))
SETS = RANDOM.integers(0, 2, (300, 3))
NOISE: NDArray[np.float64] = RANDOM.random((300, 3))
SHARES: NDArray[np.float64] = NOISE / NOISE.sum(axis=1, keepdims=True)
COSTS = {one: {other: float(one != other) for other in CLASSES} for one in CLASSES}


def probabilities(truth: NDArray[Any], *, perfect: bool) -> NDArray[np.float64]:
    """Return all of it on what is true, or a draw that knows nothing of the truth."""
    if truth.ndim == 2:
        return truth.astype(float) if perfect else NOISE
    return np.eye(3)[truth] if perfect else SHARES


def judged(needs: set[MetricNeed], *, perfect: bool = False) -> RunEvaluation:
    """Return a run over rows that have what is named, and nothing else."""
    several = "several labels" in needs
    given = probabilities(SETS if several else TRUTH, perfect=perfect)
    said = (given >= 0.5) if several else np.eye(3, dtype=bool)[given.argmax(axis=1)]
    columns: dict[str, object] = {"predicted": names(said), "label": names(SETS if several else np.eye(3)[TRUTH])}
    if needs & {"scores", "probabilities"}:
        columns["score"] = given.tolist()
    outputs = "probabilities" if "probabilities" in needs else "scores" if "scores" in needs else None
    return evaluate(
        columns,
        classes=CLASSES,
        prediction="predicted",
        scores="score" if outputs else None,
        outputs=outputs,  # type: ignore[arg-type]  # -- one of the three
        separator="|" if several else None,
        costs=COSTS if "costs" in needs else None,
        resamples=2,
    ).runs[0]


def names(said: NDArray[Any]) -> list[str]:
    return ["|".join(name for name, yes in zip(CLASSES, row, strict=True) if yes) for row in said]


def of_class(score: ClassScore, key: str) -> float | None:
    found: Estimate | float | None = getattr(score, key)
    return found.value if isinstance(found, Estimate) else found


def at_least_as_good(metric: Metric, perfect: float | None, random: float | None) -> bool:
    assert perfect is not None
    assert random is not None
    return perfect >= random if metric.better == "higher" else perfect <= random


def test_every_key_stands_once() -> None:
    assert len({(one.of, one.key) for one in TABLE}) == len(TABLE)


@pytest.mark.parametrize(
    "needs",
    [
        {"one label", "every class"},
        {"one label", "every class", "scores"},
        {"one label", "every class", "scores", "probabilities"},
        {"one label", "every class", "costs"},
        {"several labels", "every class"},
        {"several labels", "every class", "scores"},
        {"several labels", "every class", "scores", "probabilities"},
    ],
    ids=lambda needs: ", ".join(sorted(needs)),
)
def test_a_run_has_the_metrics_whose_needs_are_met_in_the_order_of_the_table(needs: set[MetricNeed]) -> None:
    found = judged(needs)

    assert list(found.metrics) == [key for key, metric in RUN_METRICS.items() if metric.needs <= needs]
    for key, metric in CLASS_METRICS.items():
        assert all((of_class(score, key) is not None) == (metric.needs <= needs) for score in found.classes)


def test_what_a_class_has_of_its_own_is_in_the_table_and_nothing_else_is() -> None:
    known = {"label", "support", "predicted", "trained", "region"}

    assert {field.name for field in fields(ClassScore)} - known == set(CLASS_METRICS)


@pytest.mark.parametrize("several", [False, True])
def test_perfect_predictions_are_at_least_as_good_as_random_ones_by_every_metric(several: bool) -> None:
    needs: set[MetricNeed] = {"scores", "probabilities", *({"several labels"} if several else {"one label", "costs"})}  # type: ignore[arg-type]  # -- words of `MetricNeed`
    perfect, random = (judged(needs, perfect=yes) for yes in (True, False))

    for key in perfect.metrics:
        assert at_least_as_good(RUN_METRICS[key], perfect.metrics[key].value, random.metrics[key].value), key
        assert perfect.metrics[key].value != random.metrics[key].value
    for key, metric in CLASS_METRICS.items():
        for one, other in zip(perfect.classes, random.classes, strict=True):
            assert at_least_as_good(metric, of_class(one, key), of_class(other, key)), key


@pytest.mark.parametrize("metric", WEIGHT_METRICS.values(), ids=lambda metric: metric.key)
def test_weights_are_tuned_by_the_direction_of_the_table(metric: Metric) -> None:
    judgement = metric_of(metric.key, greater_is_better=None, classes=CLASSES)
    perfect, random = (
        judgement.function(TRUTH, np.log(np.maximum(probabilities(TRUTH, perfect=yes), 1e-9))) for yes in (True, False)
    )

    assert judgement.greater_is_better == (metric.better == "higher")
    assert perfect > random if judgement.greater_is_better else perfect < random


@pytest.mark.parametrize("metric", DECISION_METRICS.values(), ids=lambda metric: metric.key)
def test_decisions_are_tuned_by_the_direction_of_the_table(metric: Metric) -> None:
    objective = Objective(metric.key, costs=1 - np.eye(2))
    truth = np.minimum(TRUTH, 1)
    perfect, random = (
        judge(objective, truth, said, np.ones(300), 2).value for said in (truth, RANDOM.integers(0, 2, 300))
    )

    assert objective.sign == (1 if metric.better == "higher" else -1)
    assert objective.sign * perfect > objective.sign * random


def test_what_tunes_a_decision_but_is_no_figure_of_a_run_takes_a_parameter() -> None:
    for key, metric in DECISION_METRICS.items():
        assert (key in RUN_METRICS) != bool(metric.needs & {"beta", "precision"})
