from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from sklearn import metrics
from sklearn.preprocessing import label_binarize

from imbalance_audit import evaluate
from imbalance_audit.records import Evaluation, RunEvaluation

Made = Callable[..., pl.DataFrame]

NAMES = ["cat", "dog", "fox"]


def figures(evaluation: Evaluation) -> dict[str, float | None]:
    return {name: estimate.value for name, estimate in evaluation.runs[0].metrics.items()}


def softmax(frame: pl.DataFrame) -> np.ndarray:
    logits = frame.select(f"logit_{name}" for name in NAMES).to_numpy()
    odds: np.ndarray = np.exp(logits)
    total: np.ndarray = odds.sum(axis=1, keepdims=True)
    probability: np.ndarray = odds / total
    return probability


def test_every_figure_is_that_of_scikit_learn(predictions: Made) -> None:
    frame = predictions()
    truth = np.array([NAMES.index(label) for label in frame["label"]])
    probability = softmax(frame)
    said = probability.argmax(axis=1)

    found = figures(evaluate(frame, classes=NAMES))

    assert found == pytest.approx(
        {
            "accuracy": metrics.accuracy_score(truth, said),
            "macro_f1": metrics.f1_score(truth, said, average="macro"),
            "balanced_accuracy": metrics.balanced_accuracy_score(truth, said),
            "worst_recall": min(metrics.recall_score(truth, said, average=None)),
            "g_mean": np.prod(metrics.recall_score(truth, said, average=None)) ** (1 / 3),
            "mcc": metrics.matthews_corrcoef(truth, said),
            "pr_auc": metrics.average_precision_score(label_binarize(truth, classes=[0, 1, 2]), probability),
            "nll": metrics.log_loss(truth, probability),
            "brier": metrics.brier_score_loss(truth, probability),
            "ece": found["ece"],
            "classwise_ece": found["classwise_ece"],
        }
    )


def test_two_classes_are_scored_as_scikit_learn_scores_the_positive_one() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 300)
    probability = np.clip(0.3 + 0.3 * truth + rng.normal(size=300) * 0.2, 0.01, 0.99)

    found = figures(evaluate({"y": truth, "prob": probability}))

    assert found["pr_auc"] == pytest.approx(metrics.average_precision_score(truth, probability))
    assert found["brier"] == pytest.approx(metrics.brier_score_loss(truth, probability))
    assert found["nll"] == pytest.approx(metrics.log_loss(truth, probability))


def test_scores_that_tie_have_the_average_precision_of_scikit_learn() -> None:
    rng = np.random.default_rng(4)
    truth = rng.integers(0, 3, 400)
    score = rng.integers(0, 5, (400, 3)) + np.eye(3)[truth]

    found = evaluate({"label": truth, "scores": score}, classes=["0", "1", "2"], outputs="scores").runs[0]

    ours = [one.average_precision for one in found.classes]
    assert ours == pytest.approx([metrics.average_precision_score(truth == c, score[:, c]) for c in range(3)])
    assert "nll" not in found.metrics


def test_many_labels_are_scored_as_scikit_learn_scores_them() -> None:
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 2, (300, 4))
    logits = rng.normal(size=(300, 4)) + 2 * truth - 1
    said = (logits >= 0).astype(int)
    names = list("abcd")
    table = {"label": [[n for n, on in zip(names, row, strict=True) if on] for row in truth], "logits": logits}

    evaluation = evaluate(table, classes=names)
    found = figures(evaluation)

    assert evaluation.task == "multilabel"
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(truth, said))
    assert found["macro_f1"] == pytest.approx(metrics.f1_score(truth, said, average="macro"))
    assert found["micro_f1"] == pytest.approx(metrics.f1_score(truth, said, average="micro"))
    probability = 1 / (1 + np.exp(-logits))
    assert found["pr_auc"] == pytest.approx(metrics.average_precision_score(truth, probability))
    of_each = [metrics.log_loss(truth[:, c], probability[:, c]) for c in range(4)]
    assert found["nll"] == pytest.approx(np.mean(of_each))
    assert [one.support for one in evaluation.runs[0].classes] == truth.sum(axis=0).tolist()


