"""Rows dealt from permutations: once before any comes again, over blocks, epochs and ranks."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from typing import TYPE_CHECKING

import pytest
import torch

from imbalance_audit.errors import OptionError
from imbalance_audit.training import ClassSampler, PowerLaw, ProgressiveLaw
from imbalance_audit.training.samplers.epoch_sampler import BLOCK
from imbalance_audit.training.samplers.permutation import Permutations

if TYPE_CHECKING:
    from imbalance_audit.training.samplers.laws import Law

LABELS = [0] * 6000 + [1] * 300 + [2] * 7 + [3]


def epochs(sampler: ClassSampler, count: int) -> list[list[int]]:
    drawn = []
    for epoch in range(count):
        sampler.set_epoch(epoch)
        drawn.append(list(sampler))
    return drawn


@pytest.mark.parametrize("law", [PowerLaw(q=0.0), PowerLaw(q=0.5), PowerLaw(q=1.0), ProgressiveLaw(epochs=3)])
@pytest.mark.parametrize("length", [97, 3 * BLOCK + 41])
def test_no_row_comes_again_before_every_row_of_its_class_came(law: Law, length: int) -> None:
    stream = list(itertools.chain(*epochs(ClassSampler(LABELS, law=law, draw="cycle", num_samples=length, seed=3), 4)))

    for label in range(4):
        rows = [row for row in stream if LABELS[row] == label]
        n = LABELS.count(label)
        cycles = [rows[at : at + n] for at in range(0, len(rows), n)]
        assert all(len(set(cycle)) == len(cycle) for cycle in cycles)
        if n > 5 and len(cycles) > 2:
            assert cycles[0] != cycles[1]


def test_rows_evenly_over_their_number_is_a_permutation_in_every_epoch() -> None:
    drawn = epochs(ClassSampler(LABELS, law=PowerLaw(q=1.0), draw="cycle"), 3)

    assert all(sorted(rows) == list(range(len(LABELS))) for rows in drawn)
    assert drawn[0] != drawn[1]


@pytest.mark.parametrize("replicas", [1, 2, 3, 5])
@pytest.mark.parametrize("length", [7, 2 * BLOCK + 30])
def test_ranks_take_turns_in_the_stream_of_one(replicas: int, length: int) -> None:
    whole = epochs(ClassSampler(LABELS, draw="cycle", num_samples=length), 2)[1]
    ranks = [
        epochs(ClassSampler(LABELS, draw="cycle", num_samples=length, num_replicas=replicas, rank=rank), 2)[1]
        for rank in range(replicas)
    ]

    union = [row for turn in zip(*ranks, strict=True) for row in turn]
    assert union[:length] == whole
    assert union[length:] == whole[: len(union) - length]


@pytest.mark.parametrize("taken", [0, 5, BLOCK, BLOCK + 999, 2 * BLOCK + 30])
def test_a_resumed_epoch_goes_on_where_it_stood_in_a_new_object(taken: int) -> None:
    size = 2 * BLOCK + 31
    running = ClassSampler(LABELS, draw="cycle", num_samples=size)
    whole = epochs(running, 4)[3]
    stream = iter(running)
    for _ in range(taken):
        next(stream)
    resumed = ClassSampler(LABELS, draw="cycle", num_samples=size)

    resumed.load_state_dict(running.state_dict())

    assert list(resumed) == whole[taken:]


def test_a_class_too_rare_for_an_epoch_comes_in_some_with_its_probability() -> None:
    labels = [0] * 999 + [1]
    sampler = ClassSampler(labels, law=PowerLaw(q=1.0), draw="cycle", num_samples=100)

    seen = sum(rows.count(999) for rows in epochs(sampler, 400))

    assert 20 <= seen <= 62  # of 400 · 0.1 expected: 3.5 deviations of a binomial


def test_neighbouring_classes_are_independent() -> None:
    drawn = list(ClassSampler([0, 1, 2, 3], draw="cycle", num_samples=80_001))

    pairs = Counter(itertools.pairwise(drawn))
    statistic = sum((pairs[a, b] - 5000) ** 2 / 5000 for a in range(4) for b in range(4))
    assert statistic < 37.7  # 15 degrees, p = 0.001


def test_once_never_draws_a_row_twice_in_an_epoch() -> None:
    sampler = ClassSampler(LABELS, law=PowerLaw(q=1.0), draw="once", num_samples=3000)

    drawn = epochs(sampler, 4)

    assert all(len(set(rows)) == 3000 for rows in drawn)
    assert drawn[0] != drawn[1]


def test_once_refuses_more_draws_than_rows_at_construction() -> None:
    with pytest.raises(OptionError, match=r"up to 1,577 draws from 300 rows of 1"):
        ClassSampler(LABELS, draw="once")
    with pytest.raises(OptionError, match="draws from 1 rows of 3"):
        ClassSampler(LABELS, law=ProgressiveLaw(epochs=2), num_samples=8, draw="once")


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 16, 17, 1000, 4097])
def test_a_permutation_reaches_every_place_once(size: int) -> None:
    permutations = Permutations(torch.tensor([3, size]))
    which = torch.ones(size, dtype=torch.int64)

    for key in (0, 1, -(2**63)):
        assert sorted(permutations.places(which, torch.arange(size), keys=key).tolist()) == list(range(size))


@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_every_order_of_a_few_rows_is_equally_likely(size: int) -> None:
    draws = 24_000
    sampler = ClassSampler([0] * size, draw="cycle", num_samples=draws * size)
    stream = list(sampler)

    orders = Counter(tuple(stream[at : at + size]) for at in range(0, len(stream), size))

    count = math.factorial(size)
    expected = draws / count
    statistic = sum((orders[order] - expected) ** 2 / expected for order in itertools.permutations(range(size)))
    assert statistic < (count - 1) + 4 * math.sqrt(2 * (count - 1))


def test_the_cycled_stream_is_this_one() -> None:
    # A checkpoint of today has to continue under every later version.
    sampler = ClassSampler([0] * 6 + [1] * 3 + [2], draw="cycle", seed=7, num_samples=12)
    sampler.set_epoch(3)

    assert list(sampler) == [6, 0, 7, 9, 8, 6, 9, 1, 2, 9, 9, 3]
