"""Plain DDP and torchdata's StatefulDataLoader, on two real ranks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.training.integrations.conftest import Launch


@pytest.fixture(scope="module")
def ranks(launch: Launch) -> list[dict[str, Any]]:
    return launch("ddp.py", 2)


def test_ranks_are_disjoint_and_complete_in_every_epoch(ranks: list[dict[str, Any]]) -> None:
    for epoch in range(2):
        rows = [rank["epochs"][epoch] for rank in ranks]

        assert sorted(rows[0] + rows[1]) == list(range(40))
    assert ranks[0]["epochs"][0] != ranks[0]["epochs"][1]


@pytest.mark.parametrize("workers", [0, 2])
def test_a_stateful_loader_goes_on_in_a_later_epoch_exactly(ranks: list[dict[str, Any]], workers: int) -> None:
    for rank in ranks:
        found = rank[f"workers {workers}"]

        assert found["rest"] == found["whole"][12:]
        assert len(found["next"]) == len(found["whole"]) == 24
        assert found["next"] != found["whole"]


def test_counts_of_validation_add_up_over_ranks(ranks: list[dict[str, Any]]) -> None:
    # "cat": a miss on rank 0; hit and miss there, a hit on rank 1. "dog": a hit on rank 1. No "lynx".
    assert [rank["recall"] for rank in ranks] == [[2 / 4, 1.0, None]] * 2
