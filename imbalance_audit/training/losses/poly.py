"""Poly-1: cross-entropy whose first polynomial coefficient is moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F  # noqa: N812 -- the name that every torch program gives it

from imbalance_audit.training.losses.reduction import denominator
from imbalance_audit.training.losses.softmax import SoftmaxLoss, mixture
from imbalance_audit.training.losses.targets import class_dim, prepared
from imbalance_audit.training.losses.weighted import number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from torch import Tensor

    from imbalance_audit.training.losses.reduction import Reduction
    from imbalance_audit.training.losses.softmax import Smoothing, SoftmaxOptions


def poly_parts(
    logits: Tensor,
    target: Tensor,
    weight: Tensor,
    *,
    epsilon: float = 1.0,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    smoothing: Smoothing = "sample",
    reduction: Reduction = "count",
) -> tuple[Tensor, Tensor]:
    """Return (Σ w·ℓ, denominator) with ℓ = -log p_y + ε₁·(1-p_y). The pure core of `PolyLoss`.

    Shapes, options and errors are those of `weighted_cross_entropy_parts`.

    >>> poly_parts(torch.zeros(1, 2), torch.tensor([1]), torch.tensor([1.0, 2.0]))  # 2·(log 2 + ½)
    (tensor(2.3863), tensor(1))
    """
    logits, target = prepared(logits, target, weight.shape[0])
    losses = mixture(
        F.log_softmax(logits, class_dim(logits)),
        target,
        weight,
        lambda log_p: -log_p - epsilon * torch.expm1(log_p),
        ignore_index=ignore_index,
        label_smoothing=label_smoothing,
        smoothing=smoothing,
    )
    loss = losses if reduction == "none" else losses.sum()
    return loss, denominator(target, weight, ignore_index=ignore_index, reduction=reduction, dtype=loss.dtype)


class PolyLoss(SoftmaxLoss):
    """Poly-1 cross-entropy: w_y·[-log p_y + ε₁·(1-p_y)]. The weight is on both terms.

    Source: Leng et al., ICLR 2022, arXiv 2204.12511.

    Args:
        weight: One weight for each class in the order of the logits.
        epsilon: ε₁, from -1 up; below, the loss would reward mistakes.
        options: `ignore_index`, `label_smoothing`, `smoothing`, `reduction` as in `WeightedCrossEntropy`.

    Raises:
        OptionError: an argument is none of these.

    >>> PolyLoss([1.0, 2.0])(torch.zeros(1, 2), torch.tensor([1]))  # 2·(log 2 + ½)
    tensor(2.3863)
    """

    def __init__(
        self, weight: Tensor | Sequence[float], *, epsilon: float = 1.0, **options: Unpack[SoftmaxOptions]
    ) -> None:
        super().__init__(weight, **options)
        self.epsilon = number("epsilon", epsilon, least=-1.0)

    def _core(self, logits: Tensor, target: Tensor, reduction: Reduction) -> tuple[Tensor, Tensor]:
        return poly_parts(logits, target, self.weight, epsilon=self.epsilon, reduction=reduction, **self.shared)
