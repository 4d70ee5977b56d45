"""Keys inside objects: `meta.label` is the key `label` in the column `meta`, unless a column has that very name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from polars.datatypes import DataTypeClass

    PolarsDataType = DataTypeClass | pl.DataType

Paths = dict[str, tuple[str, ...]]
"""Dotted name → the keys on the way to it."""


def nested_paths(schema: Mapping[str, pl.DataType]) -> Paths:
    """Return the dotted names of all that lies inside objects and is no object itself.

    >>> nested_paths({"id": pl.Int64(), "meta": pl.Struct({"label": pl.String, "by": pl.Struct({"name": pl.String})})})
    {'meta.label': ('meta', 'label'), 'meta.by.name': ('meta', 'by', 'name')}
    """
    return {".".join(path): path for path in _paths(schema) if len(path) > 1 and ".".join(path) not in schema}


def dtype_at(schema: Mapping[str, pl.DataType], path: tuple[str, ...]) -> pl.DataType:
    """Return the dtype at the end of a path."""
    dtype = schema[path[0]]
    for key in path[1:]:
        inner = {field.name: field.dtype for field in dtype.fields} if isinstance(dtype, pl.Struct) else {}
        dtype = _instance(inner[key])
    return dtype


def value_at(path: tuple[str, ...]) -> pl.Expr:
    """Return what stands at the end of a path, null where an object on the way lacks it."""
    value = pl.col(path[0])
    for key in path[1:]:
        value = value.struct.field(key)
    return value


def gathered(used: Mapping[str, pl.DataType], paths: Paths) -> dict[str, pl.DataType]:
    """Return the columns of which the used ones are parts.

    >>> gathered({"id": pl.Int64(), "meta.label": pl.String()}, {"meta.label": ("meta", "label")})
    {'id': Int64, 'meta': Struct({'label': String})}
    """
    inside: dict[str, dict[str, pl.DataType]] = {}
    columns: dict[str, pl.DataType] = {}
    deeper: Paths = {}
    for name, dtype in used.items():
        path = paths.get(name, (name,))
        if len(path) == 1:
            columns[path[0]] = dtype
        else:
            rest = ".".join(path[1:])
            inside.setdefault(path[0], {})[rest] = dtype
            deeper[rest] = path[1:]
    return {**columns, **{root: pl.Struct(gathered(parts, deeper)) for root, parts in inside.items()}}


def _paths(schema: Mapping[str, pl.DataType], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, dtype in schema.items():
        if isinstance(dtype, pl.Struct):
            yield from _paths({field.name: _instance(field.dtype) for field in dtype.fields}, (*above, name))
        else:
            yield (*above, name)


def _instance(dtype: PolarsDataType) -> pl.DataType:
    return dtype() if isinstance(dtype, type) else dtype
