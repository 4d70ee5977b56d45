"""Drawing rows by class: how often, which, and in what order."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch.utils.data import DataLoader, Dataset, WeightedRandomSampler

from imbalance_audit.errors import OptionError
from imbalance_audit.training import ClassSampler
from imbalance_audit.training.samplers.class_sampler import BLOCK

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


LABELS = [0] * 6 + [1] * 3 + [2]


def chi_square(observed: Mapping[Any, int], expected: Mapping[Any, float]) -> float:
    """Pearson's statistic; its mean is the number of cells - 1, and its deviation the root of twice that."""
    assert set(observed) <= set(expected)
    return sum((observed.get(key, 0) - n) ** 2 / n for key, n in expected.items())


def test_alone_every_class_is_equally_likely_and_so_is_every_row_of_it() -> None:
    draws = 60_000
    rows = Counter(ClassSampler(LABELS, num_samples=draws))

    expected = {row: draws / 3 / LABELS.count(label) for row, label in enumerate(LABELS)}
    assert chi_square(rows, expected) < 27.9  # 9 degrees of freedom, p = 0.001


def test_with_weights_a_class_comes_as_often_as_its_rows_times_its_weight(weight_file: Path) -> None:
    draws = 60_000
    rows = Counter(ClassSampler(LABELS, weights=weight_file, num_samples=draws))

    mass = [{0: 0.5, 1: 1.0, 2: 4.0}[label] for label in LABELS]
    assert chi_square(rows, {row: draws * m / sum(mass) for row, m in enumerate(mass)}) < 27.9


def test_a_thousand_classes_have_their_shares() -> None:
    labels = torch.arange(1000).repeat_interleave(torch.arange(1, 1001))
    drawn = labels[torch.tensor(list(ClassSampler(labels)))]

    counts = Counter(drawn.tolist())
    assert chi_square(counts, dict.fromkeys(range(1000), len(labels) / 1000)) < 1144  # 999 degrees, p = 0.001


