"""How each class fares in validation, counted on the device and added up exactly over batches and ranks."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.distributed as dist

from imbalance_audit.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

_UNSAFE = re.compile(r"[^\w.-]")


@dataclass(frozen=True)
class ClassFigures:
    """Hits, rows and predictions of each class, and what follows from them.

    Means are over the classes with a validation row: the others have no recall. A class that is never predicted has a
    precision of 0.

    Attributes:
        classes: The class names in the order of the logits.
        hits: Rows of each class that were predicted so.
        rows: Rows of each class.
        predicted: Rows that were predicted to be of each class.
    """

    classes: tuple[str, ...]
    hits: tuple[int, ...]
    rows: tuple[int, ...]
    predicted: tuple[int, ...]

    @property
    def recall(self) -> tuple[float | None, ...]:
        """Hits / rows; None without rows."""
        return tuple(hit / n if n else None for hit, n in zip(self.hits, self.rows, strict=True))

    @property
    def precision(self) -> tuple[float | None, ...]:
        """Hits / predictions; None without rows, 0 without predictions."""
        columns = zip(self.hits, self.rows, self.predicted, strict=True)
        return tuple((hit / said if said else 0.0) if n else None for hit, n, said in columns)

    @property
    def f1(self) -> tuple[float | None, ...]:
        """2·hits / (rows + predictions); None without rows."""
        columns = zip(self.hits, self.rows, self.predicted, strict=True)
        return tuple(2 * hit / (n + said) if n else None for hit, n, said in columns)

    def named(self, *, prefix: str = "", per_class: bool = True) -> dict[str, float]:
        """Return the figures under names that metric loggers take: `recall/lynx`, `macro_f1`.

        Every character but letters, digits, `_`, `.` and `-` is a `_` in a name; of classes whose names become the
        same, and of empty ones, the index is added. Nothing without a validation row.

        Args:
            prefix: What each name begins with, such as `val/`.
            per_class: Whether to tell recall, precision and F1 of each class, or only the means.

        >>> ClassFigures(("cat", "lynx"), (3, 1), (4, 1), (4, 1)).named(per_class=False)
        {'macro_f1': 0.875, 'balanced_accuracy': 0.875, 'worst_recall': 0.75}
        """
        recall, f1 = self.recall, self.f1
        known = [value for value in recall if value is not None]
        if not known:
            return {}
        of_all = {
            "macro_f1": sum(value for value in f1 if value is not None) / len(known),
            "balanced_accuracy": sum(known) / len(known),
            "worst_recall": min(known),
        }
        if per_class:
            keys = _keys(self.classes)
            for what, values in (("recall", recall), ("precision", self.precision), ("f1", f1)):
                of_all |= {f"{what}/{key}": value for key, value in zip(keys, values, strict=True) if value is not None}
        return {prefix + name: value for name, value in of_all.items()}


class ValidationTally:
    """Counts hits, rows and predictions of each class, on the device of the predictions and without waiting for it.

    Ratios are taken once, of the sums over all batches and ranks: means of a batch's or a rank's recall are biased
    where a class is rare.

    Args:
        classes: The class names in the order of the logits.
        ignore_index: The target that takes no part.

    Raises:
        OptionError: there is no class, or one is named twice.

    >>> tally = ValidationTally(["cat", "lynx"])
    >>> tally.add(torch.tensor([[2.0, 1.0], [0.0, 1.0]]), torch.tensor([0, 0]))
    >>> tally.figures().recall
    (0.5, None)
    """

    def __init__(self, classes: Sequence[str], *, ignore_index: int = -100) -> None:
        self.classes = tuple(map(str, classes))
        if isinstance(classes, str) or not classes or len(set(self.classes)) != len(self.classes):
            message = "Expected the name of each class once, in the order of the logits, got none or a name twice."
            raise OptionError(message)
        self.ignore_index = ignore_index
        # Hits, rows, predictions; the last column is for indices that are no class.
        self.totals = torch.zeros(3, len(self.classes) + 1, dtype=torch.int64, device="cpu")

    def add(self, prediction: Tensor, target: Tensor) -> None:
        """Count a batch.

        Args:
            prediction: Logits (N, C), (N, C, d₁, …), or class indices in the shape of the target.
            target: Class indices (N,), (N, d₁, …).

        Raises:
            OptionError: the shapes do not fit, or logits are over another number of classes.
        """
        predicted, target = self._indices(prediction.detach(), target.detach())
        size = len(self.classes)
        if self.totals.device != target.device:
            self.totals = self.totals.to(target.device)
        counted = (target != self.ignore_index).to(torch.int64)
        target = torch.where(counted.bool() & ((target < 0) | (target >= size)), size, target)
        target = target.clamp(0, size)
        predicted = torch.where((predicted < 0) | (predicted >= size), size, predicted)
        self.totals[0].index_add_(0, target, counted * (target == predicted))
        self.totals[1].index_add_(0, target, counted)
        self.totals[2].index_add_(0, predicted, counted)

    def all_reduce(self, device: torch.device | str | None = None) -> None:
        """Add up over all ranks of torch.distributed, once at the end; nothing without it.

        Args:
            device: Where the process group communicates, for a rank that saw no batch; that of the tally for None.
        """
        if device is not None:
            self.totals = self.totals.to(device)
        if dist.is_available() and dist.is_initialized():
            dist.all_reduce(self.totals)

    def figures(self) -> ClassFigures:
        """Return what was counted. This waits for the device.

        Raises:
            OptionError: a target or a prediction was no class.
        """
        hits, rows, predicted = self.totals.tolist()
        if rows[-1] or predicted[-1]:
            message = (
                f"Expected class indices from 0 to {len(self.classes) - 1}, got {rows[-1]:,} targets and "
                f"{predicted[-1]:,} predictions beyond. Name all classes, or say which target is ignored."
            )
            raise OptionError(message)
        return ClassFigures(self.classes, tuple(hits[:-1]), tuple(rows[:-1]), tuple(predicted[:-1]))

    def reset(self) -> None:
        """Begin anew."""
        self.totals.zero_()

    def _indices(self, prediction: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        if prediction.is_floating_point() and prediction.dim() == target.dim() + 1:
            if prediction.shape[1] != len(self.classes):
                message = (
                    f"Expected logits over {len(self.classes)} classes, got {prediction.shape[1]}. Name each class."
                )
                raise OptionError(message)
            prediction = prediction.argmax(1)
        if prediction.shape != target.shape or prediction.is_floating_point() or target.is_floating_point():
            message = (
                f"Expected logits (N, C, …) or class indices for targets of shape {list(target.shape)}, got "
                f"{prediction.dtype} of shape {list(prediction.shape)}. Give what the loss is given."
            )
            raise OptionError(message)
        return prediction.reshape(-1).long(), target.reshape(-1).long()


def _keys(classes: Sequence[str]) -> list[str]:
    """Return a name for each class that every logger takes, each once."""
    plain = [_UNSAFE.sub("_", name) for name in classes]
    twice = {"", *(key for key, n in Counter(plain).items() if n > 1)}
    taken = {key for key in plain if key not in twice}
    keys = []
    for index, key in enumerate(plain):
        if key in twice:
            key = f"{key}_{index}"
            while key in taken:
                key += "_"
        taken.add(key)
        keys.append(key)
    return keys
