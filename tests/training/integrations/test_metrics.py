"""Figures of each class in validation, and weights that follow them, in real Lightning and transformers runs."""

from __future__ import annotations

from typing import Any

import pytest
from sklearn.metrics import precision_recall_fscore_support

from tests.training.integrations.conftest import Launch

LABELS = [0] * 30 + [1] * 8 + [2] * 2
NAMES = ("cat", "dog", "lynx_bobcat")
VALIDATED = [39, *range(38)]


def expected(said: dict[int, int], prefix: str) -> dict[str, float]:
    """The figures of rows that are each counted once, from scikit-learn."""
    truth, predicted = [LABELS[row] for row in VALIDATED], [said[row] for row in VALIDATED]
    precision, recall, f1, _ = precision_recall_fscore_support(truth, predicted, labels=range(3), zero_division=0)
    named = {
        f"{prefix}{what}/{name}": float(values[index])
        for what, values in (("recall", recall), ("precision", precision), ("f1", f1))
        for index, name in enumerate(NAMES)
    }
    return named | {
        f"{prefix}macro_f1": float(f1.mean()),
        f"{prefix}balanced_accuracy": float(recall.mean()),
        f"{prefix}worst_recall": float(recall.min()),
    }


@pytest.fixture(scope="module")
def lightning(launch: Launch) -> list[dict[str, Any]]:
    return launch("metrics_lightning.py", 2)


def test_lightning_counts_every_row_once_on_two_ranks(lightning: list[dict[str, Any]]) -> None:
    # The first is the sanity check, which logs nothing.
    assert [len(each["metrics"]) for each in lightning[0]["whole"]] == [0, 12, 12, 12, 12]
    for epoch in range(1, 5):
        ranks = [rank["whole"][epoch] for rank in lightning]
        said = {row: guess for each in ranks for row, guess in zip(each["rows"], each["predicted"], strict=True)}
        assert sorted(row for each in ranks for row in each["rows"]) == sorted([*VALIDATED, 39])

        for each in ranks:
            assert each["metrics"] == pytest.approx(expected(said, "val/"), rel=1e-6)


def test_lightning_adjusts_once_a_validation_and_alike_on_every_rank(lightning: list[dict[str, Any]]) -> None:
    weights = [[each["weight"] for each in rank["whole"]] for rank in lightning]

    assert weights[0] == weights[1]
    assert weights[0][0] == weights[0][1] == [0.5, 2.0, 6.0]
    assert len({tuple(weight) for weight in weights[0]}) == 4


def test_lightning_resumes_the_weights_to_the_same_bits(lightning: list[dict[str, Any]]) -> None:
    for rank in lightning:
        whole, rest, _ = rank["weights"]
        assert whole == rest
        assert [each["weight"] for each in rank["rest"]][-2:] == [each["weight"] for each in rank["whole"]][-2:]


def test_lightning_adjusts_in_a_fit_alone(lightning: list[dict[str, Any]]) -> None:
    for rank in lightning:
        whole, _, validated = rank["weights"]
        assert whole == validated


@pytest.fixture(scope="module", params=[1, 2])
def trainer(launch: Launch, request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    return launch("metrics_trainer.py", request.param)


def test_the_trainer_counts_every_row_once(trainer: list[dict[str, Any]]) -> None:
    said = {int(row): guess for rank in trainer for row, guess in rank["said"].items()}

    for rank in trainer:
        assert len(rank["evaluated"]) == 5
        assert rank["after"] == pytest.approx(expected(said, "eval_"))
        assert rank["after"] == rank["counted"] == rank["evaluated"][-1]


def test_the_trainer_resumes_the_weights_to_the_same_bits(trainer: list[dict[str, Any]]) -> None:
    for rank in trainer:
        whole, resumed, evaluated = rank["weights"]
        assert whole == resumed == evaluated != [0.5, 2.0, 6.0]
        assert rank["resumed"][-2:] == rank["evaluated"][-2:]
        assert rank["weights"] == trainer[0]["weights"]
