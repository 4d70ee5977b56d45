"""Runs a tally on this machine, in one streaming Polars plan: rows flow through, only the result is kept.

What is kept an id does not fit at any number of ids; it is counted in several passes over the rows, each for those ids
whose hash falls into its part, and each pass keeps its share only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from imbalance_audit.counting.tally import Tally


def run(tally: Tally, rows: pl.LazyFrame, *, passes: int = 1, key: str = "id") -> pl.DataFrame:
    """Return the tally's result over all rows, the same for any number of passes.

    Args:
        tally: What is counted.
        rows: The tidy label table.
        passes: How often the rows are read; each pass keeps one part of the keys.
        key: The column that is cut by its hash, when there are several passes.
    """
    if passes == 1:
        return tally.combine(tally.finish(tally.partial(rows))).collect(engine="streaming")
    pieces = []
    for part in range(passes):
        mine = rows.filter(pl.col(key).hash() % passes == part)
        pieces.append(tally.finish(tally.partial(mine)).collect(engine="streaming"))
    return tally.combine(pl.concat(pieces).lazy()).collect()
