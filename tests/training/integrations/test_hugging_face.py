"""The transformers Trainer on one and on two real ranks: rows, resume, and the gradient of a window."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from tests.training.integrations.conftest import Launch

LABELS = torch.tensor([0] * 30 + [1] * 8 + [2] * 2)
WEIGHT = torch.tensor([0.3, 2.0, 9.0])


@pytest.fixture(scope="module", params=[1, 2])
def ranks(launch: Launch, request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    return launch("with_trainer.py", request.param)


def features(rows: list[int]) -> torch.Tensor:
    return torch.tensor([[row / 40, (row * 7 % 40) / 40, 1.0] for row in rows])


def gradient(rows: list[int], *, divide_by: str, ignore: int = -100) -> torch.Tensor:
    """The gradient of these rows in one batch, from torch's own loss."""
    weight = (torch.arange(9.0).reshape(3, 3) / 10).requires_grad_()
    label = LABELS[rows]
    each = torch.nn.functional.cross_entropy(
        features(rows) @ weight.T, label, weight=WEIGHT, ignore_index=ignore, reduction="none"
    )
    kept = label != ignore
    total = WEIGHT[label][kept].sum() if divide_by == "weight" else kept.sum()
    return torch.autograd.grad(each.sum() / total, weight)[0].flatten()


def test_ranks_are_disjoint_and_complete_in_every_epoch(ranks: list[dict[str, Any]]) -> None:
    epochs = []
    for epoch in range(3):
        per_rank = 40 // len(ranks)
        rows = [row for rank in ranks for row in rank["whole"]["rows"][epoch * per_rank : (epoch + 1) * per_rank]]
        assert sorted(rows) == list(range(40))
        epochs.append(rows)
    assert epochs[0] != epochs[1]


def test_a_checkpoint_of_mid_epoch_goes_on_exactly(ranks: list[dict[str, Any]]) -> None:
    for rank in ranks:
        assert rank["rest"]["rows"] == rank["whole"]["rows"][rank["trained"] :]
        assert rank["rest"]["gradients"][-1] == rank["whole"]["gradients"][-1]


@pytest.mark.parametrize(("run", "divide_by", "ignore"), [("weight", "weight", -100), ("count", "count", 1)])
def test_the_gradient_of_a_window_is_that_of_its_rows_in_one_batch(
    ranks: list[dict[str, Any]], run: str, divide_by: str, ignore: int
) -> None:
    for window in range(2):
        rows = [row for rank in ranks for row in rank[run]["rows"][window * 4 : (window + 1) * 4]]
        expected = gradient(rows, divide_by=divide_by, ignore=ignore)

        for rank in ranks:
            found = torch.tensor(rank[run]["gradients"][window])
            assert float((found - expected).norm() / expected.norm()) < 1e-6
