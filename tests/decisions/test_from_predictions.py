"""A decision of predictions undoes the training as the weight file tells, in whatever order its classes stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from imbalance_audit import Audit, class_weights, scan
from imbalance_audit.decisions import TuningPlan, WeightedTraining, inverse_map, tune_decision
from imbalance_audit.decisions.from_predictions import decision_from
from imbalance_audit.errors import ClassOrderError, OptionError
from imbalance_audit.predictions.predicted import Predictions
from tests.decisions.samples import Drawn

CLASSES = ("cat", "dog", "fox")
ROWS = {"cat": 60, "dog": 30, "fox": 10}
TRAINING = {"trained": "weighted"}


def predictions(drawn: Drawn) -> Predictions:
    return Predictions(
        name="run",
        path="val.parquet",
        task="multiclass",
        classes=CLASSES,
        truth=drawn.truth,
        outputs="logits",
        scores=drawn.logits,
        predicted=drawn.logits.argmax(axis=1),
        notes=("read with care",),
    )


def audited(*classes: str) -> Audit:
    return scan([name for name, n in ROWS.items() for _ in range(n)], classes=classes)


@pytest.mark.parametrize("order", [CLASSES, ("fox", "cat", "dog")])
def test_the_weight_file_is_undone_class_by_class(drawn: Drawn, order: tuple[str, ...]) -> None:
    weights = class_weights(audited(*order))
    by_name = dict(zip(weights.classes, weights.weight, strict=True))

    found = decision_from(predictions(drawn), TuningPlan(), weights=weights, training=TRAINING)

    counts = [ROWS[name] for name in CLASSES]
    expected = tune_decision(
        drawn.logits,
        drawn.truth,
        CLASSES,
        TuningPlan(prior=counts),
        correction=inverse_map(WeightedTraining([by_name[name] for name in CLASSES]), counts=counts, classes=CLASSES),
        fingerprint=weights.fingerprint,
    )
    assert found == replace(expected, notes=("read with care", *expected.notes))


@pytest.mark.parametrize(
    ("target", "shares"),
    [("uniform", [1 / 3] * 3), ("data", [0.6, 0.3, 0.1]), ({"fox": 0.5, "dog": 0.25, "cat": 0.25}, [0.25, 0.25, 0.5])],
)
def test_a_target_is_class_shares_in_index_order(
    drawn: Drawn, target: Mapping[str, float] | str, shares: list[float]
) -> None:
    weights = class_weights(audited(*CLASSES))
    run, plan = predictions(drawn), TuningPlan()

    found = decision_from(run, plan, weights=weights, training=TRAINING, target=target)

    moved = np.log(np.array(shares) / np.array([0.6, 0.3, 0.1]))
    before = decision_from(run, plan, weights=weights, training=TRAINING)
    np.testing.assert_allclose(np.array(found.correction.after) - before.correction.after, moved, atol=1e-12)


@pytest.mark.parametrize("target", ["data", "uniformly"])
def test_a_target_that_nothing_tells_is_refused(drawn: Drawn, target: str) -> None:
    with pytest.raises(OptionError, match=r"--target data needs the training counts|Expected the target"):
        decision_from(predictions(drawn), TuningPlan(), target=target)


def test_a_weight_file_of_another_task_or_other_classes_is_refused(drawn: Drawn) -> None:
    weights = class_weights(audited(*CLASSES))

    with pytest.raises(OptionError, match="is of a multilabel task, the predictions are not"):
        decision_from(predictions(drawn), TuningPlan(), weights=replace(weights, task="multilabel"), training=TRAINING)
    with pytest.raises(ClassOrderError, match='"fox" is not its class'):
        decision_from(
            predictions(drawn), TuningPlan(), weights=replace(weights, classes=("cat", "dog", "bat")), training=TRAINING
        )
