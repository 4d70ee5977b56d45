"""A probe that stays silent on the plan and speaks up on anything else."""

from __future__ import annotations

import pytest
import torch
from torch.utils.data import DataLoader, DistributedSampler, RandomSampler, Sampler

from imbalance_audit.errors import SamplingError
from imbalance_audit.training import ClassSampler, SamplingProbe, StratifiedSampler

LABELS = torch.tensor([0] * 300 + [1] * 60 + [2] * 4)


class Rows(torch.utils.data.Dataset[tuple[int, int]]):
    """Row n and its label."""

    def __len__(self) -> int:
        return len(LABELS)

    def __getitem__(self, row: int) -> tuple[int, int]:
        return row, int(LABELS[row])


def run(probe: SamplingProbe, sampler: Sampler[int]) -> None:
    for _, targets in DataLoader(Rows(), batch_size=16, sampler=sampler):
        probe.see(targets)
    probe.check()


@pytest.mark.parametrize("replicas", [1, 3])
def test_the_planned_rows_pass_in_every_epoch(replicas: int) -> None:
    for rank in range(replicas):
        sampler = ClassSampler(LABELS, draw="cycle", num_replicas=replicas, rank=rank)
        probe = SamplingProbe(sampler, LABELS)
        for epoch in range(3):
            sampler.set_epoch(epoch)
            run(probe, sampler)  # raises where the counts are not the planned ones

            assert len(sampler.planned(epoch)) == len(sampler)


def test_names_are_counted_too() -> None:
    names = ["cat"] * 30 + ["lynx"]
    sampler = ClassSampler(names)
    probe = SamplingProbe(sampler, names)

    probe.see([names[row] for row in sampler])
    probe.check()

    probe.see(["cat"] * 31)
    with pytest.raises(SamplingError, match='"cat" 31 times instead of'):
        probe.check()


def test_a_sampler_that_a_framework_replaced_is_told() -> None:
    probe = SamplingProbe(ClassSampler(LABELS), LABELS)

    with pytest.raises(SamplingError, match="replaced or re-sharded the sampler: build it by the constructor"):
        run(probe, RandomSampler(range(len(LABELS))))


def test_a_sampler_that_a_framework_sharded_again_is_told() -> None:
    sampler = ClassSampler(LABELS, num_replicas=2, rank=0)
    probe = SamplingProbe(sampler, LABELS)
    shard = list(sampler)[0::2]

    probe.see(LABELS[shard])
    with pytest.raises(SamplingError, match="Expected the 182 rows that the sampler planned for this rank, got 91"):
        probe.check()


def test_a_stratified_stream_cut_by_a_stride_is_told() -> None:
    sampler = StratifiedSampler(LABELS, batch_size=8)
    rows = list(sampler)
    probe = SamplingProbe(sampler, LABELS, num_replicas=2, rank=1, batch_size=8)
    stride: DistributedSampler[int] = DistributedSampler(rows, num_replicas=2, rank=1, shuffle=False)  # type: ignore[arg-type]  # -- a list has a length

    probe.see(LABELS[[rows[at] for at in stride]])
    with pytest.raises(SamplingError, match="re-sharded"):
        probe.check()


def test_a_forgotten_epoch_is_told() -> None:
    sampler = ClassSampler(LABELS)
    probe = SamplingProbe(sampler, LABELS)

    probe.see(LABELS[list(sampler)])
    with pytest.raises(SamplingError, match="call set_epoch before each epoch"):
        probe.check(epoch=1)


@pytest.mark.parametrize("rank", [0, 1])
def test_whole_batches_in_turn_with_the_last_round_filled_up_pass(rank: int) -> None:
    sampler = ClassSampler(LABELS)
    rows = list(sampler)
    batches = [rows[at : at + 16] for at in range(0, len(rows), 16)]
    # What accelerate's even_batches does: the last, short round is filled up from the first batches.
    assert len(batches) == 23
    batches[-1] += rows[: 16 - len(batches[-1])]
    batches.append(rows[4:20])
    probe = SamplingProbe(sampler, LABELS, num_replicas=2, rank=rank, batch_size=16)

    for batch in batches[rank::2]:
        probe.see(LABELS[batch])

    probe.check()
