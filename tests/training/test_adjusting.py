"""Weights that follow validation: the rule, its limits, its scale and its state."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from imbalance_audit.errors import OptionError
from imbalance_audit.training import (
    AdaptiveWeights,
    ClassFigures,
    DeferredReweighting,
    FocalLoss,
    WeightedCrossEntropy,
    WeightedMultilabelCrossEntropy,
)
from imbalance_audit.training.adjusting import adjusted

CLASSES = ("bird", "cat", "dog")
COUNTS = [6, 3, 1]


def figures(*hits: int, rows: int = 100) -> ClassFigures:
    return ClassFigures(CLASSES, hits, (rows,) * 3, (rows,) * 3)


def test_a_class_that_lags_weighs_more_and_the_mean_weight_stays(weight_file: Path) -> None:
    loss = WeightedCrossEntropy.from_file(weight_file, classes=CLASSES)
    before = loss.weight.double().clone()
    AdaptiveWeights(loss, rate=0.5).update(figures(90, 60, 30))

    # Mean recall 0.6: factors e^-0.15, 1 and e^0.15, and Σ n·w as before.
    raised = before * torch.tensor([-0.15, 0.0, 0.15], dtype=torch.float64).exp()
    counts = torch.tensor(COUNTS, dtype=torch.float64)
    expected = raised * (counts @ before) / (counts @ raised)
    torch.testing.assert_close(loss.weight.double(), expected, rtol=1e-6, atol=0)


@given(
    st.lists(st.tuples(*[st.integers(0, 50)] * 3), min_size=1, max_size=12),
    st.floats(0, 100),
    st.floats(1, 50),
)
def test_no_run_of_figures_leaves_the_bound_or_the_scale(
    epochs: list[tuple[int, int, int]], rate: float, bound: float
) -> None:
    loss = WeightedCrossEntropy([0.5, 1.0, 4.0])
    weights = AdaptiveWeights(loss, counts=COUNTS, rate=rate, bound=bound)
    for hits in epochs:
        weights.update(figures(*hits, rows=50))

    assert all(abs(log) <= math.log(bound) for log in weights.logs)
    assert float(loss.weight.double() @ torch.tensor(COUNTS).double()) == pytest.approx(10, rel=1e-5)


def test_equal_recalls_and_classes_with_few_rows_change_nothing() -> None:
    loss = WeightedCrossEntropy([0.5, 1.0, 4.0])
    weights = AdaptiveWeights(loss, counts=COUNTS)
    weights.update(figures(50, 50, 50))
    weights.update(ClassFigures(CLASSES, (80, 80, 0), (100, 100, 9), (100, 100, 9)))
    weights.update(ClassFigures(CLASSES, (0, 0, 0), (0, 0, 0), (0, 0, 0)))

    torch.testing.assert_close(loss.weight, torch.tensor([0.5, 1.0, 4.0]))


def test_the_bound_holds_nothing_back_afterwards() -> None:
    logs = [0.0, 0.0]
    for _ in range(50):
        logs = adjusted(logs, [1.0, 0.0], [50, 50], rate=1.0, bound=2.0, least_rows=1)
    back = adjusted(logs, [0.0, 1.0], [50, 50], rate=0.1, bound=2.0, least_rows=1)

    assert logs == [-math.log(2), math.log(2)]
    assert back == pytest.approx([-math.log(2) + 0.05, math.log(2) - 0.05])


def test_a_state_through_json_goes_on_to_the_same_bits() -> None:
    seen = [figures(97, 13, 55), figures(91, 37, 71), figures(83, 41, 77)]
    losses = [WeightedCrossEntropy([0.5, 1.0, 4.0]) for _ in range(2)]
    whole, rest = (AdaptiveWeights(loss, counts=COUNTS, rate=0.7) for loss in losses)
    for each in seen[:2]:
        whole.update(each)
    rest.load_state_dict(json.loads(json.dumps(whole.state_dict())))

    assert torch.equal(losses[0].weight, losses[1].weight)
    whole.update(seen[2])
    rest.update(seen[2])
    assert torch.equal(losses[0].weight, losses[1].weight)
    assert whole.state_dict() == rest.state_dict()


@pytest.mark.parametrize("other", [{"rate": 0.3}, {"bound": 9.0}, {"least_rows": 3}])
def test_the_state_of_another_rule_is_refused(other: dict[str, float]) -> None:
    one = AdaptiveWeights(WeightedCrossEntropy([1.0, 2.0]), counts=[1, 1])
    two = AdaptiveWeights(WeightedCrossEntropy([1.0, 2.0]), counts=[1, 1], **other)  # type: ignore[arg-type]  # -- numbers

    with pytest.raises(OptionError, match=f"got another {next(iter(other))}"):
        two.load_state_dict(one.state_dict())


def test_the_state_of_other_weights_is_refused() -> None:
    one, two = (AdaptiveWeights(WeightedCrossEntropy([1.0, w]), counts=[1, 1]) for w in (2.0, 3.0))

    with pytest.raises(OptionError, match="got another initial"):
        two.load_state_dict(one.state_dict())


def test_a_schedule_blends_towards_the_adjusted_weights_in_place() -> None:
    loss = FocalLoss([0.5, 1.0, 4.0])
    tensor = loss.weight
    schedule = DeferredReweighting(loss, start=2)
    weights = AdaptiveWeights(loss, counts=COUNTS)
    weights.update(figures(90, 60, 30))

    assert loss.weight.tolist() == [1.0, 1.0, 1.0]
    schedule.set_epoch(2)
    assert loss.weight is tensor
    assert loss.weight[2] / loss.weight[0] == pytest.approx(8 * math.exp(0.6), rel=1e-5)


def test_what_the_loss_corrects_follows_its_weights(weight_file: Path) -> None:
    loss = WeightedCrossEntropy.from_file(weight_file, classes=CLASSES)
    AdaptiveWeights(loss).update(figures(90, 60, 30))

    assert loss.correction is not None
    mass = [n * float(w) for n, w in zip(COUNTS, loss.weight, strict=True)]
    assert loss.correction.implied == pytest.approx([m / sum(mass) for m in mass], rel=1e-6)


def test_losses_and_numbers_that_do_not_fit_are_refused() -> None:
    loss = WeightedCrossEntropy([1.0, 2.0])
    for options, message in (
        ({}, "Expected counts, or a loss that was loaded from_file"),
        ({"counts": [1]}, "Expected one count for each of 2 classes"),
        ({"counts": [1, 1], "rate": -1.0}, "rate is a number"),
        ({"counts": [1, 1], "bound": 0.5}, "bound is a number"),
    ):
        with pytest.raises(OptionError, match=message):
            AdaptiveWeights(loss, **options)
    with pytest.raises(OptionError, match="one weight for each class, got WeightedMultilabelCrossEntropy"):
        AdaptiveWeights(WeightedMultilabelCrossEntropy(weight=[1.0, 2.0]), counts=[1, 1])  # type: ignore[arg-type]  # -- wrong on purpose
    with pytest.raises(OptionError, match="Expected figures of 2 classes, got 3"):
        AdaptiveWeights(loss, counts=[1, 1]).update(figures(1, 1, 1))
