"""The classes that are drawn: their rows, and their mass in each epoch."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING

import torch

from imbalance_audit.errors import IndexFileError, OptionError
from imbalance_audit.files.weights import load_weights
from imbalance_audit.training.corrections import Correction
from imbalance_audit.training.samplers.class_law import mass_by_law, mass_by_weights
from imbalance_audit.training.samplers.counter_stream import key_of, steps, uniform
from imbalance_audit.training.samplers.epoch_sampler import BLOCK
from imbalance_audit.training.samplers.label_index import LabelIndex
from imbalance_audit.training.samplers.laws import Law, PowerLaw
from imbalance_audit.training.samplers.rows_by_class import RowsByClass, read_labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from torch import Tensor

    from imbalance_audit.records import ClassWeights
    from imbalance_audit.training.samplers.rows_by_class import RowLabels

WORD = (1 << 64) - 1

_IGNORED_WITHOUT_WEIGHTS = -100


class ClassTable:
    """The rows of each class that some epoch draws, and the mass of these classes.

    Args:
        labels: The label of each row, or an index of them.
        law: How often each class comes; classes evenly for None.
        weights: A weight file or its value instead of a law.

    Attributes:
        rows: Row numbers, one class after the other: int32 where they fit.
        starts: Where each class begins in `rows`: int64[K].
        counts: Its rows: int64[K].
        labels: Its label.
        total: How many rows have a label, drawn or not.
        last_epoch: The epoch from which on the masses stay as they are.
        correction: Which skew drawing so corrects: that of the file's data, or of these rows in the last epoch.

    Raises:
        OptionError: the labels cannot be read, or law or weights do not fit them.
    """

    def __init__(
        self, labels: RowLabels | LabelIndex, *, law: Law | None, weights: str | PathLike[str] | ClassWeights | None
    ) -> None:
        if law is not None and weights is not None:
            message = "Expected a law or weights, got both. A weight file has its law: n·w."
            raise OptionError(message)
        given: object = law
        if given is not None and not isinstance(given, Law):
            message = f"Expected a law, such as PowerLaw(q=0.5), got {type(given).__name__}."
            raise OptionError(message)
        self._grouped, self._names, self.total, self._of_file = _read(labels)
        self._law = law or PowerLaw(q=0.0)
        self.last_epoch = self._law.last_epoch
        file = None if weights is None else _loaded(weights)
        self._weighed = None if file is None else mass_by_weights(self._grouped, self._names, file)
        self._drawn = torch.stack([self._all(epoch) for epoch in {0, self.last_epoch}]).any(0)
        self.rows = self._grouped.rows
        self.starts = self._grouped.starts[self._drawn]
        self.counts = self._grouped.counts[self._drawn]
        values = self._grouped.values[self._drawn].tolist()
        self.labels: tuple[str | int, ...] = tuple(_named(values, self._names))
        self.correction = self._correction() if file is None else _correction_of(file)

    def mass(self, epoch: int) -> Tensor:
        """Return the mass of each class in an epoch: float64[K]."""
        return self._all(min(epoch, self.last_epoch))[self._drawn]

    def rows_at(self, place: Tensor) -> list[int]:
        """Return the row numbers at places in `rows`.

        Raises:
            IndexFileError: a file of them is damaged: one is no row of the table.
        """
        rows = self.rows.index_select(0, place)
        if self._of_file is not None and len(rows):
            least, most = torch.aminmax(rows)
            if int(least) < 0 or int(most) >= self.total:
                stray = int(least) if int(least) < 0 else int(most)
                message = (
                    f"Expected row numbers from 0 to {self.total - 1:,} in the label index, got {stray:,}: the file is "
                    "damaged. Write it again with `audit scan … --index`."
                )
                raise IndexFileError(message)
        found: list[int] = rows.tolist()
        return found

    def checksum(self, *more: int) -> str:
        """Return a checksum of which rows belong together and how likely they are. Not proof against intent."""
        masses = [self.mass(epoch).view(torch.int64) for epoch in range(self.last_epoch + 1)]
        if self._of_file is not None:
            # The file has its own: nobody waits for a thousand million rows.
            return checksum_of((self.starts, self.counts, *masses), self._of_file, *more)
        return checksum_of((self.rows, self.starts, self.counts, *masses), *more)

    def _correction(self) -> Correction:
        factor = self.mass(self.last_epoch) / self.counts
        return Correction.of([str(label) for label in self.labels], self.counts, "", factor, kind="sampler")

    def _all(self, epoch: int) -> Tensor:
        if self._weighed is not None:
            return self._weighed
        return mass_by_law(self._grouped, self._names, self._law, epoch=epoch, ignore_index=_IGNORED_WITHOUT_WEIGHTS)


def checksum_of(parts: Iterable[Tensor], *more: int) -> str:
    """Return a checksum of integer vectors and numbers, in which their order matters."""
    total = 0
    for part in parts:
        for at in range(0, len(part), BLOCK):
            block = part[at : at + BLOCK].to(torch.int64)
            # A number for each place, times the value there: the order matters, and no block waits for another.
            place = uniform(key_of(len(part)), at, steps(len(block))).view(torch.int64)
            total += int((place * (block + 1)).sum())
        total = key_of(total & WORD)
    return f"{key_of(total, *more) if more else total:016x}"


def _read(labels: RowLabels | LabelIndex) -> tuple[RowsByClass, Sequence[str] | None, int, int | None]:
    if isinstance(labels, LabelIndex):
        if not len(labels.grouped.values):
            message = "Expected an index with at least one row to draw, got none. Index a table with labels."
            raise OptionError(message)
        return labels.grouped, labels.classes, labels.total, labels.checksum
    codes, names = read_labels(labels)
    return RowsByClass.of(codes), names, len(codes), None


def _named(values: Sequence[int], names: Sequence[str] | None) -> Sequence[str | int]:
    return values if names is None else [names[code] for code in values]


def _correction_of(file: ClassWeights) -> Correction:
    weight = torch.tensor(file.weight, dtype=torch.float64, device="cpu")
    return Correction.of(file.classes, file.counts, file.fingerprint, weight, kind="sampler")


def _loaded(weights: str | PathLike[str] | ClassWeights) -> ClassWeights:
    return load_weights(weights) if isinstance(weights, str | PathLike) else weights
