"""What a loss takes, and what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 -- the name that every torch program gives it
from torch import Tensor, nn

from imbalance_audit.errors import ClassOrderError, OptionError
from imbalance_audit.training import WeightedCrossEntropy

if TYPE_CHECKING:
    from imbalance_audit.training.losses.reduction import Reduction

W = torch.tensor([0.27, 3.5, 12.0, 25.0])


def logits_of(shape: tuple[int, ...], dtype: torch.dtype = torch.float64) -> Tensor:
    generator = torch.Generator().manual_seed(len(shape))
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype).requires_grad_()


def indices_for(shape: tuple[int, ...]) -> Tensor:
    """Every class, and some ignored."""
    generator = torch.Generator().manual_seed(9)
    target = torch.randint(0, 4, shape[:1] + shape[2:] if len(shape) > 1 else (), generator=generator)
    if target.dim() > 0:
        target.view(-1)[1] = -100
    return target


def probabilities_for(shape: tuple[int, ...]) -> Tensor:
    generator = torch.Generator().manual_seed(9)
    return torch.rand(shape, generator=generator, dtype=torch.float64).softmax(1 if len(shape) > 1 else 0)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("epsilon", [0.0, 0.1])
def test_logits_of_every_precision_are_taken(dtype: torch.dtype, soft: bool, epsilon: float) -> None:
    logits = logits_of((7, 4), dtype)
    target = probabilities_for((7, 4)).to(dtype) if soft else indices_for((7, 4))
    loss = WeightedCrossEntropy(W * 1e6, label_smoothing=epsilon)

    value = loss(logits, target)
    value.backward()

    expected = WeightedCrossEntropy(W.double() * 1e6, label_smoothing=epsilon)(logits.double(), target)
    assert value.dtype == (torch.float64 if dtype == torch.float64 else torch.float32)
    torch.testing.assert_close(value.double(), expected, rtol=1e-5, atol=0)
    assert logits.grad is not None
    assert logits.grad.dtype == dtype


def test_torchs_loss_refuses_half_logits_with_float_weights() -> None:
    with pytest.raises(RuntimeError, match="expected scalar type"):
        F.cross_entropy(torch.zeros(1, 4, dtype=torch.float16), torch.tensor([0]), W)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_it_runs_under_autocast(dtype: torch.dtype) -> None:
    layer = nn.Linear(5, 4)
    loss = WeightedCrossEntropy(W)
    x, y = torch.ones(3, 5), torch.tensor([0, 1, 3])

    with torch.autocast("cpu", dtype=dtype):
        logits = layer(x)
        value = loss(logits, y)
    value.backward()

    assert logits.dtype == dtype
    assert value.dtype == torch.float32
    torch.testing.assert_close(value, loss(logits.float(), y))


@pytest.mark.parametrize(
    ("logits", "target", "error", "message"),
    [
        (
            torch.zeros(2, 3),
            torch.tensor([0, 1]),
            ClassOrderError,
            "over the 4 weighted classes .* got float32\\[2, 3\\]",
        ),
        (torch.zeros(2, 5), torch.tensor([0, 1]), ClassOrderError, "got float32\\[2, 5\\]"),
        (torch.zeros(2, 4, dtype=torch.int64), torch.tensor([0, 1]), OptionError, "floating logits"),
        (torch.tensor(1.0), torch.tensor(0), OptionError, "floating logits"),
        (torch.zeros(2, 4), torch.zeros(2), OptionError, "probabilities in the shape of the logits .* got float32"),
        (torch.zeros(2, 4), torch.zeros(2, 1, dtype=torch.int64), OptionError, "got int64\\[2, 1\\]"),
        (torch.zeros(2, 4), torch.zeros(2, 4, dtype=torch.int64), OptionError, "one-hot rows are floats"),
        (torch.zeros(2, 4, 3), torch.zeros(2, 4, dtype=torch.int64), OptionError, "integers \\[2, 3\\]"),
        (torch.zeros(2, 4), torch.zeros(2, dtype=torch.bool), OptionError, "got bool"),
    ],
)
def test_a_wrong_input_is_refused_in_a_sentence(
    logits: Tensor, target: Tensor, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        WeightedCrossEntropy(W)(logits, target)


@pytest.mark.parametrize("reduction", ["count", "weight", "sum", "none"])
@pytest.mark.parametrize("epsilon", [0.0, 0.1])
@pytest.mark.parametrize("index", [4, -1])
def test_a_class_index_out_of_range_is_torchs_own_error(reduction: Reduction, epsilon: float, index: int) -> None:
    loss = WeightedCrossEntropy(W, reduction=reduction, label_smoothing=epsilon)

    with pytest.raises(IndexError, match=f"Target {index} is out of bounds"):
        loss(torch.zeros(2, 4), torch.tensor([0, index]))


@pytest.mark.parametrize("dtype", [torch.int32, torch.int16, torch.uint8])
def test_integers_of_every_width_are_class_indices(dtype: torch.dtype) -> None:
    logits, target = logits_of((3, 4)), torch.tensor([0, 3, 1])

    assert WeightedCrossEntropy(W)(logits, target.to(dtype)) == WeightedCrossEntropy(W)(logits, target)
