"""Class-weighted cross-entropy whose value does not depend on how the data were cut into batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch.nn.functional as F  # noqa: N812 -- the name that every torch program gives it

from imbalance_audit.training.losses.reduction import denominator, weights_of
from imbalance_audit.training.losses.softmax import SoftmaxLoss, along_classes
from imbalance_audit.training.losses.targets import class_dim, prepared

if TYPE_CHECKING:
    from torch import Tensor

    from imbalance_audit.training.losses.reduction import Reduction
    from imbalance_audit.training.losses.softmax import Smoothing


def weighted_cross_entropy_parts(
    logits: Tensor,
    target: Tensor,
    weight: Tensor,
    *,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    smoothing: Smoothing = "sample",
    reduction: Reduction = "count",
) -> tuple[Tensor, Tensor]:
    """Return (Σ w·ℓ, denominator), or w·ℓ of each target first for `none`. The pure core of `WeightedCrossEntropy`.

    Args:
        logits: (N, C), (C,) or (N, C, d₁, …), floating.
        target: Class indices (N,), () or (N, d₁, …), or probabilities in the shape of the logits.
        weight: (C,).
        ignore_index: The class index that takes no part.
        label_smoothing: ε.
        smoothing: `sample` or `class`.
        reduction: What the denominator is, and whether the loss is summed.

    Raises:
        ClassOrderError: the logits are not over the weighted classes.
        OptionError: the target has another dtype or shape.

    >>> import torch
    >>> weighted_cross_entropy_parts(torch.zeros(2, 2), torch.tensor([0, 1]), torch.tensor([1.0, 3.0]))
    (tensor(2.7726), tensor(2))
    """
    logits, target = prepared(logits, target, weight.shape[0])
    loss = prepared_cross_entropy(
        logits,
        target,
        weight if weight.dtype == logits.dtype else weight.to(logits.dtype),
        ignore_index=ignore_index,
        label_smoothing=label_smoothing,
        smoothing=smoothing,
        reduce=reduction != "none",
    )
    return loss, denominator(target, weight, ignore_index=ignore_index, reduction=reduction, dtype=loss.dtype)


def prepared_cross_entropy(
    logits: Tensor,
    target: Tensor,
    weight: Tensor,
    *,
    ignore_index: int,
    label_smoothing: float,
    smoothing: Smoothing,
    reduce: bool,
) -> Tensor:
    """Return Σ w·ℓ, or w·ℓ of each target; all three of one dtype and of the shapes that `prepared` gives."""
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
    surprise = -F.log_softmax(logits, dim)
    weighed = target * along_classes(weight, logits)
    uniform = surprise.mean(dim) * weighed.sum(dim)
    return (1 - smoothing) * (weighed * surprise).sum(dim) + smoothing * uniform


class WeightedCrossEntropy(SoftmaxLoss):
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

    def _core(self, logits: Tensor, target: Tensor, reduction: Reduction) -> tuple[Tensor, Tensor]:
        return weighted_cross_entropy_parts(
            logits,
            target,
            self.weight,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            smoothing=self.smoothing,
            reduction=reduction,
        )
