"""What JSON values are, over all rows: the first ones do not settle it.

A scan is handed in as a function of what is to be known beforehand, so that lines and arrays are judged alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import polars as pl

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import SourceError
from imbalance_audit.sources.tidying.nested import gathered, nested_paths, value_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imbalance_audit.records import ReadOptions
    from imbalance_audit.sources.tables.formats import Schema
    from imbalance_audit.sources.tidying.nested import Paths

_FIRST_ROWS = 1000
_LIST = r'^\[(?:\]|"|-?[0-9]|null|true|false|\[|\{)'
"""How JSON text of a list begins; `[UNK]` is a class name, not a list."""
_INTEGER = r"^-?(?:0|[1-9][0-9]{0,17})$"
_INTEGER_LIST = r"^\[(?:(?:-?(?:0|[1-9][0-9]{0,17})|null)(?:, ?|\]))*\]?$"


class Infer(Protocol):
    """Scan with the columns that the first rows have; all rows for None."""

    def __call__(self, rows: int | None) -> pl.LazyFrame:
        """Scan, collecting nothing."""


def inferred(scan: Infer, options: ReadOptions) -> Schema:
    """Return the columns of the first rows, or of all, where a named one is not among the first."""
    schema = dict(scan(_FIRST_ROWS).collect_schema())
    asked = {*options.label, options.split, options.group, options.id, options.weight} - {None}
    if asked <= schema.keys() | nested_paths(schema).keys():
        return schema
    # A key may be met late, for the first time.
    return dict(scan(None).collect_schema())


class Typed(Protocol):
    """Scan columns as these dtypes; as text, a list or an object is its JSON."""

    def __call__(self, schema: Schema) -> pl.LazyFrame:
        """Scan, collecting nothing."""


def settled(scan: Typed, used: Schema, paths: Paths, label: Sequence[str], path: str) -> Schema:
    """Pin what every row must be: inference over the first rows would make a late list into the text of a class.

    Raises:
        SourceError: the label is an object, or a list in some rows only.
    """
    if not used:
        return used
    text = scan(gathered(dict.fromkeys(used, pl.String()), paths))
    kinds = [kind for i, name in enumerate(used) for kind in _kinds(value_at(paths.get(name, (name,))), i)]
    counts = text.select(kinds).collect(engine="streaming").row(0)
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


def _kinds(column: pl.Expr, number: int) -> list[pl.Expr]:
    """Count what the JSON text of the values looks like. Text loses its quotes here, lists and objects keep theirs."""
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
            f" Labels are text, numbers or lists of them. Name a key inside: --label {plain(name)}.KEY."
        )
        raise SourceError(message)
    if 0 < lists < values:
        message = (
            f"{plain(path)}: column {quoted(name)} holds lists in {lists} rows and single values in {values - lists}."
            " Write every label as a list, or none."
        )
        raise SourceError(message)
