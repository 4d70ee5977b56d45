"""The gradient of one batch, from micro-batches on several ranks: real processes, gloo on loopback."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.multiprocessing.spawn import spawn
from torch.nn.parallel import DistributedDataParallel

from imbalance_audit.errors import OptionError
from imbalance_audit.training import (
    FocalLoss,
    WeightedCrossEntropy,
    WeightedMultilabelCrossEntropy,
    window_denominator,
)
from imbalance_audit.training.losses.reduction import Reduction
from imbalance_audit.training.losses.weighted import WeightedLoss

W = [0.27, 3.5, 12.0, 25.0]
LOSSES = ("cross-entropy", "binary", "focal")
REDUCTIONS: tuple[Reduction, ...] = ("count", "weight")
CASES = ("whole", "ignored rows", "an empty rank")
MICRO_BATCHES = (1, 4, 16)
ROWS = 64


def loss_of(name: str, reduction: Reduction) -> WeightedLoss:
    if name == "cross-entropy":
        return WeightedCrossEntropy(W, reduction=reduction)
    if name == "focal":
        return FocalLoss(W, reduction=reduction)
    return WeightedMultilabelCrossEntropy(pos_weight=W, reduction=reduction)


def data_of(name: str, case: str) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(ROWS, 5, generator=generator, dtype=torch.float64)
    if name == "binary":
        y = torch.randint(0, 2, (ROWS, 4), generator=generator).double()
        if case == "ignored rows":
            y[::3, 1:] = torch.nan
        return x, y
    # Rare classes at the end, so that ranks and micro-batches differ as much as they can.
    target = torch.tensor([0] * 56 + [1] * 5 + [2] * 2 + [3])
    if case == "ignored rows":
        target[::3] = -100
        target[:16] = -100  # whole micro-batches
    return x, target


def model_of() -> nn.Module:
    torch.manual_seed(11)
    return nn.Linear(5, 4).double()


def gradient_of(model: nn.Module) -> Tensor:
    return torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])


def of_one_batch(name: str, reduction: Reduction, case: str) -> Tensor:
    model = model_of()
    x, y = data_of(name, case)
    loss_of(name, reduction)(model(x), y).backward()
    return gradient_of(model)


def of_windows(name: str, reduction: Reduction, case: str, pieces: int, rank: int, ranks: int) -> Tensor:
    model = model_of()
    wrapped = DistributedDataParallel(model) if ranks > 1 else model
    x, y = data_of(name, case)
    if case == "an empty rank" and ranks > 1:
        x, y = (x, y) if rank == 0 else (x[:0], y[:0])
    else:
        x, y = x.chunk(ranks)[rank], y.chunk(ranks)[rank]
    loss = loss_of(name, reduction)
    size = -(-len(x) // pieces) or 1
    window = [(x[at * size : (at + 1) * size], y[at * size : (at + 1) * size]) for at in range(pieces)]
    denominator = window_denominator(loss, [targets for _, targets in window])
    for rows, targets in window:
        torch.autograd.backward(loss.parts(wrapped(rows), targets)[0] / denominator)
    return gradient_of(model)


def table(rank: int, ranks: int) -> dict[tuple[str, str, str, int], float]:
    """Return the largest difference to the gradient of one batch, relative to its largest entry."""
    errors: dict[tuple[str, str, str, int], float] = {}
    for name in LOSSES:
        for reduction in REDUCTIONS:
            for case in CASES:
                expected = of_one_batch(name, reduction, case)
                for pieces in MICRO_BATCHES:
                    got = of_windows(name, reduction, case, pieces, rank, ranks)
                    errors[name, reduction, case, pieces] = float((got - expected).abs().max() / expected.abs().max())
    return errors


def on_a_rank(rank: int, ranks: int, port: int, folder: str) -> None:
    os.environ.update({"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "GLOO_SOCKET_IFNAME": "lo"})
    torch.set_num_threads(1)
    dist.init_process_group("gloo", rank=rank, world_size=ranks)
    torch.save(list(table(rank, ranks).items()), Path(folder) / f"{rank}.pt")
    dist.destroy_process_group()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_any_number_of_micro_batches_gives_the_gradient_of_one_batch() -> None:
    errors = table(0, 1)

    assert len(errors) == 54
    assert {key: error for key, error in errors.items() if error > 1e-6} == {}


@pytest.mark.skipif(not dist.is_gloo_available(), reason="this torch has no gloo")
def test_any_number_of_micro_batches_on_two_ranks_gives_the_gradient_of_one_batch(tmp_path: Path) -> None:
    spawn(on_a_rank, args=(2, free_port(), str(tmp_path)), nprocs=2)  # type: ignore[no-untyped-call]  # -- torch's

    for rank in range(2):
        errors = dict(torch.load(tmp_path / f"{rank}.pt"))
        assert len(errors) == 54
        assert {key: error for key, error in errors.items() if error > 1e-6} == {}


def test_without_the_window_the_average_of_unequal_micro_batches_errs() -> None:
    expected = of_one_batch("cross-entropy", "count", "ignored rows")
    model = model_of()
    x, y = data_of("cross-entropy", "ignored rows")
    loss = loss_of("cross-entropy", "count")
    for rows, targets in zip(x.chunk(16), y.chunk(16), strict=True):
        (loss(model(rows), targets) / 16).backward()

    assert float((gradient_of(model) - expected).norm() / expected.norm()) > 0.05


def test_a_window_without_a_valid_target_gives_a_gradient_of_0() -> None:
    logits = torch.zeros(3, 4, requires_grad=True)
    target = torch.full((3,), -100)
    loss = WeightedCrossEntropy(W)

    torch.autograd.backward(loss.parts(logits, target)[0] / window_denominator(loss, [target]))

    assert logits.grad is not None
    assert torch.equal(logits.grad, torch.zeros(3, 4))
    with pytest.raises(OptionError, match="at least one micro-batch"):
        window_denominator(loss, [])
