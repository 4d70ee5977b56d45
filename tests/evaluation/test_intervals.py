from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.stats import binomtest

from imbalance_audit import evaluate
from imbalance_audit.evaluation import resampling
from imbalance_audit.evaluation.intervals import percentile, wilson


@pytest.mark.parametrize(("hits", "rows"), [(0, 7), (7, 7), (1, 3), (80, 100), (12345, 99999)])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_the_interval_of_a_share_is_that_of_scipy(hits: int, rows: int, confidence: float) -> None:
    expected = binomtest(hits, rows).proportion_ci(confidence, method="wilson")

    found = wilson(hits, rows, confidence)

    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_an_interval_holds_its_figure_where_resamples_are_biased() -> None:
    found = percentile(0.1, np.linspace(0.2, 0.3, 100), 0.95)

    assert found.low == 0.1


def two_classes(rows: int, accuracy: float, seed: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    truth = np.arange(rows) % 2
    said = np.where(rng.random(rows) < accuracy, truth, 1 - truth)
    return pl.DataFrame({"label": truth, "predicted": said})


@pytest.mark.parametrize("rows", [400, 40_000])
def test_the_bootstrap_of_a_mean_recall_is_as_wide_as_theory_says(rows: int) -> None:
    found = evaluate(two_classes(rows, 0.8, 0), resamples=4000).runs[0]

    recalls = [one.recall.value or 0 for one in found.classes]
    error = (sum(r * (1 - r) / (rows / 2) for r in recalls)) ** 0.5 / 2
    interval = found.metrics["balanced_accuracy"]
    assert interval.low is not None
    assert interval.high is not None
    assert (interval.high - interval.low) / 2 == pytest.approx(1.96 * error, rel=0.08)


def test_intervals_of_macro_f1_hold_the_truth_as_often_as_they_say() -> None:
    # A class at 0.8 of even classes has an F1 of 0.8.
    hits = 0
    for seed in range(200):
        interval = evaluate(two_classes(200, 0.8, seed), resamples=200).runs[0].metrics["macro_f1"]
        assert interval.low is not None
        assert interval.high is not None
        hits += interval.low <= 0.8 <= interval.high

    assert binomtest(hits, 200, 0.95).pvalue > 0.001


def test_the_same_seed_gives_the_same_intervals_and_another_seed_others() -> None:
    table = two_classes(300, 0.7, 0)

    assert evaluate(table, seed=1) == evaluate(table, seed=1)
    assert evaluate(table, seed=1) != evaluate(table, seed=2)


def test_resampled_figures_are_those_of_the_resampled_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    rows, size = 60, 3
    truth = rng.integers(0, size, rows)
    probability = rng.dirichlet(np.ones(size), rows)
    drawn = rng.integers(0, rows, rows)
    weights = np.bincount(drawn, minlength=rows).astype(float)[:, None]
    monkeypatch.setattr(resampling, "_weights", lambda *_: iter([weights]))
    names = [str(c) for c in range(size)]

    one = evaluate({"label": truth, "probabilities": probability}, classes=names, resamples=1).runs[0]
    again = evaluate({"label": truth[drawn], "probabilities": probability[drawn]}, classes=names, resamples=1).runs[0]

    for metric, figure in one.metrics.items():
        if metric not in ("accuracy", "worst_recall"):
            # Of one resample the interval reaches from the figure to that of the resample.
            assert again.metrics[metric].value in (pytest.approx(figure.low), pytest.approx(figure.high)), metric
    for before, after in zip(one.classes, again.classes, strict=True):
        assert after.f1.value in (pytest.approx(before.f1.low), pytest.approx(before.f1.high))


def test_many_scores_get_figures_without_an_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    from imbalance_audit.evaluation import class_sums

    monkeypatch.setattr(class_sums, "MOST", 5)

    found = evaluate({"label": [0, 1, 1], "prob": [0.1, 0.9, 0.4]}).runs[0].metrics

    assert found["pr_auc"].value is not None
    assert found["pr_auc"].low is None
    assert found["nll"].low is not None
