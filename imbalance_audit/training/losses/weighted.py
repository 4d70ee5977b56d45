"""The thin module that every class-weighted loss shares: the weights, where they live, and the reduction."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import torch
from torch import nn

from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError, did_you_mean
from imbalance_audit.training.class_order import logit_order
from imbalance_audit.training.losses.reduction import Reduction, mean
from imbalance_audit.weight_file import load_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from os import PathLike
    from typing import Self

    from torch import Tensor

    from imbalance_audit.training.class_order import Classes


class WeightedLoss(nn.Module):
    """A loss with one weight for each class. A subclass says what `parts` and `unreduced` are.

    The weights are float32 whatever the module is cast to: `.half()` would turn large ones into infinity. They are no
    part of the state dict: they come from a file, and old checkpoints load strictly.

    Attributes:
        weight: float32[C], in the order of the logits, on the module's device.
        ignore_index: The class index that takes no part.
        reduction: What the sum is divided by.
    """

    weight: Tensor

    def __init__(self, weight: Tensor | Sequence[float], *, ignore_index: int, reduction: Reduction) -> None:
        super().__init__()
        chosen("reduction", reduction, get_args(Reduction))
        values = _checked(weight)
        self.register_buffer("weight", values, persistent=False)
        # What `to_empty` after a build on the meta device is refilled from.
        self._values = values.to("cpu")
        self.ignore_index = ignore_index
        self.reduction: Reduction = reduction

    def parts(self, logits: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Return (Σ w·ℓ, denominator)."""
        raise NotImplementedError

    def unreduced(self, logits: Tensor, target: Tensor) -> Tensor:
        """Return w·ℓ of each target."""
        raise NotImplementedError

    def forward(self, logits: Tensor, target: Tensor) -> Tensor:
        """Return the reduced loss; shapes and errors as in `parts`."""
        if self.reduction == "none":
            return self.unreduced(logits, target)
        loss_sum, denominator = self.parts(logits, target)
        return loss_sum if self.reduction == "sum" else mean(loss_sum, denominator)

    def extra_repr(self) -> str:
        """Return what `repr` shows between the brackets."""
        return f"classes={len(self.weight)}, ignore_index={self.ignore_index}, reduction={self.reduction!r}"

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        before = self.weight
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]  # -- torch leaves it without annotations
        source = self._values if before.is_meta else before
        self.weight = source.to(self.weight.device)
        return self


def weights_for(
    path: str | PathLike[str], *, classes: Classes, trust_order: bool, ignore_index: int | None
) -> tuple[Tensor, int]:
    """Return a file's weights in the order of the logits, and the class index to ignore: the file's, unless given.

    Raises:
        WeightFileError: the file cannot be read.
        ClassOrderError: its classes are not the model's.
        OptionError: the file is for a multilabel task, which has no single class a target.
    """
    file = load_weights(path)
    if file.task == "multilabel":
        message = (
            "Expected weights of a task with one class a target, got a multilabel file. Use its pos_weight in a BCE."
        )
        raise OptionError(message)
    order = logit_order(file.classes, classes, trust_order=trust_order)
    weight = torch.tensor([file.weight[index] for index in order], dtype=torch.float32, device="cpu")
    return weight, file.ignore_index if ignore_index is None else ignore_index


def chosen(what: str, value: str, choices: Sequence[str]) -> None:
    """Raise unless the value is one of the choices.

    Raises:
        OptionError: it is not.
    """
    if value not in choices:
        listed = ", ".join(f'"{choice}"' for choice in choices)
        message = f"There is no {what} {quoted(str(value))}.{did_you_mean(str(value), choices)} Choose one of {listed}."
        raise OptionError(message)


def _checked(weight: Tensor | Sequence[float]) -> Tensor:
    on = weight.device if isinstance(weight, torch.Tensor) else "cpu"
    values = torch.as_tensor(weight, device=on).detach().to(torch.float32, copy=True)
    if values.dim() != 1 or len(values) == 0:
        message = f"Expected one weight for each class, got the shape {list(values.shape)}. Give a vector."
        raise OptionError(message)
    if not bool((torch.isfinite(values) & (values >= 0)).all()) or not bool(values.any()):
        message = "Expected finite weights from 0 up and not all 0, got others. Take them from class_weights."
        raise OptionError(message)
    return values
