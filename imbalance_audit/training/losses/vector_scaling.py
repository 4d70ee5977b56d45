"""The vector-scaling loss: logits of rare classes are shrunk and moved."""

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


def vector_scaling_parts(
    logits: Tensor,
    target: Tensor,
    scale: Tensor,
    shift: Tensor,
    weight: Tensor,
    **options: Unpack[SoftmaxOptions],
) -> tuple[Tensor, Tensor]:
    """Return (Σ w·ℓ, denominator) with ℓ = -log softmax(Δ·z + ι)_y. The pure core of `VSLoss`.

    Shapes, options and errors are those of `weighted_cross_entropy_parts`; scale Δ and shift ι are (C,).

    >>> import torch
    >>> one = torch.ones(2)
    >>> vector_scaling_parts(torch.tensor([[4.0, 0.0]]), torch.tensor([0]), 0 * one, 0 * one, one)[0]  # log 2
    tensor(0.6931)
    """
    logits, target = prepared(logits, target, scale.shape[0])
    scaled = logits * along_classes(scale, logits) + along_classes(shift, logits)
    return weighted_cross_entropy_parts(scaled, target, weight, **options)


class VSLoss(PriorLoss):
    """Cross-entropy over (n_c/n_max)^γ·z_c + τ·log π_c.

    γ = 0 is logit adjustment, τ = 0 is CDT (Ye et al. 2020, arXiv 2001.01385). Use z itself at test time.

    Source: Kini et al., NeurIPS 2021, arXiv 2103.01550.

    Args:
        counts: Training instances of each class in the order of the logits; 0 counts as 1.
        gamma: γ, from 0 up.
        tau: τ, from 0 up.
        weight: A weight for each class besides, the paper's ω; 1 for None.
        options: `ignore_index`, `label_smoothing`, `smoothing`, `reduction` as in `WeightedCrossEntropy`.

    Raises:
        OptionError: an argument is none of these.

    >>> import torch
    >>> VSLoss([75, 25], gamma=0.0)(torch.zeros(1, 2), torch.tensor([1]))  # log 4
    tensor(1.3863)
    """

    scale: Tensor
    shift: Tensor

    def __init__(
        self,
        counts: Tensor | Sequence[float],
        *,
        gamma: float = 0.3,
        tau: float = 1.0,
        weight: Tensor | Sequence[float] | None = None,
        **options: Unpack[SoftmaxOptions],
    ) -> None:
        n = counted(counts)
        super().__init__(len(n), weight, **options)
        self.gamma = number("gamma", gamma, least=0.0)
        self.tau = number("tau", tau, least=0.0)
        self.keep("scale", (n / n.max()) ** self.gamma, device=self.weight.device)
        self.keep("shift", self.tau * (n / n.sum()).log(), device=self.weight.device)

    def corrects(self, counts: Tensor) -> Tensor:
        """Return float64[C]: w·n^-τ; what γ does has no equivalent in weights."""
        return super().corrects(counts) * counts.clamp(min=1.0) ** -self.tau

    def _core(self, logits: Tensor, target: Tensor, reduction: Reduction) -> tuple[Tensor, Tensor]:
        return vector_scaling_parts(
            logits, target, self.scale, self.shift, self.weight, reduction=reduction, **self.shared
        )
