"""A decision applied to logits and to predictions, in any order of classes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import softmax

from imbalance_audit.decisions import TuningPlan, apply, decide, tune_decision
from imbalance_audit.decisions.applying import order_of
from imbalance_audit.errors import ClassOrderError, OptionError
from imbalance_audit.predictions.predicted import Predictions
from imbalance_audit.records import Decision, InverseMap
from tests.decisions.samples import Drawn

CLASSES = ("cat", "dog", "fox")
TUNINGS = [
    TuningPlan(method="offsets", calibrate="bias-corrected"),
    TuningPlan(
        method="costs",
        metric="expected_cost",
        costs={i: {j: 0.0 if i == j else 1.0 + 9 * (i == "fox") for j in CLASSES} for i in CLASSES},
    ),
]


def predictions(drawn: Drawn, order: tuple[int, ...] = (0, 1, 2)) -> Predictions:
    logits = drawn.logits[:, list(order)]
    truth = np.argsort(order)[drawn.truth]
    return Predictions(
        name="run",
        path="val.parquet",
        task="multiclass",
        classes=tuple(CLASSES[i] for i in order),
        truth=truth,
        outputs="logits",
        scores=logits,
        predicted=logits.argmax(axis=1),
    )


@pytest.mark.parametrize("tuning", TUNINGS, ids=["offsets", "costs"])
def test_predictions_in_another_order_get_the_same_classes(tuning: TuningPlan, drawn: Drawn) -> None:
    decision = tune_decision(drawn.logits, drawn.truth, CLASSES, tuning)
    straight, turned = (apply(decision, predictions(drawn, order)) for order in ((0, 1, 2), (2, 0, 1)))

    named, other = ([run.classes[i] for i in run.predicted] for run in (straight, turned))
    assert named == other
    assert turned.scores is not None
    assert straight.scores is not None
    np.testing.assert_allclose(turned.scores, straight.scores[:, [2, 0, 1]])
    assert straight.outputs == "probabilities"
    assert straight.scores.sum(axis=1) == pytest.approx(np.ones(len(drawn.truth)))


def test_probabilities_in_the_file_serve_as_well_as_logits(drawn: Drawn) -> None:
    decision = tune_decision(drawn.logits, drawn.truth, CLASSES, TUNINGS[0])
    given = predictions(drawn)

    of_shares = apply(decision, replace(given, outputs="probabilities", scores=softmax(drawn.logits, axis=1)))

    assert (of_shares.predicted == apply(decision, given).predicted).all()


def test_predictions_that_do_not_fit_are_refused(drawn: Drawn) -> None:
    decision = tune_decision(drawn.logits, drawn.truth, CLASSES)
    given = predictions(drawn)

    with pytest.raises(ClassOrderError, match='"owl" is not its class'):
        apply(decision, replace(given, classes=("cat", "dog", "owl")))
    with pytest.raises(OptionError, match=r"Expected logits or probabilities in val\.parquet, got classes only"):
        apply(decision, replace(given, outputs="classes", scores=None))
    with pytest.raises(OptionError, match="The decision is for one class a row"):
        apply(decision, replace(given, task="multilabel"))


def test_the_order_is_by_name_and_strangers_are_refused() -> None:
    assert order_of(("a", "b", "c"), ("c", "a", "b")) == (2, 0, 1)
    for wanted in (("a", "b"), ("a", "b", "b"), ("a", "b", "d"), ("a", "b", "c", "d")):
        with pytest.raises(ClassOrderError, match="must be over the 3 classes of the file"):
            order_of(("a", "b", "c"), wanted)


def test_a_row_with_a_probability_only_of_absent_classes_is_refused() -> None:
    absent = InverseMap((0.0, 0.0, -np.inf), (0.0, 0.0, -np.inf))
    decision = Decision(CLASSES, False, absent, (1.0,) * 3, (0.0,) * 3, "argmax", offset=(0.0,) * 3)

    assert decide(decision, [[0.0, 1.0, 9.0]]).predicted.tolist() == [1]
    with pytest.raises(OptionError, match="Row 1 has a probability only of classes that the training data lack"):
        decide(decision, [[0.0, 1.0, 9.0], [-np.inf, -np.inf, 9.0]])
