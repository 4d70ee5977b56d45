"""Each inverse map, applied to the logits that minimise the population risk of the loss itself, gives the posterior."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

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
    correct,
    inverse_map,
)
from imbalance_audit.decisions.logit_formulas import log_sigmoid, log_softmax
from imbalance_audit.decisions.trainings import LossTraining, Smoothed, Training
from imbalance_audit.errors import OptionError
from imbalance_audit.training import (
    FocalLoss,
    LogitAdjustedCrossEntropy,
    PolyLoss,
    SigmoidFocalLoss,
    WeightedBinaryCrossEntropy,
    WeightedCrossEntropy,
    WeightedMultilabelCrossEntropy,
)

# The posterior at four places x, and weights and counts that float32 holds exactly.
ETA = np.array([[0.7, 0.25, 0.05], [0.2, 0.3, 0.5], [0.34, 0.33, 0.33], [0.9, 0.06, 0.04]])
WEIGHT = [0.5, 1.0, 4.0]
COUNTS = [6.0, 3.0, 1.0]
RATIO = {"data": np.ones(3), "balanced": 1 / np.array(COUNTS), "weighted": np.array(WEIGHT)}


def minimise(risk: Callable[[torch.Tensor], torch.Tensor], shape: tuple[int, ...]) -> NDArray[np.float64]:
    logits = torch.zeros(shape, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS(
        [logits], max_iter=2000, tolerance_grad=1e-13, tolerance_change=0.0, line_search_fn="strong_wolfe"
    )

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        value = risk(logits)
        torch.autograd.backward(value)
        return value

    optimiser.step(closure)  # type: ignore[no-untyped-call]  # -- torch leaves it without annotations
    return logits.detach().numpy()


def of_one_class(loss: nn.Module, seen: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logits at each place that a loss over one class wants, where it sees the classes with these shares."""
    places, classes = seen.shape
    shares = torch.from_numpy(seen)

    def risk(logits: torch.Tensor) -> torch.Tensor:
        target = torch.arange(classes).repeat(places)
        of_each = loss(logits.repeat_interleave(classes, dim=0), target).view(places, classes)
        return torch.sum(shares * of_each)

    return minimise(risk, seen.shape)


