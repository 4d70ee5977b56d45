"""Constants of a module, wherever it is built and moved."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from imbalance_audit.training import (
    ClassBalancedFocalLoss,
    LDAMLoss,
    WeightedBinaryCrossEntropy,
    WeightedMultilabelCrossEntropy,
    WeightedRegressionLoss,
)
from imbalance_audit.training.constants import ConstantModule, device_of

LARGE = 1e6
CPU = torch.device("cpu")


def module(device: torch.device = CPU) -> ConstantModule:
    kept = ConstantModule()
    kept.keep("constant", np.array([LARGE, 0.1]), device=device)
    return kept


@pytest.mark.parametrize("cast", ["half", "bfloat16", "double"])
def test_a_cast_leaves_it_float32_and_out_of_the_state_dict(cast: str) -> None:
    kept = module()

    getattr(kept, cast)()

    assert torch.equal(kept.get_buffer("constant"), torch.tensor([LARGE, 0.1]))
    assert not kept.state_dict()


def test_moved_to_a_device_without_values_and_back_it_is_as_before() -> None:
    kept = module(torch.device("meta"))

    assert torch.equal(kept.to("cpu").get_buffer("constant"), torch.tensor([LARGE, 0.1]))
    assert torch.equal(kept.to("meta").to_empty(device="cpu").get_buffer("constant"), torch.tensor([LARGE, 0.1]))


def test_the_callers_tensor_is_not_shared() -> None:
    given, kept = torch.ones(2), ConstantModule()
    kept.keep("constant", given, device=CPU)

    given.zero_()

    assert kept.to("meta").to_empty(device="cpu").get_buffer("constant").tolist() == [1.0, 1.0]


def test_numbers_live_where_torch_builds_and_tensors_where_they_are() -> None:
    with torch.device("meta"):
        assert device_of([1.0], None).type == "meta"
        assert device_of([1.0], torch.ones(2, device="cpu")).type == "cpu"


@pytest.mark.parametrize(
    "build",
    [
        lambda: WeightedBinaryCrossEntropy([1.0, 3.0]),
        lambda: WeightedMultilabelCrossEntropy(),
        lambda: WeightedMultilabelCrossEntropy(pos_weight=[1.0, 3.0]),
        lambda: ClassBalancedFocalLoss([1.0, 3.0]),
        lambda: LDAMLoss([16, 1]),
        lambda: WeightedRegressionLoss([2.0], [1.0, 2.0]),
        lambda: WeightedRegressionLoss.from_targets([1.0, 1.0, 2.0, 3.0], bins=2),
    ],
    ids=["binary", "without weights", "positive weights", "focal", "margins", "regression", "from targets"],
)  # fmt: skip
def test_under_the_meta_device_a_loss_is_built_without_a_look_at_values(build: Callable[[], ConstantModule]) -> None:
    with torch.device("meta"):
        late = build()

    assert all(buffer.is_meta for buffer in late.buffers())
    late.to_empty(device="cpu")
    again = build()
    for (name, filled), (_, built) in zip(late.named_buffers(), again.named_buffers(), strict=True):
        assert torch.equal(filled, built), name
