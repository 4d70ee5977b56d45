"""Parquet files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.sources.tables.formats import Format

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imbalance_audit.records import ReadOptions
    from imbalance_audit.sources.places.remote import Location
    from imbalance_audit.sources.tables.formats import Schema


def _schema(file: Location, options: ReadOptions) -> Schema:  # noqa: ARG001 -- every format has this signature
    return dict(pl.scan_parquet(str(file), glob=False, hive_partitioning=False).collect_schema())


def _scan(
    files: Sequence[Location],
    schema: Schema,  # noqa: ARG001 -- every format has this signature
    used: Mapping[str, pl.DataType],  # noqa: ARG001 -- Polars reads only what is selected
    options: ReadOptions,  # noqa: ARG001 -- every format has this signature
    path_column: str | None,
) -> pl.LazyFrame:
    return pl.scan_parquet(
        [str(file) for file in files], glob=False, hive_partitioning=False, include_file_paths=path_column
    )


def _huggingface(file: Location) -> str | None:
    return pl.read_parquet_metadata(str(file)).get("huggingface")


PARQUET = Format(
    name="parquet",
    suffixes=(".parquet", ".pq"),
    magic=b"PAR1",
    schema=_schema,
    scan=_scan,
    huggingface=_huggingface,
)
