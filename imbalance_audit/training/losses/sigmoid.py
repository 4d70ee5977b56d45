"""What the losses over one sigmoid for each class share: weights of both sides, missing labels, the module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypedDict, get_args

import torch

from imbalance_audit.errors import ClassOrderError, OptionError, refuse_unknown
from imbalance_audit.training.constants import device_of
from imbalance_audit.training.losses.targets import described, loss_dtype
from imbalance_audit.training.losses.weighted import WeightedLoss, class_vector

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from torch import Tensor

    from imbalance_audit.training.losses.binding import Bound
    from imbalance_audit.training.losses.reduction import Reduction

Use = Literal["pos_weight", "weight", "both", "none"]


class SigmoidOptions(TypedDict, total=False):
    """What every loss of this family takes; `WeightedMultilabelCrossEntropy` tells what each means."""

    pos_weight: Tensor | Sequence[float] | None
    weight: Tensor | Sequence[float] | None
    ignore_value: float
    reduction: Reduction


class Sides(NamedTuple):
    """How much each entry counts on either side: a·t and b·(1-t), both 0 where the label is missing."""

    logits: Tensor
    target: Tensor
    positive: Tensor
    negative: Tensor
    valid: Tensor

    def parts(self, losses: Tensor, reduction: Reduction) -> tuple[Tensor, Tensor]:
        """Return the summed losses (`none`: the losses) and their denominator."""
        loss = losses if reduction == "none" else losses.sum()
        return loss, self.denominator(reduction)

    def denominator(self, reduction: Reduction) -> Tensor:
        """Return how many labels there are, or the sum of their weights under `weight`."""
        if reduction == "weight":
            return (self.positive + self.negative).sum()
        return self.valid.count_nonzero()


def sides_of(logits: Tensor, target: Tensor, positive: Tensor, negative: Tensor, *, ignore_value: float) -> Sides:
    """Return both sides in the dtype of the loss.

    Args:
        logits: (N, C, d₁, …), or any shape where the weights have one entry.
        target: The labels in the same shape, from 0 to 1; NaN, negative or `ignore_value` where missing.
        positive: a, (C,) or (1,).
        negative: b, likewise.
        ignore_value: A label that means a missing one.

    Raises:
        OptionError: the shapes differ, or the logits are not floating.
        ClassOrderError: the logits are not over the weighted classes.
    """
    _same_shape(logits, target, positive.shape[0])
    dtype = loss_dtype(logits)
    logits = logits.to(dtype)
    # One comparison, which NaN fails too.
    valid = target >= 0
    if ignore_value >= 0:
        valid = valid & (target != ignore_value)
    label = torch.where(valid, target, 0).to(dtype)
    # 1 - t where there is a label and 0 where there is none, so that nothing has to be masked later.
    of_positives = side_by_class(positive, logits) * label
    return Sides(logits, label, of_positives, side_by_class(negative, logits) * (valid.to(dtype) - label), valid)


def side_by_class(side: Tensor, logits: Tensor) -> Tensor:
    """Return a weight (C,) so that it broadcasts over dimension 1, never over the last one; (1,) over all."""
    side = side.to(logits.dtype)
    return side.view(()) if side.shape[0] == 1 else side.view([-1] + [1] * (logits.dim() - 2))


def _same_shape(logits: Tensor, target: Tensor, classes: int) -> None:
    if not logits.is_floating_point() or target.shape != logits.shape:
        message = (
            f"Expected floating logits and labels of one shape, got {described(logits)} and {described(target)}. "
            "Give one label from 0 to 1 for each logit."
        )
        raise OptionError(message)
    if classes > 1 and (logits.dim() < 2 or logits.shape[1] != classes):
        message = (
            f"Expected logits over the {classes} weighted classes in dimension 1, got {described(logits)}. "
            "Give weights for exactly the model's classes, in its order."
        )
        raise ClassOrderError(message)


class SigmoidLoss(WeightedLoss):
    """A loss over one sigmoid for each class, with a weight for its positives and one for its negatives.

    Attributes:
        positive: float32[C], weight·pos_weight; (1,) where neither was given.
        negative: float32[C], weight; likewise.
        ignore_value: A label that means a missing one, besides NaN and negative ones.
    """

    positive: Tensor
    negative: Tensor
    _weights = ("positive", "negative")
    _use: Use = "pos_weight"

    def __init__(
        self,
        *,
        pos_weight: Tensor | Sequence[float] | None = None,
        weight: Tensor | Sequence[float] | None = None,
        ignore_value: float = -100.0,
        reduction: Reduction = "count",
    ) -> None:
        super().__init__(reduction=reduction)
        given = [
            None if v is None else class_vector(what, v) for what, v in (("pos_weight", pos_weight), ("weight", weight))
        ]
        size = next((v.shape[0] for v in given if v is not None), 1)
        ratio, own = (
            torch.ones(size, device="cpu") if v is None else class_vector("weight", v, classes=size) for v in given
        )
        device = device_of(pos_weight, weight)
        self.keep("positive", own * ratio, device=device)
        self.keep("negative", own, device=device)
        self.ignore_value = float(ignore_value)

    def denominator(self, target: Tensor) -> Tensor:
        """Return how many labels there are, or the sum of their weights under `weight`."""
        like = target if target.is_floating_point() else target.to(torch.float32)
        sides = sides_of(like, target, self.positive, self.negative, ignore_value=self.ignore_value)
        return sides.denominator(self.reduction)

    @property
    def shared(self) -> dict[str, Any]:
        """What every core of this family takes by name."""
        return {"ignore_value": self.ignore_value}

    def extra_repr(self) -> str:
        """Return what `repr` shows between the brackets."""
        return f"classes={self.positive.shape[0]}, ignore_value={self.ignore_value:g}, reduction={self.reduction!r}"

    @classmethod
    def _bound(cls, bound: Bound, options: dict[str, Any]) -> Self:
        if bound.task != "multilabel" or bound.pos_weight is None:
            message = (
                f"Expected a file of a multilabel task, got a {bound.task} one. "
                "Load it with WeightedCrossEntropy, or WeightedBinaryCrossEntropy for two classes and one logit."
            )
            raise OptionError(message)
        use = options.pop("use", cls._use)
        refuse_unknown("use", use, get_args(Use))
        if use in ("pos_weight", "both"):
            options["pos_weight"] = bound.pos_weight
        if use in ("weight", "both"):
            options["weight"] = bound.weight
        options.setdefault("ignore_value", bound.ignore_index)
        return cls(**options)
