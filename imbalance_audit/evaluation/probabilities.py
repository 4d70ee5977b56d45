"""What the scores of a run say beyond the class they favour, some rows or some classes at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import average_precision_score

from imbalance_audit.evaluation.reliability import calibration_error, gaps_of
from imbalance_audit.predictions.predicted import LEAST_PROBABILITY
from imbalance_audit.predictions.row_blocks import row_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from imbalance_audit.predictions.predicted import Predictions

    Floats = NDArray[np.float64]

_CLASSES_AT_A_TIME = 16


@dataclass(frozen=True)
class RowScores:
    """What each row's probabilities are worth.

    Attributes:
        nll: Minus the log probability of the truth (N,); of many labels the mean over the labels.
        brier: The squared distance to the truth (N,): summed over the classes, of two classes half of that, of many
            labels the mean over the labels.
        confidence: The largest probability (N,); of many labels that of each (N, C).
        right: Whether that class, or label, is the truth.
    """

    nll: Floats
    brier: Floats
    confidence: Floats
    right: NDArray[np.bool_]


@dataclass(frozen=True)
class ScoreFigures:
    """What each class's scores are worth.

    Attributes:
        average_precision: One against the rest (C,); NaN for a class without rows; None without scores.
        calibration_error: (C,); None without probabilities.
    """

    average_precision: Floats | None
    calibration_error: Floats | None


def row_scores(predictions: Predictions) -> RowScores | None:
    """Return what each row's probabilities are worth; None without probabilities."""
    if predictions.scores is None or predictions.outputs not in ("logits", "probabilities"):
        return None
    judge = _many if predictions.task == "multilabel" else _one
    parts = [judge(predictions, block) for block in row_blocks(predictions.scores)]
    return RowScores(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def score_figures(predictions: Predictions, weight: Floats | None) -> ScoreFigures:
    """Return what each class's scores are worth.

    Args:
        predictions: The run.
        weight: What each row counts in the calibration error; None: the same.
    """
    if predictions.scores is None:
        return ScoreFigures(None, None)
    precisions, errors = [], []
    probable = predictions.outputs != "scores"
    total = float(len(predictions.truth) if weight is None else weight.sum())
    for label, score in class_columns(predictions):
        truth = positives(predictions, label)
        precisions.append(average_precision(truth, score))
        if probable:
            errors.append(float(calibration_error(gaps_of(score, truth, weight), total)))
    return ScoreFigures(np.array(precisions), np.array(errors) if probable else None)


def positives(predictions: Predictions, label: int) -> NDArray[np.bool_]:
    """Return which rows are of a class."""
    found: NDArray[np.bool_] = (
        predictions.truth[:, label] == 1 if predictions.truth.ndim == 2 else predictions.truth == label
    )
    return found


def average_precision(truth: NDArray[np.bool_], score: Floats) -> float:
    """Return scikit-learn's average precision, Σ (R_n - R_{n-1})·P_n; NaN without a positive.

    It only looks where recall rises: at the scores of positives. So all other rows go to the next such score below them
    before the sort, which for rare classes is most of the work.
    """
    steps, rows = np.unique(score[truth], return_counts=True)
    if not rows.size:
        return float("nan")
    reached = np.bincount(np.searchsorted(steps, score, side="right"), minlength=len(steps) + 1)[1:]
    ones = np.repeat([1, 0], len(steps))
    counts = np.concatenate([rows, reached - rows])
    return float(average_precision_score(ones, np.concatenate([steps, steps]), sample_weight=counts))


def _one(predictions: Predictions, block: slice) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    assert predictions.scores is not None  # noqa: S101 -- asked only where there are scores
    scores, truth = predictions.scores[block], predictions.truth[block]
    at = np.arange(len(truth))
    if predictions.outputs == "logits":
        shifted = scores - scores.max(axis=1, keepdims=True)
        total = np.log(np.exp(shifted).sum(axis=1))
        nll = total - shifted[at, truth]
        probability = np.exp(shifted - total[:, None])
    else:
        probability = scores
        nll = -np.log(np.maximum(scores[at, truth], LEAST_PROBABILITY))
    brier = (probability**2).sum(axis=1) - 2 * probability[at, truth] + 1
    top = probability.argmax(axis=1)
    return nll, brier / 2 if probability.shape[1] == 2 else brier, probability[at, top], top == truth


def _many(predictions: Predictions, block: slice) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    assert predictions.scores is not None  # noqa: S101 -- asked only where there are scores
    scores, truth = predictions.scores[block], predictions.truth[block]
    if predictions.outputs == "logits":
        nll = np.logaddexp(0, scores) - truth * scores
        probability = _sigmoid(scores)
    else:
        probability = scores
        bounded = np.clip(scores, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
        nll = -np.where(truth == 1, np.log(bounded), np.log1p(-bounded))
    return nll.mean(axis=1), ((probability - truth) ** 2).mean(axis=1), probability, truth == 1


def class_columns(predictions: Predictions) -> Iterator[tuple[int, Floats]]:
    """Yield each class with its probabilities, or its scores where they are no more than an order."""
    scores = predictions.scores
    assert scores is not None  # noqa: S101 -- asked only where there are scores
    exclusive = predictions.task != "multilabel"
    total = _log_totals(scores) if predictions.outputs == "logits" and exclusive else None
    for first in range(0, scores.shape[1], _CLASSES_AT_A_TIME):
        part = np.ascontiguousarray(scores[:, first : first + _CLASSES_AT_A_TIME].T)
        if total is not None:
            part = np.exp(part - total)
        elif predictions.outputs == "logits":
            part = _sigmoid(part)
        yield from enumerate(part, start=first)


def _log_totals(scores: Floats) -> Floats:
    """Return ln Σ exp of each row."""
    totals = np.empty(len(scores))
    for block in row_blocks(scores):
        part = scores[block]
        most = part.max(axis=1)
        totals[block] = most + np.log(np.exp(part - most[:, None]).sum(axis=1))
    return totals


def _sigmoid(scores: Floats) -> Floats:
    return np.exp(-np.logaddexp(0, -scores))