def of_labels(loss: nn.Module, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logits that a loss over independent labels wants, where label c is positive with these shares."""
    positive = torch.from_numpy(shares)

    def risk(logits: torch.Tensor) -> torch.Tensor:
        yes, no = loss(logits, torch.ones_like(logits)), loss(logits, torch.zeros_like(logits))
        return torch.sum(positive * yes + (1 - positive) * no)

    return minimise(risk, shares.shape)


LOSSES: dict[str, Callable[..., nn.Module]] = {
    "unweighted": lambda **o: WeightedCrossEntropy([1.0, 1.0, 1.0], reduction="none", **o),
    "weighted": lambda **o: WeightedCrossEntropy(WEIGHT, reduction="none", **o),
    "logit-adjusted": lambda **o: LogitAdjustedCrossEntropy(COUNTS, tau=1.5, reduction="none", **o),
    "focal": lambda **o: FocalLoss(WEIGHT, gamma=2.0, reduction="none", **o),
    "poly": lambda **o: PolyLoss(WEIGHT, epsilon=1.0, reduction="none", **o),
}
KINDS: dict[str, LossTraining] = {
    "unweighted": PlainTraining(3),
    "weighted": WeightedTraining(WEIGHT),
    "logit-adjusted": LogitAdjustedTraining(COUNTS, tau=1.5),
    "focal": FocalTraining(WEIGHT, gamma=2.0),
    "poly": PolyTraining(WEIGHT, epsilon=1.0),
}
CASES: list[tuple[str, str, Smoothed | None]] = [(name, drawn, None) for name in LOSSES for drawn in RATIO]
CASES += [(name, "balanced", "sample") for name in LOSSES] + [(name, "balanced", "class") for name in LOSSES]


@pytest.mark.parametrize(("trained", "drawn", "smoothing"), CASES)
def test_the_corrected_minimiser_is_the_posterior(trained: str, drawn: str, smoothing: Smoothed | None) -> None:
    ratio = RATIO[drawn]
    seen = ETA * ratio
    smoothed = {} if smoothing is None else {"label_smoothing": 0.1, "smoothing": smoothing}
    logits = of_one_class(LOSSES[trained](**smoothed), seen / seen.sum(axis=1, keepdims=True))
    loss = KINDS[trained] if smoothing is None else SmoothedTraining(KINDS[trained], 0.1, by=smoothing)

    inverse = inverse_map(SampledTraining(loss, ratio), counts=COUNTS)

    assert np.exp(log_softmax(correct(logits, inverse), np)) == pytest.approx(ETA, abs=2e-6)
    if (trained, drawn, smoothing) != ("unweighted", "data", None):
        assert np.abs(np.exp(log_softmax(logits, np)) - ETA).max() > 1e-2


def test_rows_drawn_as_often_by_class_are_drawn_by_the_inverse_of_their_counts() -> None:
    balanced = SampledTraining.balanced(PlainTraining(3), COUNTS)

    assert inverse_map(balanced) == inverse_map(SampledTraining(PlainTraining(3), 1 / np.array(COUNTS)))


@pytest.mark.parametrize("loss", KINDS.values(), ids=KINDS)
def test_rows_as_they_are_and_unsmoothed_labels_are_the_loss_alone(loss: LossTraining) -> None:
    assert inverse_map(SampledTraining(SmoothedTraining(loss, 0.0, by="class"), [1.0] * 3)) == inverse_map(loss)


@pytest.mark.parametrize("gamma", [0.5, 1.0, 5.0])
def test_a_focal_loss_of_any_strength_is_undone(gamma: float) -> None:
    logits = of_one_class(FocalLoss(WEIGHT, gamma=gamma, reduction="none"), ETA)

    inverse = inverse_map(FocalTraining(WEIGHT, gamma=gamma))

    assert np.exp(log_softmax(correct(logits, inverse), np)) == pytest.approx(ETA, abs=2e-6)


def test_torchs_own_smoothed_and_weighted_loss_is_the_smoothing_by_class() -> None:
    torchs = nn.CrossEntropyLoss(torch.tensor(WEIGHT).double(), label_smoothing=0.2, reduction="none")
    logits = of_one_class(torchs, ETA)

    inverse = inverse_map(SmoothedTraining(WeightedTraining(WEIGHT), 0.2, by="class"))

    assert np.exp(log_softmax(correct(logits, inverse), np)) == pytest.approx(ETA, abs=1e-6)


@pytest.mark.parametrize(
    ("training", "loss"),
    [
        (LabelTraining([1.0, 4.0, 16.0]), WeightedMultilabelCrossEntropy),
        (LabelFocalTraining([1.0, 4.0, 16.0]), SigmoidFocalLoss),
        (LabelFocalTraining([1.0, 4.0, 16.0], alpha=0.25), partial(SigmoidFocalLoss, alpha=0.25)),
    ],
    ids=["weighted", "focal", "focal with alpha"],
)
def test_each_of_several_labels_is_corrected_by_itself(training: Training, loss: Callable[..., nn.Module]) -> None:
    logits = of_labels(loss(pos_weight=[1.0, 4.0, 16.0], reduction="none"), ETA)

    corrected = correct(logits, inverse_map(training), multilabel=True)

    assert np.exp(log_sigmoid(corrected, np)) == pytest.approx(ETA, abs=2e-6)


def test_one_logit_for_two_classes_is_corrected_as_the_logits_0_and_s() -> None:
    share = ETA[:, :1]
    s = of_labels(WeightedBinaryCrossEntropy([1.0, 8.0], reduction="none"), share)

    corrected = correct(np.hstack([np.zeros_like(s), s]), inverse_map(WeightedTraining([1.0, 8.0])))

    assert np.exp(log_softmax(corrected, np))[:, 1:] == pytest.approx(share, abs=1e-6)


def test_a_class_that_the_data_lack_gets_no_probability_and_one_that_training_lost_is_refused() -> None:
    absent = inverse_map(SmoothedTraining(WeightedTraining([1.0, 1.0, 0.0]), 0.1), counts=[5, 5, 0])

    assert np.exp(log_softmax(correct([[0.0, 0.0, 9.0]], absent), np))[0].tolist() == pytest.approx([0.5, 0.5, 0.0])
    with pytest.raises(OptionError, match='weight 0 for "owl"'):
        inverse_map(WeightedTraining([1.0, 0.0]), counts=[5, 5], classes=("cat", "owl"))
    with pytest.raises(OptionError, match="Row 0 has a probability only of classes that the training data lack"):
        correct([[-np.inf, -np.inf, 3.0]], absent)


@pytest.mark.parametrize("logits", [-800.0, 800.0])
@pytest.mark.parametrize("training", [FocalTraining([1.0, 1.0]), PolyTraining([1.0, 1.0])], ids=["focal", "poly"])
def test_logits_of_any_size_stay_finite(training: Training, logits: float) -> None:
    corrected = correct([[0.0, logits]], inverse_map(training))

    assert np.isfinite(corrected).all()
    assert (corrected[0, 1] > corrected[0, 0]) == (logits > 0)


@pytest.mark.parametrize(
    ("training", "message"),
    [
        (lambda: PlainTraining(0), "size is a number from 1"),
        (lambda: WeightedTraining([1.0, float("nan")]), "one finite weight from 0 up"),
        (lambda: WeightedTraining([0.0, 0.0]), "one finite weight from 0 up for each class and not only 0"),
        (lambda: LogitAdjustedTraining([0.0, 0.0]), "one finite count from 0 up"),
        (lambda: LogitAdjustedTraining([1.0, 2.0], tau=-1.0), "tau is a number from 0"),
        (lambda: SampledTraining(WeightedTraining([1.0, 2.0]), [1.0]), "one finite draw from 0 up"),
        (lambda: SmoothedTraining(WeightedTraining(WEIGHT), 1.0), "label_smoothing is a number from 0 to below 1"),
        (lambda: SmoothedTraining(PlainTraining(2), 0.1, by="clas"), 'no smoothing "clas". Did you mean "class"'),  # type: ignore[arg-type]  # -- the point
        (lambda: FocalTraining(WEIGHT, gamma=float("nan")), "gamma is a number"),
        (lambda: PolyTraining(WEIGHT, epsilon=-2.0), "epsilon is a number from -1"),
        (lambda: LabelFocalTraining([1.0], alpha=1.0), "alpha is a number"),
        (lambda: LabelTraining([1.0, 0.0]), "training never saw that class"),
    ],
)  # fmt: skip
def test_what_cannot_be_undone_is_refused(training: Callable[[], Training], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        inverse_map(training())


def test_counts_of_other_classes_are_refused() -> None:
    with pytest.raises(OptionError, match="one finite count from 0 up"):
        inverse_map(WeightedTraining([1.0, 2.0]), counts=[1.0])


@pytest.mark.parametrize(
    ("logits", "message"),
    [
        ([[0.0, float("nan")]], "got NaN in row 0"),
        ([[0.0, 1.0], [-np.inf, -np.inf]], "got -∞ only in row 1"),
        ([[0.0, np.inf]], r"got \+∞ in row 0"),
        ([[0.0, 1.0, 2.0]], r"got the shape \[1, 3\]"),
        ([0.0, 1.0], r"got the shape \[2\]"),
        (np.zeros((0, 2)), "got none"),
        ([["a", "b"]], "Expected numbers as logits"),
    ],
)
def test_logits_that_are_none_are_refused(logits: object, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        correct(logits, inverse_map(WeightedTraining([1.0, 2.0])))
