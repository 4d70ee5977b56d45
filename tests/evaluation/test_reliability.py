from __future__ import annotations

import numpy as np
import pytest

from imbalance_audit import evaluate
from imbalance_audit.evaluation.reliability import BINS, bin_of


def binned(confidence: np.ndarray, right: np.ndarray) -> float:
    """Guo's definition, bin by bin."""
    error = 0.0
    for at in range(BINS):
        inside = (confidence > at / BINS) & (confidence <= (at + 1) / BINS)
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    return error


def test_calibration_errors_are_those_of_the_definition() -> None:
    rng = np.random.default_rng(0)
    probability = rng.dirichlet(np.ones(4), 500)
    truth = rng.integers(0, 4, 500)

    found = evaluate({"label": truth, "probabilities": probability}, classes=list("0123")).runs[0]

    top = probability.argmax(axis=1)
    assert found.metrics["ece"].value == pytest.approx(binned(probability.max(axis=1), top == truth))
    of_each = [binned(probability[:, c], truth == c) for c in range(4)]
    assert [one.calibration_error for one in found.classes] == pytest.approx(of_each)
    assert found.metrics["classwise_ece"].value == pytest.approx(np.mean(of_each))
    assert sum(one.rows for one in found.bins) == 500
    error = sum(one.rows / 500 * abs(one.accuracy - one.confidence) for one in found.bins)
    assert error == pytest.approx(found.metrics["ece"].value)


def test_a_bin_holds_its_upper_end_and_not_its_lower() -> None:
    assert bin_of(np.array([0.0, 1e-9, 1 / 15, 1 / 15 + 1e-9, 1.0])).tolist() == [0, 0, 0, 1, 14]


def test_labels_drawn_from_the_probabilities_are_calibrated() -> None:
    rng = np.random.default_rng(1)
    probability = rng.dirichlet(np.ones(3), 40_000)
    truth = (probability.cumsum(axis=1) < rng.random((40_000, 1))).sum(axis=1)

    found = evaluate({"label": truth, "probabilities": probability}, classes=list("012"), resamples=2).runs[0]

    assert (found.metrics["ece"].value or 1) < 0.01
    assert (found.metrics["classwise_ece"].value or 1) < 0.01


def test_many_labels_have_one_reliability_diagram_over_all_their_decisions() -> None:
    rng = np.random.default_rng(2)
    probability = rng.random((200, 3))
    truth = (rng.random((200, 3)) < probability).astype(int)
    table = {"label": [np.flatnonzero(row).tolist() for row in truth], "probabilities": probability}

    found = evaluate(table, classes=list("012")).runs[0]

    assert sum(one.rows for one in found.bins) == 600
    assert found.metrics["ece"].value == pytest.approx(binned(probability.ravel(), truth.ravel()))
