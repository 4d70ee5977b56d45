"""Back to the data: what weights, a prior or a sampler did to the logits, undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import torch
from torch import nn

from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError
from imbalance_audit.training.losses.binding import bind, refuse_multilabel
from imbalance_audit.training.losses.softmax import along_classes
from imbalance_audit.training.losses.targets import prepared_logits
from imbalance_audit.training.losses.weighted import chosen, number

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike
    from typing import Self

    from torch import Tensor

    from imbalance_audit.training.class_order import Classes
    from imbalance_audit.training.losses.binding import Bound

Trained = Literal["weighted", "logit-adjusted", "unweighted"]
Drawn = Literal["data", "balanced", "weighted"]


class PriorCorrection(nn.Module):
    """Adds a shift for each class to the logits, so that their softmax is calibrated for the data's prior again.

    Training with weights w, logits moved by τ·log π, or rows drawn by q makes softmax(z) estimate w·q/π^(1+τ)·η, up to
    scale, instead of η = p(class | x). The correction is z - log w + τ·log π + log π - log q. It is exact for the
    minimiser of the risk of cross-entropy; it does nothing for focal, LDAM, Seesaw, asymmetric and Poly-1 losses, whose
    minimiser is no shift of η. Check the calibration on held-out data: a network that fits its training data exactly
    forgets its weights (Byrd & Lipton, ICML 2019).

    Source: Elkan, IJCAI 2001, theorem 2; Saerens et al., Neural Computation 2002, eq. 2.4; Menon et al., ICLR 2021.

    Args:
        shift: (C,), in the order of the logits. -∞ for a class that the data do not have.

    Raises:
        OptionError: the shift is no vector, or holds NaN or +∞.

    >>> correction = PriorCorrection(-torch.tensor([0.5, 2.0]).log())
    >>> correction(torch.tensor([[0.0, 0.0]])).softmax(-1)
    tensor([[0.8000, 0.2000]])
    """

    shift: Tensor

    def __init__(self, shift: Tensor) -> None:
        super().__init__()
        values = torch.as_tensor(shift).detach().to(torch.float32, copy=True)
        if values.dim() != 1 or bool((values.isnan() | (values == torch.inf)).any()):
            message = (
                f"Expected one shift for each class, not NaN or +∞, got {list(values.shape)}. Load it from a file."
            )
            raise OptionError(message)
        self.register_buffer("shift", values, persistent=False)

    @classmethod
    def from_file(
        cls,
        path: str | PathLike[str],
        *,
        classes: Classes,
        trust_order: bool = False,
        trained: Trained = "weighted",
        tau: float = 1.0,
        drawn: Drawn = "data",
    ) -> Self:
        """Return the correction for a model that was trained with a weight file.

        Args:
            path: The weight file.
            classes: The model's classes: names in the order of the logits, `class_to_idx`, `id2label`, or their number.
            trust_order: Take a mere number of classes: the caller says that the logits are in the file's order.
            trained: `weighted`: WeightedCrossEntropy. `logit-adjusted`: LogitAdjustedCrossEntropy without weights.
                `unweighted`: a plain cross-entropy.
            tau: τ of `logit-adjusted`.
            drawn: `data`: every row as often. `balanced`: ClassSampler alone. `weighted`: ClassSampler with this file.

        Raises:
            WeightFileError: the file cannot be read.
            ClassOrderError: its classes are not the model's.
            OptionError: an argument is wrong, the file is multilabel, or training never saw a class of the data.
        """
        chosen("trained", trained, get_args(Trained))
        chosen("drawn", drawn, get_args(Drawn))
        bound = bind(path, classes=classes, trust_order=trust_order)
        refuse_multilabel(bound)
        return cls(_shift(bound, trained, number("tau", tau, least=0.0), drawn))

    def forward(self, logits: Tensor) -> Tensor:
        """Return the corrected logits, (N, C), (C,) or (N, C, d₁, …), 16 bits as float32.

        Raises:
            ClassOrderError: the logits are not over these classes.
            OptionError: they are not floating.
        """
        logits = prepared_logits(logits, self.shift.shape[0])
        return logits + along_classes(self.shift, logits)

    def extra_repr(self) -> str:
        """Return what `repr` shows between the brackets."""
        return f"classes={self.shift.shape[0]}"

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        before = self.shift
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]  # -- torch leaves it without annotations
        self.shift = before.to(self.shift.device)
        return self


def _shift(bound: Bound, trained: Trained, tau: float, drawn: Drawn) -> Tensor:
    n = bound.counts
    weight = bound.weight.double()
    # What a row of each class counted for in training, relative to the data.
    seen = torch.ones_like(n)
    if trained == "weighted":
        seen = seen * weight
    if trained == "logit-adjusted":
        seen = seen * n.clamp(min=1.0) ** -tau
    if drawn != "data":
        seen = seen * (weight if drawn == "weighted" else 1 / n.clamp(min=1.0))
    lost = (seen == 0) & (n > 0)
    if bool(lost.any()):
        name = quoted(bound.classes[int(lost.nonzero()[0])])
        message = (
            f"Expected training to have seen every class of the data, got weight 0 for {name}. Leave that class out."
        )
        raise OptionError(message)
    shift = -seen.clamp(min=torch.finfo(torch.float64).tiny).log()
    return torch.where(seen > 0, shift - shift[seen > 0].mean(), -torch.inf)
