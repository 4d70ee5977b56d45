"""Metrics of whole stacks of tables are scikit-learn's, and their standard errors those of resampling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import metrics as sk

from imbalance_audit import evaluate
from imbalance_audit.decisions.objective import Judged, Objective, judge, table_of
from imbalance_audit.errors import OptionError

RANDOM = np.random.default_rng(0)
TRUTH = RANDOM.choice(4, size=600, p=[0.6, 0.25, 0.1, 0.05])
SAID = np.where(RANDOM.random(600) < 0.6, TRUTH, RANDOM.choice(4, size=600))
OTHER = np.where(RANDOM.random(600) < 0.3, TRUTH, SAID)
WEIGHT = RANDOM.uniform(0.5, 2.0, size=600)
COSTS = np.array([[0.0, 1, 2, 3], [4, 0, 1, 1], [2, 2, 0, 9], [5, 1, 1, 0]])
Reference = Callable[[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64] | None], float]
METRICS: dict[str, tuple[Objective, Reference]] = {
    "accuracy": (Objective("accuracy"), lambda t, s, w: sk.accuracy_score(t, s, sample_weight=w)),
    "balanced": (Objective("balanced_accuracy"), lambda t, s, w: sk.balanced_accuracy_score(t, s, sample_weight=w)),
    "macro_f1": (Objective("macro_f1"), lambda t, s, w: sk.f1_score(t, s, average="macro", sample_weight=w)),
    "f2": (Objective("f_beta", beta=2), lambda t, s, w: sk.fbeta_score(t, s, beta=2, average="macro", sample_weight=w)),
    "cost": (Objective("expected_cost", costs=COSTS), lambda t, s, w: np.average(COSTS[t, s], weights=w)),
}


def judged(
    metric: Objective, truth: NDArray[np.int64], said: NDArray[np.int64], weight: NDArray[np.float64] | None = None
) -> Judged:
    return judge(metric, truth, said, np.ones(len(truth)) if weight is None else weight, 4)


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_is_scikit_learns_with_and_without_row_weights(name: str) -> None:
    metric, reference = METRICS[name]

    assert judged(metric, TRUTH, SAID).value == pytest.approx(reference(TRUTH, SAID, None))
    assert judged(metric, TRUTH, SAID, WEIGHT).value == pytest.approx(reference(TRUTH, SAID, WEIGHT))


@pytest.mark.parametrize("name", METRICS)
def test_a_stack_of_tables_gives_what_each_table_gives(name: str) -> None:
    metric = METRICS[name][0]
    tables = np.stack([table_of(TRUTH, said, WEIGHT, 4) for said in (SAID, OTHER)])

    assert metric.value(tables).tolist() == pytest.approx(
        [judged(metric, TRUTH, s, WEIGHT).value for s in (SAID, OTHER)]
    )


@pytest.mark.parametrize("name", METRICS)
def test_the_influence_is_the_slope_of_the_metric_in_the_weight_of_a_row(name: str) -> None:
    metric = METRICS[name][0]
    found = judged(metric, TRUTH, SAID, WEIGHT)

    for row in (0, 17, 300):
        more = WEIGHT.copy()
        more[row] += 1e-5
        slope = (judged(metric, TRUTH, SAID, more).value - found.value) / 1e-5
        assert found.influence[row] / WEIGHT.sum() == pytest.approx(slope, rel=1e-3, abs=1e-9)
    assert (found.influence * WEIGHT).sum() == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("name", METRICS)
def test_the_errors_are_those_of_resampling_the_rows(name: str) -> None:
    metric = METRICS[name][0]
    random = np.random.default_rng(1)
    draws = []
    for _ in range(800):
        rows = random.integers(600, size=600)
        first, second = (judged(metric, TRUTH[rows], said[rows]).value for said in (SAID, OTHER))
        draws.append((first, second - first))

    one, other = judged(metric, TRUTH, SAID), judged(metric, TRUTH, OTHER)
    paired = other.minus(one)

    assert one.error() == pytest.approx(np.std([a for a, _ in draws]), rel=0.15)
    assert paired.high is not None
    assert paired.low is not None
    assert (paired.high - paired.low) / 2 / 1.96 == pytest.approx(np.std([d for _, d in draws]), rel=0.15)


def test_of_several_labels_it_is_the_mean_over_the_labels() -> None:
    truth = (RANDOM.random((300, 4)) < 0.3).astype(int)
    said = np.where(RANDOM.random((300, 4)) < 0.8, truth, 1 - truth)

    assert judged(Objective("macro_f1"), truth, said).value == pytest.approx(sk.f1_score(truth, said, average="macro"))
    assert judged(Objective("accuracy"), truth, said).value == pytest.approx((truth == said).mean())
    assert judged(Objective("balanced_accuracy"), truth, said).value == pytest.approx(
        np.mean([sk.balanced_accuracy_score(truth[:, c], said[:, c]) for c in range(4)])
    )
    assert judged(Objective("macro_f1"), truth, said).influence.mean() == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_a_metric_is_that_of_an_evaluation_also_where_classes_have_no_row(seed: int) -> None:
    random = np.random.default_rng(seed)
    size = int(random.integers(2, 7))
    truth, said = (random.choice(random.permutation(size)[: max(2, size - 1)], size=40) for _ in range(2))
    costs = random.uniform(0.5, 5, (size, size)) * (1 - np.eye(size))
    names = [str(c) for c in range(size)]
    by_name = {one: dict(zip(names, row, strict=True)) for one, row in zip(names, costs.tolist(), strict=True)}

    found = evaluate({"label": truth, "predicted": said}, classes=names, costs=by_name, resamples=1).runs[0].metrics

    for name in ("accuracy", "macro_f1", "balanced_accuracy", "expected_cost"):
        metric = Objective(name, costs=costs if name == "expected_cost" else np.zeros((0, 0)))
        assert judge(metric, truth, said, np.ones(40), size).value == pytest.approx(found[name].value), name


@pytest.mark.parametrize("seed", range(5))
def test_of_several_labels_macro_f1_is_that_of_an_evaluation(seed: int) -> None:
    random = np.random.default_rng(seed)
    truth, said = ((random.random((30, 5)) < random.choice([0, 0.05, 0.5], size=5)).astype(int) for _ in range(2))
    truth[0, 0] = 1
    table = [[[c for c, on in zip("abcde", row, strict=True) if on] for row in side] for side in (truth, said)]

    found = evaluate({"label": table[0], "predicted": table[1]}, classes=list("abcde"), resamples=1).runs[0].metrics

    value = judge(Objective("macro_f1"), truth, said, np.ones(30), 5).value
    assert value == pytest.approx(found["macro_f1"].value)


def test_of_two_classes_f_beta_is_that_of_the_second() -> None:
    truth, said = (TRUTH > 0).astype(int), (SAID > 0).astype(int)

    found = judge(Objective("f_beta", beta=0.5), truth, said, np.ones(600), 2)

    assert found.value == pytest.approx(sk.fbeta_score(truth, said, beta=0.5))


def test_an_interval_ends_where_the_metric_does() -> None:
    low = judge(Objective("accuracy"), np.array([0] * 20 + [1]), np.array([1] * 20 + [1]), np.ones(21), 2).estimate()

    assert low.low == 0.0
    assert low.high is not None
    assert low.high < 0.2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "macro-f1"}, 'no metric "macro-f1". Did you mean "macro_f1"'),
        ({"name": "expected_cost"}, "needs what each error costs"),
        ({"name": "f_beta", "beta": 0.0}, "beta above 0"),
        ({"name": "f_beta", "beta": float("nan")}, "beta above 0"),
        ({"name": "recall_at_precision", "precision": 1.5}, "a precision from 0 to 1"),
    ],
)
def test_a_metric_that_is_none_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        Objective(**options)
