"""JSON lines: one object a line."""

from __future__ import annotations

import glob
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.sources.tables.formats import Format
from imbalance_audit.sources.tables.json_types import inferred, settled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imbalance_audit.records import ReadOptions
    from imbalance_audit.sources.places.remote import Location
    from imbalance_audit.sources.tables.formats import Schema
    from imbalance_audit.sources.tidying.nested import Paths


def _schema(file: Location, options: ReadOptions) -> Schema:
    return inferred(lambda rows: _open([file], infer=rows), options)


def _settle(files: Sequence[Location], used: Schema, paths: Paths, label: Sequence[str], path: str) -> Schema:
    return settled(partial(_open, files), used, paths, label, path)


def _scan(
    files: Sequence[Location],
    schema: Schema,
    used: Mapping[str, pl.DataType],
    options: ReadOptions,  # noqa: ARG001 -- every format has this signature
    path_column: str | None,
) -> pl.LazyFrame:
    columns = dict(used) or dict.fromkeys(list(schema)[:1], pl.String())
    return _open(files, columns, path_column=path_column)


def _open(
    files: Sequence[Location], schema: Schema | None = None, *, infer: int | None = None, path_column: str | None = None
) -> pl.LazyFrame:
    # Polars expands patterns here and has no switch against it.
    names = [glob.escape(str(file)) if isinstance(file, Path) else str(file) for file in files]
    return pl.scan_ndjson(names, schema=schema, infer_schema_length=infer, include_file_paths=path_column)


JSONL = Format(
    name="jsonl", suffixes=(".jsonl", ".ndjson"), schema=_schema, scan=_scan, settle=_settle, compressible=True
)