def test_a_class_without_rows_has_no_recall_and_is_left_out_of_the_means() -> None:
    table = {"label": ["cat", "cat", "dog"], "predicted": ["cat", "fox", "dog"]}

    found = evaluate(table, classes=[*NAMES, "owl"])

    by_name = {one.label: one for one in found.runs[0].classes}
    assert by_name["fox"].recall.value is None
    assert by_name["fox"].precision.value == 0
    assert by_name["fox"].f1.value == 0
    assert by_name["owl"].f1.value is None
    assert figures(found)["balanced_accuracy"] == pytest.approx((0.5 + 1) / 2)
    assert figures(found)["macro_f1"] == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert any("2 of 4 classes have no row" in note for note in found.notes)


def test_a_missed_class_makes_the_g_mean_zero() -> None:
    found = evaluate({"label": ["cat", "cat", "dog"], "predicted": ["cat", "cat", "cat"]})

    assert figures(found)["g_mean"] == 0
    assert found.runs[0].metrics["g_mean"].low == 0


def test_expected_cost_is_the_mean_cost_above_that_of_being_right() -> None:
    costs = {"cat": {"cat": 1.0, "dog": 3.0}, "dog": {"cat": 11.0, "dog": 1.0}}
    table = {"label": ["cat", "cat", "dog", "dog"], "predicted": ["cat", "dog", "cat", "dog"]}

    found = evaluate(table, costs=costs)

    assert figures(found)["expected_cost"] == (2 + 10) / 4
    worst = found.runs[0].confusions[0]
    assert (worst.truth, worst.predicted, worst.rows, worst.share, worst.cost) == ("dog", "cat", 1, 0.5, 10)


def test_a_target_prior_gives_what_as_many_rows_of_each_class_would_give(predictions: Made) -> None:
    frame = predictions(rows=300, kind="prob")
    copies = {"cat": 1, "dog": 3, "fox": 7}
    repeated = pl.concat([frame.filter(label=name) for name in NAMES for _ in range(copies[name])])
    target = {name: repeated.filter(label=name).height / repeated.height for name in NAMES}

    weighted = figures(evaluate(frame, target=target, resamples=1))
    drawn = figures(evaluate(repeated, resamples=1))

    for metric in ("nll", "brier", "ece", "classwise_ece"):
        assert weighted[metric] == pytest.approx(drawn[metric])


def test_the_uniform_target_is_the_mean_over_classes(predictions: Made) -> None:
    frame = predictions(kind="prob")
    each = [evaluate(frame.filter(label=name), classes=NAMES, resamples=1) for name in NAMES]

    found = figures(evaluate(frame, target="uniform", resamples=1))

    for metric in ("nll", "brier"):
        assert found[metric] == pytest.approx(np.mean([figures(one)[metric] for one in each]))


def test_the_target_of_the_data_is_that_of_the_training_rows(predictions: Made) -> None:
    frame = predictions()
    counts = {"cat": 70, "dog": 20, "fox": 10}

    found = evaluate(frame, counts=counts, target="data", resamples=1)

    assert found.target == {"cat": 0.7, "dog": 0.2, "fox": 0.1}
    assert [(one.trained, one.region) for one in found.runs[0].classes] == [(70, "medium"), (20, "medium"), (10, "few")]


def regions(run: RunEvaluation) -> dict[str, float | None]:
    return {one.region: one.recall.value for one in run.regions}


def test_where_no_class_is_few_the_regions_are_thirds(predictions: Made) -> None:
    counts = {"cat": 5000, "dog": 500, "fox": 50}

    found = evaluate(predictions(), counts=counts, resamples=1)

    recalls = [one.recall.value for one in found.runs[0].classes]
    assert regions(found.runs[0]) == dict(zip(("head", "medium", "few"), recalls, strict=True))
    assert any("thirds" in note for note in found.notes)


def test_a_region_without_classes_is_not_defined_and_not_zero(predictions: Made) -> None:
    counts = {"cat": 5000, "dog": 500, "fox": 50}

    found = evaluate(predictions(), counts=counts, regions=(100, 20), resamples=1)

    assert regions(found.runs[0])["few"] is None
    assert [one.region for one in found.runs[0].classes] == ["head", "head", "medium"]
