"""Weighted binary cross-entropy: of one logit with two classes, and of one logit for each of many classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch.nn.functional as F  # noqa: N812 -- the name that every torch program gives it

from imbalance_audit.errors import OptionError
from imbalance_audit.training.constants import device_of
from imbalance_audit.training.corrections import Correction, register
from imbalance_audit.training.losses.sigmoid import SigmoidLoss, sides_of
from imbalance_audit.training.losses.weighted import class_vector

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from torch import Tensor

    from imbalance_audit.training.losses.binding import Bound
    from imbalance_audit.training.losses.reduction import Reduction
    from imbalance_audit.training.losses.sigmoid import Sides


def binary_cross_entropy_parts(
    logits: Tensor,
    target: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    ignore_value: float = -100.0,
    reduction: Reduction = "count",
) -> tuple[Tensor, Tensor]:
    """Return (Σ -a·t·log σ(s) - b·(1-t)·log σ(-s), denominator). The pure core of both losses here.

    Shapes, missing labels and errors are those of `sides_of`.

    >>> import torch
    >>> binary_cross_entropy_parts(torch.zeros(2), torch.tensor([0.0, 1.0]), torch.tensor([3.0]), torch.tensor([1.0]))
    (tensor(2.7726), tensor(2))
    """
    sides = sides_of(logits, target, positive, negative, ignore_value=ignore_value)
    return sides.parts(each_label(sides), reduction)


def each_label(sides: Sides) -> Tensor:
    """Return -a·t·log σ(s) - b·(1-t)·log σ(-s) of each entry, 0 where the label is missing."""
    # As torch computes it, with one logarithm for both sides: log σ(-s) = log σ(s) - s.
    log_p = F.logsigmoid(sides.logits)
    return sides.negative * sides.logits - (sides.positive + sides.negative) * log_p


class WeightedMultilabelCrossEntropy(SigmoidLoss):
    """Binary cross-entropy of each class by itself: -k_c·[ρ_c·t·log σ(s) + (1-t)·log σ(-s)].

    ρ (`pos_weight`) weighs a class's positives against its negatives; k (`weight`) weighs the class against the others.
    Logits and labels are (N, C) or (N, C, d₁, …): a vector (C,) always weighs dimension 1, where torch's own would
    weigh the last one. Labels from 0 to 1 may be soft; NaN, a negative label or `ignore_value` is a missing one, which
    takes no part.

    `count` divides by the number of labels, as torch's mean does without missing ones; `weight` by Σ of the weights.
    Loaded `from_file`, ρ is the file's; `use` takes "pos_weight", "weight", "both" or "none" of its vectors.

    Args:
        pos_weight: ρ, one for each class in the order of the logits; 1 for None.
        weight: k, likewise.
        ignore_value: A label that means a missing one, besides NaN and negative ones.
        reduction: `count`, `weight`, `sum` or `none`.

    Raises:
        OptionError: an argument is none of these.

    >>> import torch
    >>> loss = WeightedMultilabelCrossEntropy(pos_weight=[3.0, 1.0])
    >>> loss(torch.zeros(1, 2), torch.tensor([[1.0, float("nan")]]))  # 3·log 2
    tensor(2.0794)
    """

    def _core(self, logits: Tensor, target: Tensor, reduction: Reduction) -> tuple[Tensor, Tensor]:
        return binary_cross_entropy_parts(
            logits, target, self.positive, self.negative, reduction=reduction, **self.shared
        )


class WeightedBinaryCrossEntropy(SigmoidLoss):
    """Binary cross-entropy of one logit a sample: -[w₁·t·log σ(s) + w₀·(1-t)·log σ(-s)].

    Each sample is weighed by its own label, a soft one by w₁·t + w₀·(1-t). It equals the weighted cross-entropy of the
    two logits (0, s). Logits and labels are of one shape, any. Loaded `from_file`, `classes` names the negative class
    first.

    Args:
        weight: (w₀, w₁).
        ignore_value: A label that means a missing one, besides NaN and negative ones.
        reduction: `count`, `weight`, `sum` or `none`.

    Raises:
        OptionError: an argument is none of these.

    >>> import torch
    >>> WeightedBinaryCrossEntropy([1.0, 3.0])(torch.zeros(2), torch.tensor([0, 1]))
    tensor(1.3863)
    """

    def __init__(
        self, weight: Tensor | Sequence[float], *, ignore_value: float = -100.0, reduction: Reduction = "count"
    ) -> None:
        super().__init__(ignore_value=ignore_value, reduction=reduction)
        both = class_vector("weight", weight, classes=2)
        self.keep("negative", both[:1], device=device_of(weight))
        self.keep("positive", both[1:], device=device_of(weight))

    def _core(self, logits: Tensor, target: Tensor, reduction: Reduction) -> tuple[Tensor, Tensor]:
        return binary_cross_entropy_parts(
            logits, target, self.positive, self.negative, reduction=reduction, **self.shared
        )

    @classmethod
    def _bound(cls, bound: Bound, options: dict[str, Any]) -> Self:
        if bound.task == "multilabel" or len(bound.classes) != 2:
            message = (
                f"Expected weights of two classes, one a target, got a {bound.task} file of {len(bound.classes)}. "
                "Load it with WeightedMultilabelCrossEntropy or WeightedCrossEntropy."
            )
            raise OptionError(message)
        options.setdefault("ignore_value", bound.ignore_index)
        loss = cls(bound.weight, **options)
        factor = bound.weight.double()
        loss.correction = Correction.of(bound.classes, bound.counts, bound.fingerprint, factor, kind="loss")
        register(loss, loss.correction)
        return loss
