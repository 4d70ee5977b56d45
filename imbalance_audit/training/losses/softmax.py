"""What the losses over one class a target share: the mixture over classes, and the module around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict, get_args

import torch
import torch.nn.functional as F  # noqa: N812 -- the name that every torch program gives it

from imbalance_audit.errors import OptionError, refuse_unknown
from imbalance_audit.training.constants import device_of
from imbalance_audit.training.corrections import Correction, register
from imbalance_audit.training.losses.binding import refuse_multilabel
from imbalance_audit.training.losses.reduction import denominator, weights_of
from imbalance_audit.training.losses.targets import class_dim, loss_dtype
from imbalance_audit.training.losses.weighted import WeightedLoss, class_vector, number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Self, Unpack

    from torch import Tensor

    from imbalance_audit.training.losses.binding import Bound
    from imbalance_audit.training.losses.reduction import Reduction

Smoothing = Literal["sample", "class"]


class SoftmaxOptions(TypedDict, total=False):
    """What every loss of this family takes; `WeightedCrossEntropy` tells what each means."""

    ignore_index: int
    label_smoothing: float
    reduction: Reduction
    smoothing: Smoothing


def along_classes(vector: Tensor, logits: Tensor) -> Tensor:
    """Return a vector (C,) in the shape that broadcasts over the class dimension of the logits."""
    return vector.to(logits.dtype).view([-1] + [1] * (logits.dim() - class_dim(logits) - 1))


def mixture(
    log_p: Tensor,
    target: Tensor,
    weight: Tensor,
    loss_of: Callable[[Tensor], Tensor],
    *,
    ignore_index: int,
    label_smoothing: float,
    smoothing: Smoothing,
) -> Tensor:
    """Return w·ℓ of each target, 0 where ignored, for a loss that is a function f of the log-probability of a class.

    By `sample`: w_y·[(1-ε)·f_y + (ε/C)·Σ_c f_c], for probabilities Σ_c w_c·t_c·[(1-ε)·f_c + (ε/C)·Σ_k f_k]. By `class`
    the mass smoothed onto class c weighs w_c. The weights stand outside f.
    """
    dim = class_dim(log_p)
    weight = weight.to(log_p.dtype)
    if target.is_floating_point():
        losses = loss_of(log_p)
        shares = target * along_classes(weight, log_p)
        plain = (shares * losses).sum(dim)
        if label_smoothing == 0.0:
            return plain
        smooth = shares.sum(dim) * losses.mean(dim)
        if smoothing == "class":
            smooth = (along_classes(weight, log_p) * losses).mean(dim)
        return (1 - label_smoothing) * plain + label_smoothing * smooth
    own = weights_of(target, weight, ignore_index)
    # Ignored targets get the log-probability 0 from torch, and a weight of 0.
    plain = own * loss_of(-F.nll_loss(log_p, target, ignore_index=ignore_index, reduction="none"))
    if label_smoothing == 0.0:
        return plain
    losses = loss_of(log_p)
    if smoothing == "class":
        smooth = (along_classes(weight, log_p) * losses).mean(dim).masked_fill(target == ignore_index, 0)
    else:
        smooth = own * losses.mean(dim)
    return (1 - label_smoothing) * plain + label_smoothing * smooth


class SoftmaxLoss(WeightedLoss):
    """A loss over one class a target, with one weight for each class.

    Attributes:
        weight: float32[C], in the order of the logits, on the module's device.
        ignore_index: The class index that takes no part.
        label_smoothing: ε.
        smoothing: Whose weight the smoothed mass has, `sample` or `class`.
    """

    weight: Tensor
    _weights = ("weight",)

    def __init__(
        self,
        weight: Tensor | Sequence[float],
        *,
        ignore_index: int = -100,
        label_smoothing: float = 0.0,
        reduction: Reduction = "count",
        smoothing: Smoothing = "sample",
    ) -> None:
        super().__init__(reduction=reduction)
        self.keep("weight", class_vector("weight", weight), device=device_of(weight))
        refuse_unknown("smoothing", smoothing, get_args(Smoothing))
        self.label_smoothing = number("label_smoothing", label_smoothing, least=0.0, most=1.0, below=True)
        self.smoothing: Smoothing = smoothing
        self.ignore_index = ignore_index

    @property
    def given_weight(self) -> Tensor:
        """float32[C] on the CPU: the weights at full strength, whatever a schedule makes of them now."""
        return self._values["weight"].clone()

    def set_weight(self, weight: Tensor | Sequence[float]) -> None:
        """Take other weights, at the strength that a schedule has set. In place, as `reweigh`.

        `correction` follows: what a sampler and this loss do together is judged by the new weights.

        Raises:
            OptionError: they are not one finite weight from 0 up for each class.
        """
        self._values["weight"] = class_vector("weight", weight, classes=self.weight.shape[0])
        self.reweigh(self._strength)
        if self.correction is not None:
            known = self.correction
            prior = torch.tensor(known.prior, dtype=torch.float64, device="cpu")
            counts = prior / prior[prior > 0].min()
            self.correction = Correction.of(
                known.classes, counts, known.fingerprint, self.corrects(counts), kind=known.kind
            )

    def denominator(self, target: Tensor) -> Tensor:
        """Return how many targets are valid, or the sum of their weights under `weight`."""
        return denominator(
            target,
            self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            dtype=loss_dtype(target if target.is_floating_point() else self.weight),
        )

    @property
    def shared(self) -> dict[str, Any]:
        """What every core of this family takes by name."""
        return {
            "ignore_index": self.ignore_index,
            "label_smoothing": self.label_smoothing,
            "smoothing": self.smoothing,
        }

    def extra_repr(self) -> str:
        """Return what `repr` shows between the brackets."""
        return f"classes={self.weight.shape[0]}, ignore_index={self.ignore_index}, reduction={self.reduction!r}"

    def corrects(self, counts: Tensor) -> Tensor:
        """Return float64[C]: by how much each class's rows count for more than the data have them."""
        del counts
        return self._values["weight"].double()

    @classmethod
    def _bound(cls, bound: Bound, options: dict[str, Any]) -> Self:
        refuse_multilabel(bound)
        index = options.pop("ignore_index", None)
        options["ignore_index"] = bound.ignore_index if index is None else index
        loss = cls._with(bound, options)
        factor = loss.corrects(bound.counts)
        loss.correction = Correction.of(bound.classes, bound.counts, bound.fingerprint, factor, kind="loss")
        register(loss, loss.correction)
        return loss

    @classmethod
    def _with(cls, bound: Bound, options: dict[str, Any]) -> Self:
        return cls(bound.weight, **options)


