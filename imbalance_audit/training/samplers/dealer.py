"""The k-th row of a class: place k mod n of its permutation number ⌊k / n⌋."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from imbalance_audit.training.samplers.counter_stream import key_of, mixed, signed
from imbalance_audit.training.samplers.permutation import Permutations

if TYPE_CHECKING:
    from torch import Tensor

    from imbalance_audit.training.samplers.class_table import ClassTable


class Dealer:
    """Deals the rows of each class from one permutation after the other.

    Args:
        table: The classes and their rows.
        seed: Any integer.
    """

    def __init__(self, table: ClassTable, seed: int) -> None:
        self._table = table
        self._seed = seed
        self._permutations = Permutations(table.counts)

    def rows(self, classes: Tensor, numbers: Tensor, epoch: int | None = None) -> list[int]:
        """Return row number k of each class.

        Args:
            classes: Places in the table: int64[n].
            numbers: k, from 0: int64[n].
            epoch: The permutations of this epoch; those that go on over all epochs for None.
        """
        table = self._table
        sizes = table.counts.index_select(0, classes)
        cycle = torch.div(numbers, sizes, rounding_mode="floor")
        key = key_of(self._seed, 3) if epoch is None else key_of(self._seed, epoch, 3)
        keys = mixed(mixed(classes + signed(key)) + cycle)
        within = self._permutations.places(classes, numbers - cycle * sizes, keys=keys)
        place = within.add_(table.starts.index_select(0, classes))
        return table.rows_at(place)
