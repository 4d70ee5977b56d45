"""A weight file bound to a model: every vector in the order of its logits, and where the numbers come from."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from imbalance_audit.display import plain
from imbalance_audit.errors import OptionError
from imbalance_audit.files.weights import load_weights
from imbalance_audit.training.logit_order import logit_order

if TYPE_CHECKING:
    from os import PathLike

    from torch import Tensor

    from imbalance_audit.records import Task
    from imbalance_audit.training.logit_order import LogitClasses


class StaleWeightsWarning(UserWarning):
    """The weights were computed from other data than those that are trained on.

    >>> from tempfile import NamedTemporaryFile
    >>> from imbalance_audit import class_weights, scan
    >>> with NamedTemporaryFile(suffix=".pt") as file, warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     class_weights(scan(["cat"] * 90 + ["lynx"] * 10)).save(file.name)
    ...     _ = bind(file.name, classes=("cat", "lynx"), fingerprint="0" * 64)
    >>> caught[0].category.__name__
    'StaleWeightsWarning'
    """


@dataclass(frozen=True)
class Bound:
    """What a loss takes from a weight file, in the order of the logits.

    Attributes:
        classes: The classes' names.
        weight: float32[C].
        counts: float64[C], the training instances.
        pos_weight: float32[C]; None where the file has none.
        task: The file's task.
        ignore_index: The target value that takes no part.
        fingerprint: That of the data the counts come from.
    """

    classes: tuple[str, ...]
    weight: Tensor
    counts: Tensor
    pos_weight: Tensor | None
    task: Task
    ignore_index: int
    fingerprint: str


def bind(
    path: str | PathLike[str], *, classes: LogitClasses, trust_order: bool = False, fingerprint: str | None = None
) -> Bound:
    """Return a file's vectors in the order of the model's classes.

    Args:
        path: The weight file.
        classes: The model's classes: names in the order of the logits, `class_to_idx`, `id2label`, or their number.
        trust_order: Take a mere number of classes: the caller says that the logits are in the file's order.
        fingerprint: That of the data that are trained on, `audit.source.fingerprint`; None if it is not known.

    Warns:
        StaleWeightsWarning: the fingerprint is not that of the file.

    Raises:
        WeightFileError: the file cannot be read.
        ClassOrderError: its classes are not the model's.
    """
    file = load_weights(path)
    if fingerprint is not None and fingerprint != file.fingerprint:
        message = (
            f"{plain(str(path))} holds weights of data with fingerprint {file.fingerprint[:12]}…, the data trained on "
            f"have {plain(fingerprint)[:12]}…: the counts have changed. Weigh the new audit, or drop fingerprint=."
        )
        warnings.warn(message, StaleWeightsWarning, stacklevel=3)
    order = logit_order(file.classes, classes, trust_order=trust_order)
    return Bound(
        classes=tuple(file.classes[index] for index in order),
        weight=_vector(file.weight, order, torch.float32),
        counts=_vector(file.counts, order, torch.float64),
        pos_weight=None if file.pos_weight is None else _vector(file.pos_weight, order, torch.float32),
        task=file.task,
        ignore_index=file.ignore_index,
        fingerprint=file.fingerprint,
    )


def refuse_multilabel(bound: Bound) -> None:
    """Raise for a file of a task without one class a target.

    Raises:
        OptionError: the file is for a multilabel task.
    """
    if bound.task == "multilabel":
        message = (
            "Expected weights of a task with one class a target, got a multilabel file. "
            "Load it with WeightedMultilabelCrossEntropy, SigmoidFocalLoss or AsymmetricLoss."
        )
        raise OptionError(message)


def _vector(values: tuple[float, ...], order: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    return torch.tensor([values[index] for index in order], dtype=dtype, device="cpu")