def test_more_than_2_to_the_24_rows_have_their_shares_and_torchs_sampler_refuses_them() -> None:
    size = 2**24 + 1
    labels = torch.zeros(size, dtype=torch.uint8)
    labels[-1000:] = 1
    sampler = ClassSampler(labels, num_samples=200_000)

    drawn = torch.tensor(list(sampler))

    rare = drawn >= size - 1000
    assert chi_square(Counter(rare.tolist()), {True: 100_000, False: 100_000}) < 10.8  # 1 degree, p = 0.001
    # Rows of the common class come from everywhere, the last eighth included.
    eighths = Counter((drawn[~rare] * 8 // size).tolist())
    assert chi_square(eighths, dict.fromkeys(range(8), int((~rare).sum()) / 8)) < 24.3  # 7 degrees, p = 0.001
    with pytest.raises(RuntimeError, match="2\\^24"):
        next(iter(WeightedRandomSampler(torch.ones(size, dtype=torch.float64), 1)))  # type: ignore[arg-type]  # -- a tensor works


def test_the_shares_are_those_of_torchs_weighted_sampler() -> None:
    draws = 50_000
    weight = [1 / LABELS.count(label) for label in LABELS]
    theirs = Counter(WeightedRandomSampler(weight, draws, generator=torch.Generator().manual_seed(0)))

    ours = Counter(ClassSampler(LABELS, num_samples=draws))

    both = {row: (ours[row] + theirs[row]) / 2 for row in range(len(LABELS))}
    assert chi_square(ours, both) + chi_square(theirs, both) < 27.9  # two samples of one law: 9 degrees, p = 0.001


def test_neighbouring_draws_are_independent() -> None:
    labels = [0, 1, 2, 3]
    drawn = list(ClassSampler(labels, num_samples=80_001))

    pairs = Counter(itertools.pairwise(drawn))
    assert chi_square(pairs, {(a, b): 5000 for a in labels for b in labels}) < 37.7  # 15 degrees, p = 0.001


def test_the_first_draws_of_many_seeds_and_of_many_epochs_are_uniform() -> None:
    labels = list(range(8))
    sampler = ClassSampler(labels)
    of_seeds = Counter(next(iter(ClassSampler(labels, seed=seed))) for seed in range(1600))
    of_epochs: Counter[int] = Counter()
    for epoch in range(1600):
        sampler.set_epoch(epoch)
        of_epochs[next(iter(sampler))] += 1

    assert chi_square(of_seeds, dict.fromkeys(labels, 200)) < 24.3  # 7 degrees, p = 0.001
    assert chi_square(of_epochs, dict.fromkeys(labels, 200)) < 24.3


def test_the_stream_depends_on_seed_and_epoch_and_on_nothing_else() -> None:
    a, b = ClassSampler(LABELS, num_samples=100), ClassSampler(LABELS, num_samples=100)
    first = list(a)
    torch.manual_seed(123)
    torch.rand(7)

    assert list(a) == first == list(b)
    assert list(ClassSampler(LABELS, num_samples=100, seed=1)) != first
    a.set_epoch(1)
    second = list(a)
    assert second != first
    a.set_epoch(0)
    assert list(a) == first


def test_the_stream_is_this_one() -> None:
    # A checkpoint of today has to continue under every later version.
    sampler = ClassSampler(LABELS, seed=7, num_samples=12)
    sampler.set_epoch(3)

    assert list(sampler) == [9, 9, 9, 7, 8, 4, 1, 1, 9, 5, 9, 2]


def test_the_global_generators_are_not_touched() -> None:
    before = torch.get_rng_state()

    list(ClassSampler(LABELS))

    assert torch.equal(torch.get_rng_state(), before)


def test_a_longer_epoch_begins_like_a_shorter_one() -> None:
    long = list(ClassSampler(LABELS, num_samples=3 * BLOCK + 5))

    for length in (1, BLOCK - 1, BLOCK, BLOCK + 1):
        assert list(ClassSampler(LABELS, num_samples=length)) == long[:length]


@pytest.mark.parametrize("replicas", [1, 2, 3, 7])
@pytest.mark.parametrize("length", [1, 20, BLOCK + 5])
def test_ranks_take_turns_in_the_stream_of_one(replicas: int, length: int) -> None:
    ranks = [
        list(ClassSampler(LABELS, num_samples=length, num_replicas=replicas, rank=rank)) for rank in range(replicas)
    ]

    assert len({len(rows) for rows in ranks}) == 1
    union = [row for turn in zip(*ranks, strict=True) for row in turn]
    assert union == list(ClassSampler(LABELS, num_samples=len(union)))
    assert length <= len(union) < length + replicas


def test_the_length_is_that_of_a_rank() -> None:
    for replicas in (1, 3, 10, 11):
        sampler = ClassSampler(LABELS, num_replicas=replicas)

        assert len(sampler) == len(list(sampler))
    assert len(ClassSampler(LABELS)) == 10


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_samples": 0}, "num_samples is an integer from 1 up, got 0"),
        ({"num_samples": 2.5}, "num_samples is an integer from 1 up, got 2.5"),
        ({"num_samples": True}, "num_samples is an integer from 1 up, got True"),
        ({"num_replicas": 0}, "num_replicas is an integer from 1 up"),
        ({"rank": -1}, "rank is an integer from 0 up"),
        ({"num_replicas": 2, "rank": 2}, "rank is a number from 0 to 1 for num_replicas=2, got 2"),
    ],
)
def test_a_wrong_number_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        ClassSampler(LABELS, **arguments)


def test_it_works_under_another_default_device(weight_file: Path) -> None:
    expected = list(ClassSampler(LABELS, weights=weight_file))

    with torch.device("meta"):
        sampler = ClassSampler(LABELS, weights=weight_file)

        assert list(sampler) == expected


class Rows(Dataset[int]):
    """Row n is n."""

    targets = LABELS * 20

    def __len__(self) -> int:
        return len(self.targets)

    def __getitem__(self, row: int) -> int:
        return row


@pytest.mark.parametrize("workers", [0, 2])
def test_a_data_loader_delivers_the_stream_epoch_after_epoch(workers: int) -> None:
    sampler = ClassSampler(Rows.targets)
    loader = DataLoader(Rows(), batch_size=16, sampler=sampler, num_workers=workers)

    for epoch in range(2):
        sampler.set_epoch(epoch)
        delivered = [row for batch in loader for row in batch.tolist()]

        assert delivered == list(sampler)
        assert len(loader) == 13
