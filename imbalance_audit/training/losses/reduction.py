"""What a sum of losses is divided by. One place for every loss, so that they mean the same by the same word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Reduction = Literal["count", "weight", "sum", "none"]

REDUCTIONS: tuple[Reduction, ...] = ("count", "weight", "sum", "none")
"""`count`: Σ w·ℓ / valid targets. `weight`: Σ w·ℓ / Σ w, torch's mean. `sum`: Σ w·ℓ. `none`: w·ℓ of each target."""


def valid_count(target: Tensor, ignore_index: int, dtype: torch.dtype) -> Tensor:
    """Return how many class-index targets are not ignored, as a tensor on their device: nothing waits for it."""
    return (target != ignore_index).sum(dtype=dtype)


def weights_of(target: Tensor, weight: Tensor, ignore_index: int) -> Tensor:
    """Return the weight of each class-index target, 0 for the ignored ones."""
    ignored = target == ignore_index
    return weight[target.masked_fill(ignored, 0)].masked_fill(ignored, 0)


def mean(loss_sum: Tensor, denominator: Tensor) -> Tensor:
    """Return loss_sum / denominator; where the denominator is 0, the loss_sum, which is 0 then and keeps its graph.

    torch's own mean is NaN there, and one such batch ends a run.

    >>> import torch
    >>> mean(torch.tensor(6.0), torch.tensor(4.0)), mean(torch.tensor(0.0), torch.tensor(0.0))
    (tensor(1.5000), tensor(0.))
    """
    return loss_sum / (denominator + (denominator == 0))
