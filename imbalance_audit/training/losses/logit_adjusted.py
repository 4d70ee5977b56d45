"""Cross-entropy over logits that were moved by the classes' log shares: Balanced Softmax and logit adjustment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.training.losses.cross_entropy import weighted_cross_entropy_parts
from imbalance_audit.training.losses.softmax import PriorLoss, along_classes, counted
from imbalance_audit.training.losses.targets import prepared
from imbalance_audit.training.losses.weighted import number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from torch import Tensor

    from imbalance_audit.training.losses.reduction import Reduction
    from imbalance_audit.training.losses.softmax import SoftmaxOptions


def logit_adjusted_parts(
    logits: Tensor,
    target: Tensor,
    adjustment: Tensor,
    weight: Tensor,
    **options: Unpack[SoftmaxOptions],
) -> tuple[Tensor, Tensor]:
    """Return (Σ w·ℓ, denominator) with ℓ = -log softmax(z + a)_y. The pure core of `LogitAdjustedCrossEntropy`.

    Shapes, options and errors are those of `weighted_cross_entropy_parts`; a is (C,).

    >>> import torch
    >>> adjustment = torch.tensor([3.0, 1.0]).log()
    >>> logit_adjusted_parts(torch.zeros(1, 2), torch.tensor([1]), adjustment, torch.ones(2))[0]  # log 4
    tensor(1.3863)
    """
    logits, target = prepared(logits, target, adjustment.shape[0])
    return weighted_cross_entropy_parts(logits + along_classes(adjustment, logits), target, weight, **options)


class LogitAdjustedCrossEntropy(PriorLoss):
    """Cross-entropy over z + τ·log π: ℓ = -log softmax(z + τ·log π)_y, with π_c = n_c / Σ n.

    τ = 1 is Balanced Softmax. Train with it and use z itself at test time: it estimates η/π^τ, so do not adjust again.

    Source: Menon et al., ICLR 2021, arXiv 2007.07314, section 5.1; τ = 1: Ren et al., NeurIPS 2020, arXiv 2007.10740.

    Args:
        counts: Training instances of each class in the order of the logits; 0 counts as 1.
        tau: τ, from 0 (plain cross-entropy) up.
        weight: A weight for each class besides; 1 for None. It corrects the skew once more.
        options: `ignore_index`, `label_smoothing`, `smoothing`, `reduction` as in `WeightedCrossEntropy`.

    Raises:
        OptionError: an argument is none of these.

    >>> import torch
    >>> loss = LogitAdjustedCrossEntropy([75, 25])
    >>> loss(torch.zeros(1, 2), torch.tensor([1]))  # log 4
    tensor(1.3863)
    """

    adjustment: Tensor

    def __init__(
        self,
        counts: Tensor | Sequence[float],
        *,
        tau: float = 1.0,
        weight: Tensor | Sequence[float] | None = None,
        **options: Unpack[SoftmaxOptions],
    ) -> None:
        n = counted(counts)
        super().__init__(len(n), weight, **options)
        self.tau = number("tau", tau, least=0.0)
        self.keep("adjustment", self.tau * (n / n.sum()).log(), device=self.weight.device)

    def corrects(self, counts: Tensor) -> Tensor:
        """Return float64[C]: w·n^-τ."""
        return super().corrects(counts) * counts.clamp(min=1.0) ** -self.tau

    def _core(self, logits: Tensor, target: Tensor, reduction: Reduction) -> tuple[Tensor, Tensor]:
        return logit_adjusted_parts(logits, target, self.adjustment, self.weight, reduction=reduction, **self.shared)
