"""A training as options name it is the training with the numbers of its file."""

from __future__ import annotations

from typing import Any

import pytest

from imbalance_audit.decisions import (
    FocalTraining,
    LabelFocalTraining,
    LabelTraining,
    LogitAdjustedTraining,
    PlainTraining,
    PolyTraining,
    SampledTraining,
    SmoothedTraining,
    WeightedTraining,
    inverse_map,
)
from imbalance_audit.decisions.named_training import NO_INVERSE, FileNumbers, NamedTraining
from imbalance_audit.decisions.trainings import Training
from imbalance_audit.errors import OptionError

WEIGHT = (0.5, 1.0, 4.0)
COUNTS = (6, 3, 0)
FILE = FileNumbers(WEIGHT, COUNTS)
LABELS = FileNumbers(WEIGHT, COUNTS, pos_weight=(1.0, 2.0, 3.0), multilabel=True)


@pytest.mark.parametrize(
    ("options", "training"),
    [
        ({}, WeightedTraining(WEIGHT)),
        ({"trained": "unweighted"}, PlainTraining(3)),
        ({"trained": "logit-adjusted", "tau": 1.5}, LogitAdjustedTraining(COUNTS, tau=1.5)),
        ({"trained": "focal", "gamma": 0.5}, FocalTraining(WEIGHT, gamma=0.5)),
        ({"trained": "poly", "epsilon": 3.0}, PolyTraining(WEIGHT, epsilon=3.0)),
        (
            {"drawn": "weighted", "label_smoothing": 0.1, "smoothing": "class"},
            SampledTraining(SmoothedTraining(WeightedTraining(WEIGHT), 0.1, by="class"), WEIGHT),
        ),
    ],
)
def test_each_name_is_its_kind_with_the_numbers_of_the_file(options: dict[str, Any], training: Training) -> None:
    assert NamedTraining(**options).with_numbers(FILE) == training


def test_rows_drawn_balanced_count_a_class_without_any_as_one_with_one() -> None:
    training = NamedTraining(trained="unweighted", drawn="balanced").with_numbers(FILE)

    assert inverse_map(training) == inverse_map(SampledTraining(PlainTraining(3), [1 / 6, 1 / 3, 1.0]))


@pytest.mark.parametrize(
    ("options", "training"),
    [
        ({"trained": "unweighted"}, PlainTraining(3)),
        ({"alpha": 0.25}, LabelTraining((1.0, 2.0, 3.0))),
        ({"trained": "focal", "alpha": 0.25}, LabelFocalTraining((1.0, 2.0, 3.0), alpha=0.25)),
    ],
)
def test_of_several_labels_each_is_a_task_of_its_own(options: dict[str, Any], training: Training) -> None:
    assert NamedTraining(**options).with_numbers(LABELS) == training


@pytest.mark.parametrize("trained", sorted(NO_INVERSE))
def test_a_loss_without_an_inverse_map_is_refused_with_its_reason(trained: Any) -> None:  # noqa: ANN401 -- no choice
    with pytest.raises(OptionError, match=r"has no inverse map: .* Calibrate on held-out rows"):
        NamedTraining(trained)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"trained": "focall"}, 'no trained "focall". Did you mean "focal"'),
        ({"drawn": "weighed"}, 'no drawn "weighed". Did you mean "weighted"'),
        ({"smoothing": "rows"}, 'no smoothing "rows"'),
        ({"label_smoothing": 1.0}, "label_smoothing is a number from 0 to below 1"),
        ({"gamma": float("nan")}, "gamma is a number"),
        ({"epsilon": -2.0}, "epsilon is a number from -1"),
        ({"alpha": 0.0}, "alpha is a number"),
        ({"trained": "poly"}, "several labels"),
        ({"drawn": "balanced"}, "several labels"),
        ({"label_smoothing": 0.1}, "several labels"),
    ],
)
def test_what_cannot_be_undone_of_several_labels_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        NamedTraining(**options).with_numbers(LABELS)


def test_several_labels_without_their_positive_weights_are_refused() -> None:
    with pytest.raises(OptionError, match="undone by its pos_weight"):
        NamedTraining().with_numbers(FileNumbers(WEIGHT, COUNTS, multilabel=True))
