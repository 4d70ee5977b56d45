"""Portal rodents: which species was caught? 25 years of captures on 24 plots, 48 species, some caught once.

audit scan pipelines/portal_rodents.py --weights weights.pt
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

DATA = Path(__file__).parent / "data" / "portal_rodents.parquet"


def labels() -> pl.LazyFrame:
    """Return one row a capture: the species, the plot it was caught on, the record's number."""
    return pl.scan_parquet(DATA).select(
        label=pl.col("species_id"),
        group=pl.col("plot_id").cast(pl.String),
        id=pl.col("record_id"),
    )
