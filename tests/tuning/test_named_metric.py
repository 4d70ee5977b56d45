"""Metrics by name against scikit-learn and against their definitions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pytest
import torch
from scipy.special import softmax
from sklearn import metrics

from imbalance_audit import evaluate
from imbalance_audit.errors import OptionError
from imbalance_audit.records.metrics import WEIGHT_METRICS
from imbalance_audit.tuning.named_metric import metric_of

RANDOM = np.random.default_rng(0)
TRUTH = RANDOM.choice(4, 300, p=(0.6, 0.25, 0.1, 0.05))
LOGITS = RANDOM.normal(size=(300, 4)) + 2 * np.eye(4)[TRUTH] * (RANDOM.random((300, 1)) < 0.7)
PREDICTED = LOGITS.argmax(1)
P = np.exp(LOGITS) / np.exp(LOGITS).sum(1, keepdims=True)
OF_CLASS = [(c, np.flatnonzero(c == TRUTH)) for c in range(4)]

REFERENCES: dict[str, Callable[[], float]] = {
    "macro_f1": lambda: metrics.f1_score(TRUTH, PREDICTED, average="macro"),
    "micro_f1": lambda: metrics.accuracy_score(TRUTH, PREDICTED),
    "balanced_accuracy": lambda: metrics.balanced_accuracy_score(TRUTH, PREDICTED),
    "worst_recall": lambda: min((PREDICTED[rows] == c).mean() for c, rows in OF_CLASS),
    "accuracy": lambda: (TRUTH == PREDICTED).mean(),
    "g_mean": lambda: np.exp(np.mean([np.log((PREDICTED[c == TRUTH] == c).mean()) for c in range(4)])),
    "mcc": lambda: metrics.matthews_corrcoef(TRUTH, PREDICTED),
    "pr_auc": lambda: metrics.average_precision_score(np.eye(4)[TRUTH], P, average="macro"),
    "nll": lambda: -np.log(P[range(300), TRUTH]).mean(),
    "brier": lambda: ((P - np.eye(4)[TRUTH]) ** 2).sum(1).mean(),
}


def figure(name: str, truth: object, prediction: object, classes: tuple[str, ...] | None = None) -> float:
    return metric_of(name, greater_is_better=None, classes=classes).function(truth, prediction)


def test_every_metric_is_held_to_a_reference() -> None:
    assert set(REFERENCES) == {*WEIGHT_METRICS}


@pytest.mark.parametrize("name", REFERENCES)
def test_a_metric_of_logits_is_the_references(name: str) -> None:
    assert figure(name, TRUTH, LOGITS) == pytest.approx(REFERENCES[name](), rel=1e-12)


@pytest.mark.parametrize("form", [P, torch.tensor(P), torch.tensor(P, requires_grad=True), P.tolist()])
def test_probabilities_count_as_they_are(form: object) -> None:
    assert figure("nll", TRUTH, form) == pytest.approx(REFERENCES["nll"]())


def test_tensors_of_16_bits_and_class_names_are_read() -> None:
    names = ("ash", "birch", "cedar", "dogwood")
    named = [names[c] for c in TRUTH]
    half = torch.tensor(LOGITS).to(torch.bfloat16)

    assert figure("macro_f1", torch.tensor(TRUTH), half) == pytest.approx(
        metrics.f1_score(TRUTH, half.double().argmax(1), average="macro")
    )
    assert figure("accuracy", named, LOGITS, names) == (TRUTH == PREDICTED).mean()
    assert figure("accuracy", named, [names[c] for c in PREDICTED]) == (TRUTH == PREDICTED).mean()


@pytest.mark.parametrize("name", ["macro_f1", "balanced_accuracy", "worst_recall", "g_mean", "pr_auc"])
def test_a_class_without_a_validation_row_is_left_out_of_the_mean(name: str) -> None:
    wider = np.column_stack([LOGITS, np.full(300, -50.0)])

    assert figure(name, TRUTH, wider) == pytest.approx(figure(name, TRUTH, LOGITS))


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("form", ["logits", "probabilities"])
def test_every_metric_is_that_of_an_evaluation_of_the_same_rows(
    classes: int, form: Literal["logits", "probabilities"]
) -> None:
    names = [f"class {c}" for c in range(classes + 1)]
    # The last class has no row, but is predicted.
    truth = TRUTH % classes
    scores = np.column_stack([LOGITS[:, :classes], RANDOM.normal(size=300)])[:, : classes + (classes > 2)]
    scores = scores if form == "logits" else softmax(scores, axis=1)
    names = names[: scores.shape[1]]

    found = evaluate(
        {"label": [names[c] for c in truth], "scores": scores}, classes=names, outputs=form, resamples=1
    ).runs[0]

    for name in {*WEIGHT_METRICS} - {"micro_f1"}:
        assert figure(name, truth, scores) == pytest.approx(found.metrics[name].value, rel=1e-12), name


def test_several_labels_a_row_are_judged_label_by_label() -> None:
    truth = RANDOM.integers(0, 2, (200, 3))
    predicted = np.where(RANDOM.random((200, 3)) < 0.8, truth, 1 - truth)

    for average in ("macro", "micro"):
        expected = metrics.f1_score(truth, predicted, average=average)
        assert figure(f"{average}_f1", truth, predicted) == pytest.approx(expected)
    scores = predicted + RANDOM.random((200, 3))
    assert figure("pr_auc", truth, scores) == pytest.approx(metrics.average_precision_score(truth, scores))
    with pytest.raises(OptionError, match="one label a row for balanced_accuracy"):
        figure("balanced_accuracy", truth, predicted)


@pytest.mark.parametrize(
    ("truth", "prediction", "told"),
    [
        ([0, 1], [0], "one prediction for each of the validation rows"),
        ([], [], "one prediction for each"),
        ([0, 1], ["a", "b"], "as class names, or as class indices"),
        (["a", None], ["a", "b"], "as class names, or as class indices"),
        ([[0, 1], [1]], [0, 1], "Return rows of one length"),
        ([0, 1], [0.2, 0.9], "as class names, or as class indices"),
        ([0, 7], [[0.1, 0.9], [0.3, 0.7]], "indices of the 2 columns"),
        (["a", "b"], [[0.1, 0.9], [0.3, 0.7]], "indices of the 2 columns"),
        ([0, 1], [[0.1, float("nan")], [0.3, 0.7]], "finite scores"),
        ([[0, 1], [1, 0]], [[0, 2], [1, 0]], "Expected 0 and 1"),
    ],
)
def test_predictions_that_cannot_be_judged_are_refused(truth: Any, prediction: Any, told: str) -> None:  # noqa: ANN401 -- wrong on purpose
    with pytest.raises(OptionError, match=told):
        figure("macro_f1", truth, prediction)


@pytest.mark.parametrize(
    ("truth", "told"),
    [([[0, 1, 0]], "a score for each label"), ([[0, 3]], "Expected 0 and 1")],
    ids=["shape", "values"],
)
def test_scores_of_other_labels_are_refused(truth: list[list[int]], told: str) -> None:
    with pytest.raises(OptionError, match=told):
        figure("pr_auc", truth, [[0.2, 0.9]])


def test_an_unknown_metric_names_the_nearest() -> None:
    with pytest.raises(OptionError, match='Did you mean "macro_f1"'):
        metric_of("macro-f1", greater_is_better=None, classes=None)
    with pytest.raises(OptionError, match="Expected no direction of nll"):
        metric_of("nll", greater_is_better=True, classes=None)
