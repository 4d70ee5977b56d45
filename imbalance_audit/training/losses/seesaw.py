"""The seesaw loss: a rare class is pushed down less by the rows of common ones, unless it is mistaken for them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch.nn.functional as F  # noqa: N812 -- the name that every torch program gives it

from imbalance_audit.training.losses.cross_entropy import weighted_cross_entropy_parts
from imbalance_audit.training.losses.softmax import PriorLoss, along_classes, counted
from imbalance_audit.training.losses.targets import class_dim, indices_only, prepared
from imbalance_audit.training.losses.weighted import number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from torch import Tensor

    from imbalance_audit.training.losses.reduction import Reduction
    from imbalance_audit.training.losses.softmax import SoftmaxOptions


def seesaw_parts(
    logits: Tensor,
    target: Tensor,
    log_counts: Tensor,
    weight: Tensor,
    *,
    p: float = 0.8,
    q: float = 2.0,
    eps: float = 1e-2,
    **options: Unpack[SoftmaxOptions],
) -> tuple[Tensor, Tensor]:
    """Return (Σ w·ℓ, denominator) with ℓ = -log softmax(z + log S_y)_y. The pure core of `SeesawLoss`.

    Shapes, options and errors are those of `weighted_cross_entropy_parts`; log_counts is (C,), targets are indices.

    >>> import torch
    >>> log_counts, ones = torch.tensor([100.0, 1.0]).log(), torch.ones(2)
    >>> seesaw_parts(torch.zeros(1, 2), torch.tensor([0]), log_counts, ones, p=0.5)[0]  # log(1 + 0.1)
    tensor(0.0953)
    """
    indices_only(target, "Seesaw")
    logits, target = prepared(logits, target, log_counts.shape[0])
    dim = class_dim(logits)
    own = target.masked_fill(target == options.get("ignore_index", -100), 0)
    n = log_counts.to(logits.dtype)
    # In logarithms: M and C become sums, and both are 0 for the target's own class by themselves.
    mitigation = p * (along_classes(n, logits) - n[own].unsqueeze(dim)).clamp(max=0)
    log_p = F.log_softmax(logits.detach(), dim)
    floor = log_p.gather(dim, own.unsqueeze(dim)).clamp(min=math.log(eps))
    compensation = q * (log_p - floor).clamp(min=0)
    return weighted_cross_entropy_parts(logits + mitigation + compensation, target, weight, **options)


class SeesawLoss(PriorLoss):
    """Cross-entropy with z_j + log S_yj in place of z_j: S_yj = min(1, (n_j/n_y)^p)·max(1, (σ_j/max(σ_y, ε))^q).

    The first factor (mitigation) spares classes rarer than the target's, the second (compensation) takes that back
    where they are mistaken for it. σ = softmax(z) without a gradient.

    The counts are those of the file. The paper counts as training goes on; only ratios of counts enter, which tend to
    the same, and counts that stand still are the same on every rank.

    Source: Wang et al., CVPR 2021, arXiv 2008.10032.

    Args:
        counts: Training instances of each class in the order of the logits; 0 counts as 1.
        p: The exponent of the mitigation, from 0 up.
        q: The exponent of the compensation, from 0 up.
        eps: ε, above 0.
        weight: A weight for each class besides; 1 for None.
        options: `ignore_index`, `label_smoothing`, `smoothing`, `reduction` as in `WeightedCrossEntropy`.

    Raises:
        OptionError: an argument is none of these.

    >>> import torch
    >>> SeesawLoss([100, 1], p=0.5)(torch.zeros(1, 2), torch.tensor([0]))  # log(1 + 0.1)
    tensor(0.0953)
    """

    log_counts: Tensor

    def __init__(
        self,
        counts: Tensor | Sequence[float],
        *,
        p: float = 0.8,
        q: float = 2.0,
        eps: float = 1e-2,
        weight: Tensor | Sequence[float] | None = None,
        **options: Unpack[SoftmaxOptions],
    ) -> None:
        n = counted(counts)
        super().__init__(len(n), weight, **options)
        self.p = number("p", p, least=0.0)
        self.q = number("q", q, least=0.0)
        self.eps = number("eps", eps, least=1e-12, most=1.0)
        self.keep("log_counts", n.log(), device=self.weight.device)

    def _core(self, logits: Tensor, target: Tensor, reduction: Reduction) -> tuple[Tensor, Tensor]:
        return seesaw_parts(
            logits,
            target,
            self.log_counts,
            self.weight,
            p=self.p,
            q=self.q,
            eps=self.eps,
            reduction=reduction,
            **self.shared,
        )
