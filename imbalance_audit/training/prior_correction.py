"""Back to the data: what weights, a prior, a focal loss, smoothed labels or a sampler did to the logits, undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import torch

from imbalance_audit.decisions.correction import inverse_map
from imbalance_audit.decisions.logit_formulas import corrected
from imbalance_audit.decisions.named_training import FileNumbers, NamedTraining
from imbalance_audit.errors import OptionError
from imbalance_audit.records import InverseMap
from imbalance_audit.training.constants import ConstantModule, device_of
from imbalance_audit.training.losses.binding import bind
from imbalance_audit.training.losses.targets import class_dim, prepared_logits

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike
    from typing import Self, Unpack

    from torch import Tensor

    from imbalance_audit.decisions.named_training import Drawn, Trained
    from imbalance_audit.decisions.trainings import Smoothed
    from imbalance_audit.training.logit_order import LogitClasses


class LossOptions(TypedDict, total=False):
    """What a loss was given besides its weight file; `NamedTraining` tells what each means."""

    label_smoothing: float
    smoothing: Smoothed
    tau: float
    gamma: float
    alpha: float | None
    epsilon: float


class PriorCorrection(ConstantModule):
    """Undoes what training did to the logits, so that their softmax is calibrated for the data's prior again.

    Training with weights w, logits moved by τ·log π, or rows drawn by q makes softmax(z) estimate w·q/π^(1+τ)·η, up to
    scale, instead of η = p(class | x). The correction is z - log w + τ·log π + log π - log q. A focal or Poly-1 loss,
    and smoothed labels, bend the probabilities besides, which is undone as well. It is exact for the
    minimiser of the risk; LDAM, GCL, Seesaw and asymmetric losses have no inverse map. Check the calibration on
    held-out data: a network that fits its training data exactly forgets its weights (Byrd & Lipton, ICML 2019).

    Source: Elkan, IJCAI 2001, theorem 2; Saerens et al., Neural Computation 2002, eq. 2.4; Menon et al., ICLR 2021.

    Args:
        inverse: The map, from `imbalance_audit.decisions.inverse_map`; or the shift alone, (C,), in the order of the
            logits, -∞ for a class that the data do not have.
        multilabel: A sample may have several labels: the logits are log odds, and so is the result.

    Raises:
        OptionError: the shift is no vector, or holds NaN or +∞.

    >>> correction = PriorCorrection(-torch.tensor([0.5, 2.0]).log())
    >>> correction(torch.tensor([[0.0, 0.0]])).softmax(-1)
    tensor([[0.8000, 0.2000]])
    """

    before: Tensor
    shift: Tensor

    def __init__(self, inverse: InverseMap | Tensor | Sequence[float], *, multilabel: bool = False) -> None:
        super().__init__()
        device = device_of(inverse)
        if not isinstance(inverse, InverseMap):
            shift = torch.as_tensor(inverse, device="cpu").detach()
            if shift.dim() != 1 or bool((shift.isnan() | (shift == torch.inf)).any()):
                message = (
                    f"Expected one shift for each class, not NaN or +∞, got {list(shift.shape)}. Load it from a file."
                )
                raise OptionError(message)
            inverse = InverseMap((0.0,) * len(shift), tuple(shift.tolist()))
        self.inverse = inverse
        self.multilabel = multilabel
        self.keep("before", inverse.before, device=device)
        self.keep("shift", inverse.after, device=device)

    @classmethod
    def from_file(
        cls,
        path: str | PathLike[str],
        *,
        classes: LogitClasses,
        trust_order: bool = False,
        trained: Trained = "weighted",
        drawn: Drawn = "data",
        **options: Unpack[LossOptions],
    ) -> Self:
        """Return the correction for a model that was trained with a weight file.

        Args:
            path: The weight file.
            classes: The model's classes: names in the order of the logits, `class_to_idx`, `id2label`, or their number.
            trust_order: Take a mere number of classes: the caller says that the logits are in the file's order.
            trained: `weighted`: WeightedCrossEntropy; of several labels WeightedMultilabelCrossEntropy.
                `logit-adjusted`: LogitAdjustedCrossEntropy without weights. `focal`: FocalLoss; of several labels
                SigmoidFocalLoss. `poly`: PolyLoss. `unweighted`: a plain cross-entropy.
            drawn: `data`: every row as often. `balanced`: ClassSampler alone. `weighted`: ClassSampler with this file.
            options: What the loss was given besides: `tau`, `gamma`, `alpha`, `epsilon`, `label_smoothing`,
                `smoothing`.

        Raises:
            WeightFileError: the file cannot be read.
            ClassOrderError: its classes are not the model's.
            OptionError: an argument is wrong, the loss has no inverse map, or training never saw a class of the data.
        """
        bound = bind(path, classes=classes, trust_order=trust_order)
        multilabel = bound.task == "multilabel"
        numbers = FileNumbers(
            weight=bound.weight.tolist(),
            counts=bound.counts.tolist(),
            pos_weight=None if bound.pos_weight is None else bound.pos_weight.tolist(),
            multilabel=multilabel,
        )
        training = NamedTraining(trained, drawn, **options).with_numbers(numbers)
        inverse = inverse_map(training, counts=numbers.counts, classes=bound.classes)
        return cls(inverse, multilabel=multilabel)

    def forward(self, logits: Tensor) -> Tensor:
        """Return the corrected logits, (N, C), (C,) or (N, C, d₁, …), 16 bits as float32.

        Raises:
            ClassOrderError: the logits are not over these classes.
            OptionError: they are not floating.
        """
        logits = prepared_logits(logits, self.shift.shape[0], which="corrected")
        dim = class_dim(logits)
        vectors = (self.before.to(logits.dtype), self.shift.to(logits.dtype))
        last = logits.movedim(dim, -1)
        found: Tensor = corrected(last, self.inverse, *vectors, multilabel=self.multilabel, xp=torch)
        return found.movedim(-1, dim)

    def extra_repr(self) -> str:
        """Return what `repr` shows between the brackets."""
        return f"classes={self.shift.shape[0]}"
