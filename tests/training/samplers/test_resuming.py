"""Where an epoch stands, and going on from there."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch

from imbalance_audit.errors import OptionError
from imbalance_audit.training import ClassSampler
from imbalance_audit.training.samplers.class_sampler import BLOCK

if TYPE_CHECKING:
    from pathlib import Path

    from imbalance_audit.records import ClassWeights

LABELS = [0] * 6 + [1] * 3 + [2]


@pytest.mark.parametrize("taken", [0, 1, 17, BLOCK, BLOCK + 3, 2 * BLOCK + 9])
def test_a_resumed_epoch_goes_on_where_it_stood(taken: int) -> None:
    size = 2 * BLOCK + 9
    running = ClassSampler(LABELS, num_samples=size, seed=5)
    running.set_epoch(4)
    whole = list(running)
    stream = iter(running)
    for _ in range(taken):
        next(stream)

    resumed = ClassSampler(LABELS, num_samples=size, seed=5)
    resumed.load_state_dict(running.state_dict())

    assert resumed.state_dict() == running.state_dict()
    resumed.set_epoch(4)  # what a trainer does before the epoch it has just restored
    assert list(resumed) == whole[taken:]
    assert list(resumed) == whole
    resumed.set_epoch(5)
    assert len(list(resumed)) == size


def test_resuming_under_another_number_of_ranks_goes_on_in_the_same_stream() -> None:
    ranks = [ClassSampler(LABELS, num_samples=60, num_replicas=2, rank=rank) for rank in range(2)]
    streams = [iter(rank) for rank in ranks]
    for _ in range(10):
        for stream in streams:
            next(stream)
    assert ranks[0].state_dict() == ranks[1].state_dict()

    resumed = [ClassSampler(LABELS, num_samples=60, num_replicas=4, rank=rank) for rank in range(4)]
    for sampler in resumed:
        sampler.load_state_dict(ranks[0].state_dict())

    rest = [row for turn in zip(*resumed, strict=True) for row in turn]
    assert rest == list(ClassSampler(LABELS, num_samples=60))[20:]


def test_another_epoch_cancels_a_loaded_position() -> None:
    running = ClassSampler(LABELS)
    next(iter(running))
    resumed = ClassSampler(LABELS)
    resumed.load_state_dict(running.state_dict())

    resumed.set_epoch(1)

    assert resumed.state_dict()["position"] == 0
    assert len(list(resumed)) == 10


def test_the_state_is_counted_from_the_running_iteration() -> None:
    sampler = ClassSampler(LABELS)
    list(sampler)
    finished = sampler.state_dict()["position"]

    stream = iter(sampler)
    begun = sampler.state_dict()["position"]
    next(stream)

    assert (finished, begun, sampler.state_dict()["position"]) == (10, 0, 1)


def test_the_state_is_plain_enough_for_a_careful_torch_load() -> None:
    stream = io.BytesIO()
    state = ClassSampler(LABELS, seed=2**70).state_dict()
    torch.save(state, stream)
    stream.seek(0)

    assert torch.load(stream, weights_only=True) == state


def test_the_state_of_another_stream_is_refused(weight_file: Path, weights: ClassWeights) -> None:
    state = ClassSampler(LABELS).state_dict()
    others: list[tuple[ClassSampler, str]] = [
        (ClassSampler(LABELS, seed=1), "with seed 1, got 0"),
        (ClassSampler([*LABELS[:-1], 1]), "with fingerprint"),
        (ClassSampler(LABELS[::-1]), "with fingerprint"),
        (ClassSampler([*LABELS, 0]), "with fingerprint"),
        (ClassSampler(LABELS, weights=weight_file), "with fingerprint"),
    ]
    for sampler, message in others:
        with pytest.raises(OptionError, match=message):
            sampler.load_state_dict(state)

    tilted = ClassSampler(LABELS, weights=replace(weights, weight=(0.5, 1.0, 4.0001)))
    with pytest.raises(OptionError, match="with fingerprint"):
        tilted.load_state_dict(ClassSampler(LABELS, weights=weights).state_dict())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "with version 1, got 2"),
        ({"epoch": -1}, "epoch is an integer from 0 up, got -1"),
        ({"position": "3"}, "position is an integer from 0 up, got 3"),
    ],
)
def test_a_state_that_is_none_is_refused(change: dict[str, Any], message: str) -> None:
    sampler = ClassSampler(LABELS)

    with pytest.raises(OptionError, match=message):
        sampler.load_state_dict({**sampler.state_dict(), **change})
    with pytest.raises(OptionError, match="without version, seed, epoch, position, fingerprint"):
        sampler.load_state_dict({})
