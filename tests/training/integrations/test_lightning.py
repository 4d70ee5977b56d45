"""Lightning on two real ranks, which its own launcher starts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.training.integrations.conftest import Launch


@pytest.fixture(scope="module")
def ranks(launch: Launch) -> list[dict[str, Any]]:
    return launch("with_lightning.py", 2)


def test_ranks_are_disjoint_and_complete_in_every_epoch(ranks: list[dict[str, Any]]) -> None:
    for epoch in range(3):
        assert sorted(ranks[0]["epochs"][epoch] + ranks[1]["epochs"][epoch]) == list(range(40))
    assert ranks[0]["epochs"][0] != ranks[0]["epochs"][1]


def test_a_checkpoint_of_mid_epoch_goes_on_exactly(ranks: list[dict[str, Any]]) -> None:
    # Stopped after 8 steps: 3 of the 5 of epoch 1.
    for rank in ranks:
        assert rank["rest"][1] == rank["epochs"][1][3 * 4 :]
        assert rank["rest"][2] == rank["epochs"][2]
