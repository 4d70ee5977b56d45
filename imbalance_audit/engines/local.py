"""Runs a tally on this machine, in one streaming Polars plan: rows flow through, only the result is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from imbalance_audit.tallies import Tally


def run(tally: Tally, rows: pl.LazyFrame) -> pl.DataFrame:
    """Return the tally's result over all rows."""
    return tally.combine(tally.finish(tally.partial(rows))).collect(engine="streaming")
