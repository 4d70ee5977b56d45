"""Batches that keep their promise, on every rank."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from imbalance_audit.errors import OptionError
from imbalance_audit.training import ClassesByRows, PowerLaw, ProgressiveLaw, Quotas, StratifiedSampler

LABELS = [0] * 600 + [1] * 90 + [2] * 9 + [3]


def batches_of(sampler: StratifiedSampler) -> list[list[int]]:
    rows = list(sampler)
    size = sampler.batch_size
    assert len(rows) == len(sampler)
    assert len(rows) % size == 0
    return [rows[at : at + size] for at in range(0, len(rows), size)]


@pytest.mark.parametrize("replicas", [1, 2, 3])
def test_every_batch_of_every_rank_holds_every_class(replicas: int) -> None:
    quotas = Quotas(law=PowerLaw(q=1.0))
    for rank in range(replicas):
        sampler = StratifiedSampler(LABELS, batch_size=8, batch=quotas, num_replicas=replicas, rank=rank)
        for epoch in range(3):
            sampler.set_epoch(epoch)
            assert all({LABELS[row] for row in batch} == {0, 1, 2, 3} for batch in batches_of(sampler))


def test_quotas_are_kept_in_every_batch_and_exactly_over_an_epoch() -> None:
    sampler = StratifiedSampler(LABELS, batch_size=70, batch=Quotas(law=PowerLaw(q=1.0), at_least=0))
    totals: Counter[int] = Counter()
    for batch in batches_of(sampler):
        counts = Counter(LABELS[row] for row in batch)
        totals += counts
        assert abs(counts[0] - 60) <= 1
        assert abs(counts[1] - 9) <= 1

    assert totals == {0: 600, 1: 90, 2: 9, 3: 1}


def test_ranks_get_whole_batches_of_the_stream_of_one_in_turn() -> None:
    whole = batches_of(StratifiedSampler(LABELS, batch_size=8, num_samples=100))
    ranks = [
        batches_of(StratifiedSampler(LABELS, batch_size=8, num_samples=100, num_replicas=3, rank=rank))
        for rank in range(3)
    ]

    union = [batch for turn in zip(*ranks, strict=True) for batch in turn]
    assert union == whole + whole[: len(union) - len(whole)]
    assert len(whole) == 13


@pytest.mark.parametrize("batch", [Quotas(), Quotas(law=ProgressiveLaw(epochs=3), at_least=2), ClassesByRows(4)])
def test_rows_of_a_class_come_once_before_any_comes_in_another_batch_again(batch: Any) -> None:  # noqa: ANN401 -- either
    sampler = StratifiedSampler(LABELS, batch_size=16, batch=batch, num_samples=160)
    stream = []
    for epoch in range(8):
        sampler.set_epoch(epoch)
        stream += [sorted(rows) for rows in batches_of(sampler)]

    seen = Counter[int]()
    for rows in stream:
        seen.update(rows)
        for label, n in ((0, 600), (1, 90), (2, 9)):
            counts = [seen[row] for row in range(len(LABELS)) if LABELS[row] == label]
            assert len(counts) == n
            assert max(counts) - min(counts) <= 1
    assert seen[699] > 8


@pytest.mark.parametrize("replicas", [1, 2])
def test_p_classes_of_k_rows_are_in_every_batch(replicas: int) -> None:
    labels = [label for label in range(11) for _ in range(label + 4)]
    together: Counter[tuple[int, ...]] = Counter()
    for rank in range(replicas):
        sampler = StratifiedSampler(
            labels, batch_size=12, batch=ClassesByRows(3), num_samples=600, num_replicas=replicas, rank=rank
        )
        for batch in batches_of(sampler):
            counts = Counter(labels[row] for row in batch)
            assert len(counts) == 3
            assert set(counts.values()) == {4}
            together[tuple(sorted(counts))] += 1

    # Classes meet in changing company: 50 batches among 165 triples.
    assert len(together) > 35


@pytest.mark.parametrize("batch", [Quotas(), ClassesByRows(2)])
def test_a_resumed_epoch_goes_on_between_batches_under_other_ranks(batch: Any) -> None:  # noqa: ANN401 -- either
    def build(replicas: int, rank: int) -> StratifiedSampler:
        sampler = StratifiedSampler(LABELS, batch_size=8, batch=batch, num_replicas=replicas, rank=rank)
        sampler.set_epoch(3)
        return sampler

    whole = batches_of(build(1, 0))
    running = build(2, 0)
    stream = iter(running)
    for _ in range(5 * 8):
        next(stream)
    state = running.state_dict()
    rest = []
    for rank in range(3):
        resumed = build(3, rank)
        resumed.load_state_dict(state)
        rows = list(resumed)
        rest.append([rows[at : at + 8] for at in range(0, len(rows), 8)])

    union = [batch_rows for turn in zip(*rest, strict=True) for batch_rows in turn]
    assert union[: len(whole) - 10] == whole[10:]

    next(stream)
    with pytest.raises(OptionError, match="a position between two batches of 8, got 82"):
        build(1, 0).load_state_dict(running.state_dict())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 3}, "batches of at least 4 rows for 1 of each of 4 classes, got 3"),
        ({"batch_size": 0}, "batch_size is an integer from 1 up"),
        ({"batch_size": 10, "batch": ClassesByRows(3)}, "divides the batch of 10"),
        ({"batch_size": 10, "batch": ClassesByRows(5)}, "at most the 4 that occur, got 5"),
    ],
)
def test_a_promise_that_cannot_be_kept_is_refused_at_construction(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        StratifiedSampler(LABELS, **options)


def test_a_promise_of_nothing_is_refused() -> None:
    with pytest.raises(OptionError, match="at_least is an integer from 0 up, got -1"):
        Quotas(at_least=-1)
    with pytest.raises(OptionError, match="classes is an integer from 1 up, got 0"):
        ClassesByRows(0)
