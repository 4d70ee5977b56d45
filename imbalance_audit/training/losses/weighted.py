"""The thin module that every loss here shares: the constants that weigh, the reduction and the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import torch

from imbalance_audit.errors import OptionError, refuse_unknown
from imbalance_audit.training.constants import ConstantModule, device_of
from imbalance_audit.training.losses.binding import bind
from imbalance_audit.training.losses.reduction import Reduction, reduced

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike
    from typing import Self

    from torch import Tensor

    from imbalance_audit.training.corrections import Correction
    from imbalance_audit.training.logit_order import LogitClasses
    from imbalance_audit.training.losses.binding import Bound


class WeightedLoss(ConstantModule):
    """A loss with constants for each class. A subclass says what `_core` is and what it takes from a file.

    Attributes:
        reduction: What the sum is divided by.
        correction: Which skew this loss corrects and by how much; None where it was not loaded from a file.
    """

    _weights: tuple[str, ...] = ()
    """Names of the constants that weigh; the others are margins, priors and the like."""

    def __init__(self, *, reduction: Reduction) -> None:
        super().__init__()
        refuse_unknown("reduction", reduction, get_args(Reduction))
        self.reduction: Reduction = reduction
        self.correction: Correction | None = None
        self._strength = 1.0

    def parts(self, logits: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Return (Σ w·ℓ, denominator), both added up exactly over micro-batches and ranks.

        Raises:
            ClassOrderError: the logits are not over the weighted classes.
            OptionError: the target has another dtype or shape.
            IndexError: a class index is out of range (on a CPU; elsewhere the device says so).
        """
        return self._core(logits, target, "weight" if self.reduction == "weight" else "count")

    def denominator(self, target: Tensor) -> Tensor:
        """Return the denominator alone, which the targets tell without the model."""
        raise NotImplementedError

    def forward(self, logits: Tensor, target: Tensor) -> Tensor:
        """Return the reduced loss; shapes and errors as in `parts`."""
        return reduced(*self._core(logits, target, self.reduction), self.reduction)

    def _core(self, logits: Tensor, target: Tensor, reduction: Reduction) -> tuple[Tensor, Tensor]:
        """Return (Σ w·ℓ, or w·ℓ of each target for `none`; the denominator): a call of the loss's pure function."""
        raise NotImplementedError

    @classmethod
    def from_file(
        cls,
        path: str | PathLike[str],
        *,
        classes: LogitClasses,
        trust_order: bool = False,
        fingerprint: str | None = None,
        **options: Any,  # noqa: ANN401 -- whatever the constructor takes, which checks them
    ) -> Self:
        """Return the loss with a file's numbers, brought into the order of the model's classes.

        Args:
            path: The weight file.
            classes: The model's classes: names in the order of the logits, `class_to_idx`, `id2label`, or their number.
            trust_order: Take a mere number of classes: the caller says that the logits are in the file's order.
            fingerprint: That of the data that are trained on, `audit.source.fingerprint`; another one than the file's
                warns that the weights are stale.
            options: The constructor's other arguments. `ignore_index` is the file's unless given.

        Raises:
            WeightFileError: the file cannot be read.
            ClassOrderError: its classes are not the model's.
            OptionError: an argument is wrong, or the file is for another task.
        """
        bound = bind(path, classes=classes, trust_order=trust_order, fingerprint=fingerprint)
        return cls._bound(bound, options).to(device_of())

    @classmethod
    def _bound(cls, bound: Bound, options: dict[str, Any]) -> Self:
        raise NotImplementedError

    def reweigh(self, strength: float) -> None:
        """Blend every weight w to 1 + strength·(w - 1): 0 for none, 1 for the weights as they were given.

        In place: a compiled graph and a distributed wrapper keep the tensors they have. Schedules call this.

        Raises:
            OptionError: the strength is not from 0 to 1.
        """
        if not 0.0 <= strength <= 1.0:
            message = f"Expected a strength from 0 (no weights) to 1 (the weights as given), got {strength}. Clamp it."
            raise OptionError(message)
        self._strength = float(strength)
        for name in self._weights:
            with torch.no_grad():
                getattr(self, name).copy_(self._filling(name))

    def extra_repr(self) -> str:
        """Return what `repr` shows between the brackets."""
        return f"reduction={self.reduction!r}"

    def _filling(self, name: str) -> Tensor:
        """Return a weight at the strength that a schedule has set, any other constant as it is."""
        values = super()._filling(name)
        return 1 + self._strength * (values - 1) if name in self._weights and self._strength < 1 else values


def number(name: str, value: float, *, least: float, most: float = float("inf"), below: bool = False) -> float:
    """Return a finite number from `least` up to `most`, or up to but not including it with `below`.

    Raises:
        OptionError: it is not one, or out of range.
    """
    given = float(value)
    inside = least <= given <= most and given != float("inf") and not (below and given == most)  # also false of NaN
    if not inside:
        upper = "up" if most == float("inf") else f"up to{', but not including,' if below else ''} {most:g}"
        message = f"{name} is a number from {least:g} {upper}, got {value}."
        raise OptionError(message)
    return given


def class_vector(what: str, values: Tensor | Sequence[float], *, classes: int | None = None) -> Tensor:
    """Return a float32 copy on the CPU of one finite number from 0 up for each class, not all 0.

    Raises:
        OptionError: it is no such vector.
    """
    vector = torch.as_tensor(values, device="cpu").detach().to(torch.float32, copy=True)
    if vector.dim() != 1 or vector.shape[0] == 0:
        message = f"Expected one {what} for each class, got the shape {list(vector.shape)}. Give a vector."
        raise OptionError(message)
    if classes is not None and vector.shape[0] != classes:
        message = f"Expected one {what} for each of {classes} classes, got {vector.shape[0]}. Give equally many."
        raise OptionError(message)
    if not bool((torch.isfinite(vector) & (vector >= 0)).all()) or not bool(vector.any()):
        message = f"Expected finite {what}s from 0 up and not all 0, got others. Take them from class_weights."
        raise OptionError(message)
    return vector
