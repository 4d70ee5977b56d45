"""Losses over sigmoids that turn down what is easy: sigmoid focal and asymmetric."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F  # noqa: N812 -- the name that every torch program gives it

from imbalance_audit.training.losses.binary import each_label
from imbalance_audit.training.losses.sigmoid import SigmoidLoss, sides_of
from imbalance_audit.training.losses.weighted import number

if TYPE_CHECKING:
    from typing import Unpack

    from torch import Tensor

    from imbalance_audit.training.losses.reduction import Reduction
    from imbalance_audit.training.losses.sigmoid import SigmoidOptions


def sigmoid_focal_parts(
    logits: Tensor,
    target: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    gamma: float = 2.0,
    alpha: float | None = None,
    ignore_value: float = -100.0,
    reduction: Reduction = "count",
) -> tuple[Tensor, Tensor]:
    """Return (Σ (1-p_t)^γ·[a·t·(-log p) + b·(1-t)·(-log(1-p))], denominator). The pure core of `SigmoidFocalLoss`.

    With α the first term is multiplied by it and the second by 1-α. Shapes, missing labels and errors: `sides_of`.

    >>> sigmoid_focal_parts(torch.zeros(1), torch.tensor([1.0]), torch.tensor([4.0]), torch.tensor([1.0]))
    (tensor(0.6931), tensor(1))
    """
    sides = sides_of(logits, target, positive, negative, ignore_value=ignore_value)
    weighed = sides
    if alpha is not None:
        weighed = sides._replace(positive=alpha * sides.positive, negative=(1 - alpha) * sides.negative)
    losses = each_label(weighed)
    if gamma > 0.0:
        p = sides.logits.sigmoid()
        # 1 - p_t in one expression for both sides; from its clamp on the power has no infinite derivative.
        rest = torch.addcmul(p, sides.target, 1 - 2 * p).clamp(min=torch.finfo(p.dtype).eps ** 2)
        losses = losses * (rest if gamma == 1.0 else rest.pow(gamma))
    # α scales the loss and not the denominator: it is a constant of the loss, not a weight of the data.
    return sides.parts(losses, reduction)


class SigmoidFocalLoss(SigmoidLoss):
    """Focal loss of each class by itself: k_c·[ρ_c·t·(1-p)^γ·(-log p) + (1-t)·p^γ·(-log(1-p))], p = σ(s).

    For a soft label the modulator is (1-p_t)^γ with p_t = t·p + (1-t)·(1-p), for both terms, as in torchvision.

    The paper's α_t is `alpha` for positives and 1-alpha for negatives, times the other weights; it is left out unless
    given (the paper: 0.25). All weights stand outside the modulator. The paper divides by the number of positives:
    take `parts` for that. Shapes, missing labels and `from_file` are those of `WeightedMultilabelCrossEntropy`.

    Source: Lin et al., ICCV 2017, arXiv 1708.02002.

    Args:
        gamma: γ, from 0 (cross-entropy) up.
        alpha: α from 0 to 1, or None.
        options: `pos_weight`, `weight`, `ignore_value`, `reduction` as in `WeightedMultilabelCrossEntropy`.

    Raises:
        OptionError: an argument is none of these.

    >>> SigmoidFocalLoss(alpha=0.25)(torch.zeros(1), torch.tensor([1.0]))  # ¼·¼·log 2
    tensor(0.0433)
    """

    def __init__(self, *, gamma: float = 2.0, alpha: float | None = None, **options: Unpack[SigmoidOptions]) -> None:
        super().__init__(**options)
        self.gamma = number("gamma", gamma, least=0.0)
        self.alpha = None if alpha is None else number("alpha", alpha, least=0.0, most=1.0)

    def _core(self, logits: Tensor, target: Tensor, reduction: Reduction) -> tuple[Tensor, Tensor]:
        return sigmoid_focal_parts(
            logits,
            target,
            self.positive,
            self.negative,
            gamma=self.gamma,
            alpha=self.alpha,
            reduction=reduction,
            **self.shared,
        )


def asymmetric_parts(
    logits: Tensor,
    target: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    gamma_positive: float = 1.0,
    gamma_negative: float = 4.0,
    margin: float = 0.05,
    detach: bool = False,
    ignore_value: float = -100.0,
    reduction: Reduction = "count",
) -> tuple[Tensor, Tensor]:
    """Return (Σ a·t·(1-p)^γ₊·(-log p) + b·(1-t)·p_m^γ₋·(-log(1-p_m)), denominator). The core of `AsymmetricLoss`.

    Shapes, missing labels and errors are those of `sides_of`.

    >>> one = torch.ones(1)
    >>> asymmetric_parts(torch.zeros(1), one, one, one)  # ½·log 2
    (tensor(0.3466), tensor(1))
    """
    sides = sides_of(logits, target, positive, negative, ignore_value=ignore_value)
    s = sides.logits
    log_p = F.logsigmoid(s)
    log_rest = F.logsigmoid(-s) if margin == 0.0 else (torch.sigmoid(-s) + margin).clamp(max=1).log()
    is_class = log_p * _power(log_p, gamma_positive, detach=detach)
    is_not = log_rest * _power(log_rest, gamma_negative, detach=detach)
    return sides.parts(-(sides.positive * is_class + sides.negative * is_not), reduction)


def _power(log_p: Tensor, gamma: float, *, detach: bool) -> Tensor:
    """Return (1-p)^γ with a finite gradient."""
    if gamma == 0.0:
        return log_p.new_ones(())
    kept = log_p.detach() if detach else log_p
    rest = torch.expm1(kept).neg().clamp(min=torch.finfo(kept.dtype).eps ** 2)
    return rest if gamma == 1.0 else rest.pow(gamma)


class AsymmetricLoss(SigmoidLoss):
    """Asymmetric loss for many labels: t·(1-p)^γ₊·(-log p) + (1-t)·p_m^γ₋·(-log(1-p_m)), p_m = max(p - m, 0).

    A negative whose probability is below the margin m costs nothing. The paper sums over the whole batch
    (`reduction="sum"`), so that its learning rate belongs to its batch size; `count`, the default, divides by the
    number of labels. Shapes and missing labels are those of `WeightedMultilabelCrossEntropy`; `from_file` takes no
    weights of the file unless `use` says so, since the loss has its own asymmetry.

    Source: Ridnik et al., ICCV 2021, arXiv 2009.14119.

    Args:
        gamma_positive: γ₊, from 0 up.
        gamma_negative: γ₋, from 0 up.
        margin: m, from 0 to below 1.
        detach: Take no gradient through the modulators, as the authors' training does.
        options: `pos_weight`, `weight`, `ignore_value`, `reduction` as in `WeightedMultilabelCrossEntropy`.

    Raises:
        OptionError: an argument is none of these.

    >>> AsymmetricLoss()(torch.zeros(1, 1), torch.ones(1, 1))  # ½·log 2
    tensor(0.3466)
    """

    _use = "none"

    def __init__(
        self,
        *,
        gamma_positive: float = 1.0,
        gamma_negative: float = 4.0,
        margin: float = 0.05,
        detach: bool = False,
        **options: Unpack[SigmoidOptions],
    ) -> None:
        super().__init__(**options)
        self.gamma_positive = number("gamma_positive", gamma_positive, least=0.0)
        self.gamma_negative = number("gamma_negative", gamma_negative, least=0.0)
        self.margin = number("margin", margin, least=0.0, most=1.0, below=True)
        self.detach = bool(detach)

    def _core(self, logits: Tensor, target: Tensor, reduction: Reduction) -> tuple[Tensor, Tensor]:
        return asymmetric_parts(
            logits,
            target,
            self.positive,
            self.negative,
            gamma_positive=self.gamma_positive,
            gamma_negative=self.gamma_negative,
            margin=self.margin,
            detach=self.detach,
            reduction=reduction,
            **self.shared,
        )
