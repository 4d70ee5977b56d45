"""What a row is called in an error: its number in the file, and its id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class RowNames:
    """What the rows of one file are called.

    Attributes:
        path: What the file is called.
        numbers: The number of each row in its file, from 1.
        ids: The id of each row, where there are ids.
    """

    path: str
    numbers: pl.Series
    ids: pl.Series | None = None

    def at(self, row: int) -> str:
        """Return what to call a row."""
        identity = "" if self.ids is None else f" (id {quoted(self.ids[row], longest=40)})"
        return f"Row {self.numbers[row]:,}{identity} of {plain(self.path)}"
