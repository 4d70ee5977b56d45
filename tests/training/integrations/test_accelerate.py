"""Accelerate on two real ranks."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.training.integrations.conftest import Launch


@pytest.fixture(scope="module")
def ranks(launch: Launch) -> list[dict[str, Any]]:
    return launch("with_accelerate.py", 2)


def flat(batches: list[list[int]]) -> list[int]:
    return list(itertools.chain(*batches))


def test_ranks_are_disjoint_and_complete_in_every_epoch(ranks: list[dict[str, Any]]) -> None:
    for epoch in range(3):
        assert sorted(flat(ranks[0]["epochs"][epoch]) + flat(ranks[1]["epochs"][epoch])) == list(range(40))
    assert ranks[0]["epochs"][0] != ranks[0]["epochs"][1]


def test_a_resumed_epoch_goes_on_exactly(ranks: list[dict[str, Any]]) -> None:
    for rank in ranks:
        assert rank["rest"] == rank["epochs"][2][2:]


def test_stratified_batches_reach_each_rank_whole(ranks: list[dict[str, Any]]) -> None:
    labels = [0] * 30 + [1] * 8 + [2] * 2
    for rank in ranks:
        assert all({labels[row] for row in batch} == {0, 1, 2} for batch in rank["stratified"])
        assert len(rank["stratified"]) == 5
