"""JSON lines: one object a line."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import SourceError
from imbalance_audit.sources.formats import Format

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imbalance_audit.sources.formats import Schema
    from imbalance_audit.sources.options import ReadOptions
    from imbalance_audit.sources.remote import Location

_FIRST_ROWS = 1000
_LIST = r'^\[(?:\]|"|-?[0-9]|null|true|false|\[|\{)'
"""How JSON text of a list begins; `[UNK]` is a class name, not a list."""
_INTEGER = r"^-?(?:0|[1-9][0-9]{0,17})$"
_INTEGER_LIST = r"^\[(?:(?:-?(?:0|[1-9][0-9]{0,17})|null)(?:, ?|\]))*\]?$"


def _schema(file: Location, options: ReadOptions) -> Schema:
    schema = dict(_open([file], infer=_FIRST_ROWS).collect_schema())
    asked = {*options.label, options.split, options.group, options.id, options.weight} - {None}
    if asked <= schema.keys():
        return schema
    # A key may be met late, for the first time.
    return dict(_open([file], infer=None).collect_schema())


def _settle(files: Sequence[Location], used: Schema, label: Sequence[str], path: str) -> Schema:
    """Pin what every row must be: inference over the first rows would make a late list into the text of a class."""
    if not used:
        return used
    text = _open(files, schema=dict.fromkeys(used, pl.String()))
    counts = (
        text.select(kind for i, name in enumerate(used) for kind in _kinds(name, i)).collect(engine="streaming").row(0)
    )
    pinned: Schema = {}
    for i, (name, dtype) in enumerate(used.items()):
        values, lists, objects, integers, integer_lists = counts[5 * i : 5 * i + 5]
        if name in label:
            _refuse_mixture(name, values, lists, objects, path)
        if lists and name in label:
            pinned[name] = pl.List(pl.Int64() if integer_lists == lists else pl.String())
        elif isinstance(dtype, pl.Float64 | pl.Boolean):
            pinned[name] = dtype
        else:
            pinned[name] = pl.Int64() if isinstance(dtype, pl.Int64) and integers == values else pl.String()
    return pinned


def _kinds(name: str, number: int) -> list[pl.Expr]:
    """Count what the JSON text of the values looks like. Text loses its quotes here, lists and objects keep theirs."""
    column = pl.col(name)
    kinds = (
        column.count(),
        column.str.contains(_LIST).sum(),
        column.str.starts_with('{"').sum(),
        column.str.contains(_INTEGER).sum(),
        column.str.contains(_INTEGER_LIST).sum(),
    )
    return [kind.alias(f"{number} {i}") for i, kind in enumerate(kinds)]


def _refuse_mixture(name: str, values: int, lists: int, objects: int, path: str) -> None:
    if objects:
        message = (
            f"{plain(path)}: column {quoted(name)} holds JSON objects in {objects} of {values} rows."
            " Labels are text, numbers or lists of them. Write the label into a key of its own."
        )
        raise SourceError(message)
    if 0 < lists < values:
        message = (
            f"{plain(path)}: column {quoted(name)} holds lists in {lists} rows and single values in {values - lists}."
            " Write every label as a list, or none."
        )
        raise SourceError(message)


def _scan(
    files: Sequence[Location],
    schema: Schema,
    used: Mapping[str, pl.DataType],
    options: ReadOptions,  # noqa: ARG001 -- every format has this signature
    path_column: str | None,
) -> pl.LazyFrame:
    columns = dict(used) or dict.fromkeys(list(schema)[:1], pl.String())
    return _open(files, schema=columns, path_column=path_column)


def _open(
    files: Sequence[Location],
    *,
    schema: Schema | None = None,
    infer: int | None = _FIRST_ROWS,
    path_column: str | None = None,
) -> pl.LazyFrame:
    # Polars expands patterns here and has no switch against it.
    names = [glob.escape(str(file)) if isinstance(file, Path) else str(file) for file in files]
    return pl.scan_ndjson(names, schema=schema, infer_schema_length=infer, include_file_paths=path_column)


JSONL = Format(
    name="jsonl", suffixes=(".jsonl", ".ndjson"), schema=_schema, scan=_scan, settle=_settle, compressible=True
)
