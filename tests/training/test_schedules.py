"""Schedules set the weights of an epoch, and continue from a checkpoint."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.data import RandomSampler, SequentialSampler

from imbalance_audit.errors import OptionError
from imbalance_audit.training import (
    ClassSampler,
    DeferredReweighting,
    DeferredSampler,
    LDAMLoss,
    ProgressiveReweighting,
    WeightedCrossEntropy,
    WeightedMultilabelCrossEntropy,
)

W = [0.5, 3.0]


def test_weights_begin_at_four_fifths_of_the_epochs() -> None:
    loss = WeightedCrossEntropy(W)
    schedule = DeferredReweighting(loss, epochs=5)
    seen = []

    for epoch in range(5):
        schedule.set_epoch(epoch)
        seen.append(loss.weight.tolist())

    assert seen == [[1.0, 1.0]] * 4 + [W]


def test_before_the_start_the_loss_is_the_unweighted_one_and_after_it_the_weighted_one() -> None:
    loss = LDAMLoss([90, 10], weight=W)
    schedule = DeferredReweighting(loss, start=2)
    logits, target = torch.tensor([[0.2, 0.1], [0.3, -0.2]]), torch.tensor([0, 1])
    before = loss(logits, target)
    schedule.set_epoch(2)

    torch.testing.assert_close(before, LDAMLoss([90, 10])(logits, target))
    torch.testing.assert_close(loss(logits, target), LDAMLoss([90, 10], weight=W)(logits, target))


def test_progress_is_even_and_keeps_the_mean_weight_of_the_data() -> None:
    loss = WeightedCrossEntropy([0.5, 3.0])
    prior = torch.tensor([0.8, 0.2])
    schedule = ProgressiveReweighting(loss, epochs=5)

    for epoch, strength in enumerate([0.0, 0.25, 0.5, 0.75, 1.0, 1.0]):
        schedule.set_epoch(epoch)
        assert schedule.strength == strength
        assert float((prior * loss.weight).sum()) == pytest.approx(1)


def test_a_schedule_reaches_both_sides_of_a_multilabel_loss_and_a_compiled_one() -> None:
    loss = WeightedMultilabelCrossEntropy(pos_weight=[4.0, 9.0])
    compiled = torch.compile(loss, backend="eager", fullgraph=True)
    schedule = DeferredReweighting(loss, start=1)
    logits, target = torch.zeros(1, 2), torch.ones(1, 2)
    before = float(compiled(logits, target))
    schedule.set_epoch(1)

    assert float(compiled(logits, target)) == pytest.approx(6.5 * before)


def test_a_new_process_continues_from_the_state() -> None:
    first = ProgressiveReweighting(WeightedCrossEntropy(W), epochs=11)
    first.set_epoch(5)
    loss = WeightedCrossEntropy(W)
    second = ProgressiveReweighting(loss, epochs=11)

    second.load_state_dict(first.state_dict())

    assert second.epoch == 5
    assert loss.weight.tolist() == [0.75, 2.0]


@pytest.mark.parametrize("state", [{}, {"version": 1, "start": 3, "end": 10, "epoch": 1}])
def test_the_state_of_another_schedule_is_refused(state: dict[str, Any]) -> None:
    schedule = ProgressiveReweighting(WeightedCrossEntropy(W), epochs=11)

    with pytest.raises(OptionError, match="state of this schedule"):
        schedule.load_state_dict(state)


def test_a_move_to_a_device_without_values_and_back_keeps_the_strength() -> None:
    loss = WeightedCrossEntropy(W)
    DeferredReweighting(loss, start=3)

    loss.to("meta").to_empty(device="cpu")

    assert loss.weight.tolist() == [1.0, 1.0]


def test_a_deferred_sampler_draws_from_the_first_and_then_from_the_second_and_resumes() -> None:
    rows = ["a"] * 9 + ["b"]

    def build() -> DeferredSampler:
        return DeferredSampler(SequentialSampler(rows), ClassSampler(rows, num_samples=6), epochs=5)

    sampler = build()
    assert (list(sampler), len(sampler)) == (list(range(10)), 10)
    sampler.set_epoch(4)
    alone = ClassSampler(rows, num_samples=6)
    alone.set_epoch(4)
    whole = list(sampler)
    assert (whole, len(sampler)) == (list(alone), 6)

    halfway = iter(sampler)
    taken = [next(halfway) for _ in range(3)]
    again = build()
    again.load_state_dict(sampler.state_dict())

    assert taken + list(again) == whole


def test_a_sampler_with_the_method_is_scheduled_like_a_loss() -> None:
    class Blending(RandomSampler):
        strength = 1.0

        def reweigh(self, strength: float) -> None:
            self.strength = strength

    sampler = Blending(range(3))
    DeferredReweighting(sampler, start=1)

    assert sampler.strength == 0


def test_what_cannot_be_scheduled_is_refused_in_a_sentence() -> None:
    loss = WeightedCrossEntropy(W)

    with pytest.raises(OptionError, match="got CrossEntropyLoss"):
        DeferredReweighting(nn.CrossEntropyLoss(), start=1)  # type: ignore[arg-type]  # -- the point
    with pytest.raises(OptionError, match="start or epochs, got neither"):
        DeferredReweighting(loss)
    with pytest.raises(OptionError, match="at least two epochs"):
        ProgressiveReweighting(loss, epochs=1)
    with pytest.raises(OptionError, match="epoch is an integer from 0 up, got -1"):
        DeferredReweighting(loss, start=1).set_epoch(-1)
    with pytest.raises(OptionError, match="start is an integer from 0 up"):
        DeferredReweighting(loss, start=1.5)  # type: ignore[arg-type]  # -- the point
