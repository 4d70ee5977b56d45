"""A class by its mass, then one of its rows, each draw by itself: with replacement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.training.samplers.counter_stream import key_of, steps, uniform
from imbalance_audit.training.samplers.cumulative import Cumulative
from imbalance_audit.training.samplers.epoch_sampler import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from imbalance_audit.training.samplers.class_table import ClassTable

_FIRST = 4
"""Rows of the first block, and the next ones double: rows of a mapped index are a page fault each."""


class WithReplacement:
    """Draws class and row anew at every position (Kang et al., ICLR 2020: p = q_c / n_c for each row of class c)."""

    def __init__(self, table: ClassTable, seed: int) -> None:
        self._table = table
        self._seed = seed
        self._cumulative: tuple[int, Cumulative] | None = None

    def rows(self, epoch: int, first: int, stride: int, left: int) -> Iterator[list[int]]:
        """Yield `left` rows of an epoch in blocks: those at the positions first, first + stride and so on."""
        cumulative = self._cumulative_of(epoch)
        class_key, row_key = key_of(self._seed, epoch, 0), key_of(self._seed, epoch, 1)
        whole = steps(min(BLOCK, left), stride=stride)
        size = _FIRST
        while left > 0:
            offsets = whole[: min(size, left)]
            size = min(2 * size, BLOCK)
            rows = self._rows_at(cumulative, uniform(class_key, first, offsets), uniform(row_key, first, offsets))
            first += len(rows) * stride
            left -= len(rows)
            yield rows

    def _cumulative_of(self, epoch: int) -> Cumulative:
        stage = min(epoch, self._table.last_epoch)
        if self._cumulative is None or self._cumulative[0] != stage:
            self._cumulative = stage, Cumulative(self._table.mass(stage))
        return self._cumulative[1]

    def _rows_at(self, cumulative: Cumulative, which_class: Tensor, which_row: Tensor) -> list[int]:
        table = self._table
        drawn = cumulative.classes_at(which_class)
        within = which_row.mul_(table.counts.index_select(0, drawn)).long()
        place = within.add_(table.starts.index_select(0, drawn))
        return table.rows_at(place)
