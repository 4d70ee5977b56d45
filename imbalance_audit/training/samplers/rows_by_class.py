"""The label of each row, in whatever a dataset keeps it → the rows of each class, four bytes a row."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import torch

from imbalance_audit.errors import OptionError

if TYPE_CHECKING:
    from torch import Tensor

_FOUR_BYTES = 1 << 31
_INTEGERS = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool)


@runtime_checkable
class Column(Protocol):
    """A numpy array, or a pandas or Polars Series: what can list itself."""

    def __len__(self) -> int: ...
    def __array__(self) -> object: ...


RowLabels = Sequence[int] | Sequence[str] | torch.Tensor | Column
"""The label of each row."""


@dataclass(frozen=True)
class RowsByClass:
    """The rows of each class, one class after the other.

    Attributes:
        values: The code of each class that occurs, ascending: int64[K].
        counts: Its rows: int64[K].
        starts: Where they begin in `rows`: int64[K].
        rows: Row numbers, int32 where they fit: N in all.
    """

    values: Tensor
    counts: Tensor
    starts: Tensor
    rows: Tensor

    @classmethod
    def of(cls, codes: Tensor) -> RowsByClass:
        """Group rows by their code, each class in row order.

        >>> RowsByClass.of(torch.tensor([1, 0, 1])).rows
        tensor([1, 0, 2], dtype=torch.int32)
        """
        ordered, order = torch.sort(codes, stable=True)
        values, counts = torch.unique_consecutive(ordered, return_counts=True)
        starts = torch.cumsum(counts, 0) - counts
        rows = order.to(torch.int32) if len(codes) < _FOUR_BYTES else order
        return cls(values.to(torch.int64), counts, starts, rows)


def read_labels(labels: RowLabels) -> tuple[Tensor, list[str] | None]:
    """Return a code for each row, and what the codes stand for where the labels are text (None for integers).

    Raises:
        OptionError: the labels are not one column of integers or text, or one is missing.
    """
    if isinstance(labels, torch.Tensor):
        return _integers(labels.detach().to("cpu")), None
    if isinstance(labels, Column):
        return _of_column(labels)
    if isinstance(labels, str | bytes) or not isinstance(labels, Sequence):
        message = (
            f"Expected a label for each row, got {type(labels).__name__}. Give dataset.targets, or a list of labels."
        )
        raise OptionError(message)
    return _of_list(labels)


def _of_column(labels: Column) -> tuple[Tensor, list[str] | None]:
    array: Any = labels.to_numpy() if hasattr(labels, "to_numpy") else labels
    # Numbers go over without a Python object each; text, categories and objects have no tensor.
    if array.dtype.kind == "u" and array.dtype.itemsize > 1:
        array = array.astype("int64")
    if array.dtype.kind not in "iufb":
        return _of_list(array.tolist())
    # torch warns about an array that must not be written to, as those of Polars are.
    return _integers(torch.as_tensor(array if array.flags.writeable else array.copy(), device="cpu")), None


def _of_list(labels: Sequence[object]) -> tuple[Tensor, list[str] | None]:
    if len(labels) > 0 and isinstance(labels[0], str):
        return _names(labels)
    try:
        numbers = torch.tensor(labels, device="cpu")
    except (TypeError, ValueError, RuntimeError) as error:
        missing = next((row for row, label in enumerate(labels) if label is None), None)
        got = "a mixture" if missing is None else f"none in row {missing}"
        message = f"Expected one integer or one text for each row, got {got}. Leave rows without a label out."
        raise OptionError(message) from error
    return _integers(numbers), None


def _names(labels: Sequence[object]) -> tuple[Tensor, list[str]]:
    code: dict[object, int] = {}
    codes = [code.setdefault(label, len(code)) for label in labels]
    stranger = next((label for label in code if not isinstance(label, str)), None)
    if stranger is not None or None in code:
        kind = type(stranger).__name__
        message = f"Expected text in every row, got {kind} in row {codes.index(code[stranger])}. Leave such rows out."
        raise OptionError(message)
    return torch.tensor(codes, dtype=torch.int32, device="cpu"), [str(name) for name in code]


def _integers(labels: Tensor) -> Tensor:
    if labels.numel() == 0:
        message = "Expected at least one row to draw, got none. Give the label of each row."
        raise OptionError(message)
    if labels.dim() != 1 or labels.dtype not in _INTEGERS:
        got = f"{str(labels.dtype).removeprefix('torch.')}{list(labels.shape)}"
        message = f"Expected one integer or one text for each row, got {got}. Give one column of class labels."
        raise OptionError(message)
    return labels.to(torch.uint8) if labels.dtype == torch.bool else labels


def read_label_lists(labels: object) -> tuple[Tensor, Tensor, int]:
    """Return a code for each label, the row on which it stands, and the number of rows.

    Args:
        labels: A list of lists, tuples or sets of integers or text, or one label a row.

    Raises:
        OptionError: the labels cannot be read.
    """
    if not _nested(labels):
        codes, _ = read_labels(labels)  # type: ignore[arg-type]  # -- it refuses what is none
        codes = torch.unique(codes, return_inverse=True)[1]
        return codes, torch.arange(len(codes), device="cpu"), len(codes)
    lists: Any = labels
    lengths = torch.tensor([len(entry) for entry in lists], device="cpu")
    flat = [label for entry in lists for label in entry]
    row_of = torch.repeat_interleave(torch.arange(len(lists), device="cpu"), lengths)
    if not flat:
        return torch.empty(0, dtype=torch.int64, device="cpu"), row_of, len(lists)
    codes, _ = read_labels(flat)
    return torch.unique(codes, return_inverse=True)[1], row_of, len(lists)


def _nested(labels: object) -> bool:
    if not isinstance(labels, Sequence) or isinstance(labels, str | bytes):
        return False
    kinds = {isinstance(entry, list | tuple | AbstractSet) for entry in labels}
    if len(kinds) > 1:
        message = (
            "Expected a list of labels for each row, got lists in some rows only. Give an empty list for no label."
        )
        raise OptionError(message)
    return kinds == {True}
