"""Class-weighted cross-entropy whose value does not depend on how the data were cut into batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import torch.nn.functional as F  # noqa: N812 -- the name that every torch program gives it

from imbalance_audit.errors import OptionError
from imbalance_audit.training.losses.reduction import valid_count, weights_of
from imbalance_audit.training.losses.targets import class_dim, prepared
from imbalance_audit.training.losses.weighted import WeightedLoss, chosen, weights_for

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from torch import Tensor

    from imbalance_audit.training.class_order import Classes
    from imbalance_audit.training.losses.reduction import Reduction

Smoothing = Literal["sample", "class"]


def weighted_cross_entropy(
    logits: Tensor,
    target: Tensor,
    weight: Tensor,
    *,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    smoothing: Smoothing = "sample",
    reduce: bool = True,
) -> Tensor:
    """Return Σ w·ℓ, or w·ℓ of each target with `reduce=False`. The pure core of `WeightedCrossEntropy`.

    Logits, target and weight are of one dtype and of the shapes that `prepared` gives.

    >>> import torch
    >>> weighted_cross_entropy(torch.zeros(2, 2), torch.tensor([0, 1]), torch.tensor([1.0, 3.0]))
    tensor(2.7726)
    """
    reduction = "sum" if reduce else "none"
    if target.is_floating_point():
        if label_smoothing == 0.0 or smoothing == "class":
            return F.cross_entropy(logits, target, weight, reduction=reduction, label_smoothing=label_smoothing)
        losses = _smoothed_by_sample(logits, target, weight, label_smoothing)
        return losses.sum() if reduce else losses
    if label_smoothing == 0.0 or smoothing == "class":
        return F.cross_entropy(
            logits, target, weight, ignore_index=ignore_index, reduction=reduction, label_smoothing=label_smoothing
        )
    plain = F.cross_entropy(
        logits, target, ignore_index=ignore_index, reduction="none", label_smoothing=label_smoothing
    )
    losses = plain * weights_of(target, weight, ignore_index)
    return losses.sum() if reduce else losses


def _smoothed_by_sample(logits: Tensor, target: Tensor, weight: Tensor, smoothing: float) -> Tensor:
    dim = class_dim(logits)
    by_class = weight.view([-1] + [1] * (logits.dim() - dim - 1))
    surprise = -F.log_softmax(logits, dim)
    weighed = target * by_class
    uniform = surprise.mean(dim) * weighed.sum(dim)
    return (1 - smoothing) * (weighed * surprise).sum(dim) + smoothing * uniform


class WeightedCrossEntropy(WeightedLoss):
    """Cross-entropy with one weight for each class.

    Logits (N, C), (C,) or (N, C, d₁, …) and targets as class indices or as probabilities, as `nn.CrossEntropyLoss`
    takes them. With ℓ = -log p of the target's class and w its weight, the reductions are:

    - `count`: Σ w·ℓ / number of valid targets. Under weights whose mean over the data is 1 (the file's default) this
      keeps the scale of the unweighted loss, and it adds up exactly over micro-batches and ranks.
    - `weight`: Σ w·ℓ / Σ w, the mean of `nn.CrossEntropyLoss`; for probabilities its denominator too is their number.
      It changes with the cut into batches: a batch of one has no weighting at all (pytorch issues 50528 and 72047).
    - `sum`: Σ w·ℓ. `none`: w·ℓ of each target, 0 where ignored.

    A batch without a valid target gives 0 with a gradient of 0. Logits of 16 bits are taken to float32 first, and so is
    the loss.

    Label smoothing by `sample` weighs the whole smoothed loss of a row by the weight of its class:
    w_y·[(1-ε)·ℓ_y + (ε/C)·Σ_c ℓ_c], for probabilities by Σ_c t_c·w_c. By `class`, as torch does it, the mass smoothed
    onto class c weighs w_c, so that a rare class can become the likeliest label of a common row (pytorch issue 104776).

    Args:
        weight: One weight for each class in the order of the logits, finite and from 0 up.
        ignore_index: The class index that takes no part; without effect on probabilities.
        label_smoothing: ε, from 0 to below 1.
        reduction: `count`, `weight`, `sum` or `none`.
        smoothing: `sample` or `class`.

    Raises:
        OptionError: an argument is none of these.

    >>> import torch
    >>> loss = WeightedCrossEntropy([1.0, 3.0])
    >>> loss(torch.zeros(2, 2), torch.tensor([0, 1]))
    tensor(1.3863)
    """

    def __init__(
        self,
        weight: Tensor | Sequence[float],
        *,
        ignore_index: int = -100,
        label_smoothing: float = 0.0,
        reduction: Reduction = "count",
        smoothing: Smoothing = "sample",
    ) -> None:
        super().__init__(weight, ignore_index=ignore_index, reduction=reduction)
        chosen("smoothing", smoothing, get_args(Smoothing))
        if not 0.0 <= label_smoothing < 1.0:
            message = f"label_smoothing is a number from 0 up to, but not including, 1, got {label_smoothing}."
            raise OptionError(message)
        self.label_smoothing = label_smoothing
        self.smoothing: Smoothing = smoothing

    @classmethod
    def from_file(
        cls,
        path: str | PathLike[str],
        *,
        classes: Classes,
        trust_order: bool = False,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        reduction: Reduction = "count",
        smoothing: Smoothing = "sample",
    ) -> WeightedCrossEntropy:
        """Return the loss with a file's weights, brought into the order of the model's classes.

        Args:
            path: The weight file.
            classes: The model's classes: names in the order of the logits, `class_to_idx`, `id2label`, or their number.
            trust_order: Take a mere number of classes: the caller says that the logits are in the file's order.
            ignore_index: The class index that takes no part; the file's for None.
            label_smoothing: ε, from 0 to below 1.
            reduction: `count`, `weight`, `sum` or `none`.
            smoothing: `sample` or `class`.

        Raises:
            WeightFileError: the file cannot be read.
            ClassOrderError: its classes are not the model's.
            OptionError: an argument is wrong, or the file is for a multilabel task.
        """
        weight, index = weights_for(path, classes=classes, trust_order=trust_order, ignore_index=ignore_index)
        return cls(
            weight, ignore_index=index, label_smoothing=label_smoothing, reduction=reduction, smoothing=smoothing
        )

    def parts(self, logits: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Return (Σ w·ℓ, denominator), for loops that add both up over micro-batches or ranks before they divide.

        The denominator is Σ w of the valid targets under `weight`, and their number under every other reduction.

        Args:
            logits: (N, C), (C,) or (N, C, d₁, …), floating.
            target: Class indices (N,), () or (N, d₁, …), or probabilities in the shape of the logits.

        Raises:
            ClassOrderError: the logits are not over the weighted classes.
            OptionError: the target has another dtype or shape.
            IndexError: a class index is out of range (on a CPU; elsewhere the device says so).
        """
        logits, target = prepared(logits, target, len(self.weight))
        loss_sum = self._core(logits, target, reduce=True)
        if target.is_floating_point():
            return loss_sum, loss_sum.new_full((), logits.numel() // len(self.weight))
        if self.reduction == "weight":
            return loss_sum, weights_of(target, self.weight, self.ignore_index).sum(dtype=loss_sum.dtype)
        return loss_sum, valid_count(target, self.ignore_index, loss_sum.dtype)

    def unreduced(self, logits: Tensor, target: Tensor) -> Tensor:
        """Return w·ℓ of each target, in the shape of class indices."""
        return self._core(*prepared(logits, target, len(self.weight)), reduce=False)

    def _core(self, logits: Tensor, target: Tensor, *, reduce: bool) -> Tensor:
        return weighted_cross_entropy(
            logits,
            target,
            self.weight.to(logits.dtype),
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            smoothing=self.smoothing,
            reduce=reduce,
        )
