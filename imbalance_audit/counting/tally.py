"""What is counted, as pure Polars. A tally is four functions on lazy tables and knows nothing of files or machines.

    partial  rows → a small table            merge    any union of such tables → one, in any order
    finish   complete keys → a result piece  combine  pieces → the result, sorted

The rows can be cut into parts anywhere: `combine ∘ finish ∘ merge ∘ partial*` gives the same table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import polars as pl


class Tally(Protocol):
    """What an engine runs."""

    def partial(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Reduce rows of the tidy label table to a small table."""

    def merge(self, parts: pl.LazyFrame) -> pl.LazyFrame:
        """Reduce any union of partial tables to one of the same schema; associative and commutative."""

    def finish(self, merged: pl.LazyFrame) -> pl.LazyFrame:
        """Turn a table whose keys are complete into a piece of the result."""

    def combine(self, pieces: pl.LazyFrame) -> pl.LazyFrame:
        """Put the pieces together and sort them."""
