"""What a sum of losses is divided by. One place for every loss, so that they mean the same by the same word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import torch

if TYPE_CHECKING:
    from torch import Tensor

Reduction = Literal["count", "weight", "sum", "none"]

REDUCTIONS: tuple[Reduction, ...] = ("count", "weight", "sum", "none")
"""`count`: Σ w·ℓ / valid targets. `weight`: Σ w·ℓ / Σ w, torch's mean. `sum`: Σ w·ℓ. `none`: w·ℓ of each target."""


def valid_count(target: Tensor, ignore_index: int, dtype: torch.dtype = torch.int64) -> Tensor:
    """Return how many class-index targets are not ignored, as a tensor on their device: nothing waits for it."""
    # Twice as fast as a sum over booleans, which torch does not vectorise.
    count = (target != ignore_index).count_nonzero()
    return count if dtype == torch.int64 else count.to(dtype)


def weights_of(target: Tensor, weight: Tensor, ignore_index: int) -> Tensor:
    """Return the weight of each class-index target, 0 for the ignored ones."""
    ignored = target == ignore_index
    return weight[target.masked_fill(ignored, 0)].masked_fill(ignored, 0)


def denominator(
    target: Tensor, weight: Tensor, *, ignore_index: int, reduction: Reduction, dtype: torch.dtype
) -> Tensor:
    """Return what Σ w·ℓ is divided by: the number of valid targets; under `weight` the sum of their weights.

    Probabilities, which are floating and have C entries a target, are all valid; their number is the denominator under
    `weight` too, as in torch.

    >>> import torch
    >>> target, weight = torch.tensor([0, 1, -100]), torch.tensor([1.0, 3.0])
    >>> denominator(target, weight, ignore_index=-100, reduction="count", dtype=torch.float32)
    tensor(2)
    >>> denominator(target, weight, ignore_index=-100, reduction="weight", dtype=torch.float32)
    tensor(4.)
    """
    if target.is_floating_point():
        return target.new_full((), target.numel() // weight.shape[0], dtype=dtype)
    if reduction == "weight":
        return weights_of(target, weight, ignore_index).sum(dtype=dtype)
    return valid_count(target, ignore_index)


def mean(loss_sum: Tensor, denominator: Tensor) -> Tensor:
    """Return loss_sum / denominator; where the denominator is 0, the loss_sum, which is 0 then and keeps its graph.

    torch's own mean is NaN there, and one such batch ends a run.

    >>> import torch
    >>> mean(torch.tensor(6.0), torch.tensor(4.0)), mean(torch.tensor(0.0), torch.tensor(0.0))
    (tensor(1.5000), tensor(0.))
    """
    return loss_sum / (denominator + (denominator == 0))


def reduced(loss: Tensor, denominator: Tensor, reduction: Reduction) -> Tensor:
    """Return what a module returns for a core's (loss, denominator)."""
    if reduction == "count":
        # A count is 0 or at least 1, so that one operation guards it.
        return loss / denominator.clamp_min(1)
    return mean(loss, denominator) if reduction == "weight" else loss
