"""Focal loss over a softmax, and class-balanced focal loss over sigmoids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F  # noqa: N812 -- the name that every torch program gives it

from imbalance_audit.training.losses.reduction import denominator, weights_of
from imbalance_audit.training.losses.softmax import SoftmaxLoss, along_classes, mixture
from imbalance_audit.training.losses.targets import class_dim, prepared
from imbalance_audit.training.losses.weighted import number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from torch import Tensor

    from imbalance_audit.training.losses.reduction import Reduction
    from imbalance_audit.training.losses.softmax import Smoothing, SoftmaxOptions


def modulated(log_p: Tensor, gamma: float) -> Tensor:
    """Return (1-p)^γ·(-log p), finite in value and gradient also at p = 1 with γ < 1.

    >>> modulated(torch.tensor([0.5, 0.25]).log(), 2.0)
    tensor([0.1733, 0.7798])
    """
    if gamma == 0.0:
        return -log_p
    # expm1 keeps what 1 - p loses near p = 1; the derivative of u^γ is infinite at u = 0 and would turn into NaN.
    rest = torch.expm1(log_p).neg().clamp(min=torch.finfo(log_p.dtype).eps ** 2)
    return (rest if gamma == 1.0 else rest.pow(gamma)) * -log_p


def focal_parts(
    logits: Tensor,
    target: Tensor,
    weight: Tensor,
    *,
    gamma: float = 2.0,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    smoothing: Smoothing = "sample",
    reduction: Reduction = "count",
) -> tuple[Tensor, Tensor]:
    """Return (Σ w·ℓ, denominator) with ℓ = (1-p_y)^γ·(-log p_y). The pure core of `FocalLoss`.

    Shapes, options and errors are those of `weighted_cross_entropy_parts`.

    >>> focal_parts(torch.zeros(1, 2), torch.tensor([1]), torch.tensor([1.0, 4.0]))  # 4·¼·log 2
    (tensor(0.6931), tensor(1))
    """
    logits, target = prepared(logits, target, weight.shape[0])
    losses = mixture(
        F.log_softmax(logits, class_dim(logits)),
        target,
        weight,
        lambda log_p: modulated(log_p, gamma),
        ignore_index=ignore_index,
        label_smoothing=label_smoothing,
        smoothing=smoothing,
    )
    loss = losses if reduction == "none" else losses.sum()
    return loss, denominator(target, weight, ignore_index=ignore_index, reduction=reduction, dtype=loss.dtype)


class FocalLoss(SoftmaxLoss):
    """Focal loss over a softmax: w_y·(1-p_y)^γ·(-log p_y).

    The weight stands outside: p_y is the model's probability, not the exponential of the weighted loss, a wide-spread
    mistake that makes it p_y^w. For probabilities as targets it is Σ_c t_c·w_c·(1-p_c)^γ·(-log p_c).

    Source: Lin et al., ICCV 2017, arXiv 1708.02002.

    Args:
        weight: One weight for each class in the order of the logits, the paper's α.
        gamma: γ, from 0 (cross-entropy) up.
        options: `ignore_index`, `label_smoothing`, `smoothing`, `reduction` as in `WeightedCrossEntropy`.

    Raises:
        OptionError: an argument is none of these.

    >>> FocalLoss([1.0, 4.0])(torch.zeros(1, 2), torch.tensor([1]))  # 4·¼·log 2
    tensor(0.6931)
    """

    def __init__(
        self, weight: Tensor | Sequence[float], *, gamma: float = 2.0, **options: Unpack[SoftmaxOptions]
    ) -> None:
        super().__init__(weight, **options)
        self.gamma = number("gamma", gamma, least=0.0)

    def _core(self, logits: Tensor, target: Tensor, reduction: Reduction) -> tuple[Tensor, Tensor]:
        return focal_parts(logits, target, self.weight, gamma=self.gamma, reduction=reduction, **self.shared)


def class_balanced_focal_parts(
    logits: Tensor,
    target: Tensor,
    weight: Tensor,
    *,
    gamma: float = 1.0,
    ignore_index: int = -100,
    reduction: Reduction = "count",
) -> tuple[Tensor, Tensor]:
    """Return (Σ w·ℓ, denominator) of a focal loss over C sigmoids. The pure core of `ClassBalancedFocalLoss`.

    Shapes and errors are those of `weighted_cross_entropy_parts`.

    >>> class_balanced_focal_parts(torch.zeros(1, 2), torch.tensor([1]), torch.tensor([1.0, 4.0]))  # 4·2·½·log 2
    (tensor(2.7726), tensor(1))
    """
    logits, target = prepared(logits, target, weight.shape[0])
    dim = class_dim(logits)
    own_weight = weight.to(logits.dtype)
    if target.is_floating_point():
        is_class = modulated(F.logsigmoid(logits), gamma)
        is_not = modulated(F.logsigmoid(-logits), gamma)
        losses = (target * is_class + (1 - target) * is_not).sum(dim)
        losses = losses * (target * along_classes(own_weight, logits)).sum(dim)
    else:
        own = target.masked_fill(target == ignore_index, 0).unsqueeze(dim)
        # A class that is the target has the loss that one with the opposite logit has which is not.
        signed = logits.scatter(dim, own, -logits.gather(dim, own))
        losses = modulated(F.logsigmoid(-signed), gamma).sum(dim) * weights_of(target, own_weight, ignore_index)
    loss = losses if reduction == "none" else losses.sum()
    return loss, denominator(target, weight, ignore_index=ignore_index, reduction=reduction, dtype=loss.dtype)


class ClassBalancedFocalLoss(SoftmaxLoss):
    """Focal loss over one sigmoid for each class, weighed by the class of the target: w_y·Σ_c (1-p_t)^γ·(-log p_t).

    p_t is σ(z_c) for the target's class and 1 - σ(z_c) for the others. With the weights of scheme `effective-number`
    this is the paper's class-balanced focal loss. Start the last layer's bias at -log(C-1), as the paper does, or
    the C-1 other classes dominate the first steps.

    Source: Cui et al., CVPR 2019, arXiv 1901.05555.

    Args:
        weight: One weight for each class in the order of the logits.
        gamma: γ, from 0 up. The paper takes 0.5 to 2.
        ignore_index: The class index that takes no part.
        reduction: `count`, `weight`, `sum` or `none`.

    Raises:
        OptionError: an argument is none of these.

    >>> ClassBalancedFocalLoss([1.0, 4.0])(torch.zeros(1, 2), torch.tensor([1]))  # 4·2·½·log 2
    tensor(2.7726)
    """

    def __init__(
        self,
        weight: Tensor | Sequence[float],
        *,
        gamma: float = 1.0,
        ignore_index: int = -100,
        reduction: Reduction = "count",
    ) -> None:
        super().__init__(weight, ignore_index=ignore_index, reduction=reduction)
        self.gamma = number("gamma", gamma, least=0.0)

    def _core(self, logits: Tensor, target: Tensor, reduction: Reduction) -> tuple[Tensor, Tensor]:
        return class_balanced_focal_parts(
            logits, target, self.weight, gamma=self.gamma, ignore_index=self.ignore_index, reduction=reduction
        )