class PriorLoss(SoftmaxLoss):
    """A loss that takes the class counts into the logits. It weighs only if it is told to.

    A class without a row counts as one with one row: the logarithm and the root of its count stay finite, and the class
    keeps a gradient (log 0 would take it).
    """

    def __init__(
        self,
        classes: int,
        weight: Tensor | Sequence[float] | None,
        **options: Unpack[SoftmaxOptions],
    ) -> None:
        super().__init__([1.0] * classes if weight is None else weight, **options)
        if self.weight.shape[0] != classes:
            message = (
                f"Expected one weight for each of {classes} counts, got {self.weight.shape[0]}. Give equally many."
            )
            raise OptionError(message)

    @classmethod
    def _with(cls, bound: Bound, options: dict[str, Any]) -> Self:
        weighted = options.pop("weighted", False)
        # Every subclass takes the counts first, then its own options and those of the family.
        build: Callable[..., Self] = cls
        return build(bound.counts, weight=bound.weight if weighted else None, **options)


def counted(counts: Tensor | Sequence[float]) -> Tensor:
    """Return float64[C] counts, at least 1 each.

    Raises:
        OptionError: they are no vector of finite counts from 0 up, or all 0.
    """
    class_vector("count", counts)
    return torch.as_tensor(counts, dtype=torch.float64, device="cpu").detach().clamp(min=1.0)
