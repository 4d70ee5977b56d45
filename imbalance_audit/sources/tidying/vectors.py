"""Vectors of zeros and ones: one place for each class, in a fixed-size list or in a list of one length.

A fixed-size list and a list of booleans or floats have no other reading. A list of integers may be the set of labels of
a row as well; one that holds a label twice is none, and by the pigeonhole principle every 0/1 list of three and more
does. What is left, lists of two such as [0, 1] in every row, is asked about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import SourceError
from imbalance_audit.sources.tidying.dtypes import FLOATS, INTEGERS, element_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_NUMBERS = (pl.Boolean, *INTEGERS, *FLOATS)
_AT = "\0at "
"""Stands between a column and a place in it; no header can spell it."""


def width_by_type(dtype: pl.DataType) -> int | None:
    """Return how many places the vectors of a column have, where its type says that it holds vectors.

    >>> width_by_type(pl.Array(pl.Int8, 3)), width_by_type(pl.List(pl.Int8)), width_by_type(pl.Int8())
    (3, None, None)
    """
    if isinstance(dtype, pl.Array) and len(dtype.shape) == 1 and isinstance(element_of(dtype), _NUMBERS):
        return dtype.size
    return None


def may_hold_vectors(dtype: pl.DataType) -> bool:
    """Return whether only the values tell if a column of lists holds vectors."""
    return isinstance(dtype, pl.List) and isinstance(element_of(dtype), _NUMBERS)


def signs(column: str, dtype: pl.DataType) -> dict[str, pl.Expr]:
    """Return what to ask of a column of lists, in one pass, to tell vectors from label sets."""
    lists = pl.col(column).list
    numbers = pl.col(column).cast(pl.List(pl.Int8)).list if isinstance(element_of(dtype), pl.Boolean) else lists
    return {
        "shortest": lists.len().min(),
        "longest": lists.len().max(),
        "strange": lists.eval((pl.element().cast(pl.Float64) != 0) & (pl.element().cast(pl.Float64) != 1))
        .list.any()
        .any(),
        "missing": lists.contains(None).any(),
        "twice": (numbers.n_unique() != numbers.len()).any(),
    }


def width_by_values(found: Mapping[str, int], column: str, dtype: pl.DataType, path: str) -> int | None:
    """Return how many places the vectors have, by what was asked; None where the lists are label sets.

    Raises:
        SourceError: the lists may be either.
    """
    longest = found["longest"]
    if not longest or longest == 1 or found["shortest"] != longest or found["strange"] or found["missing"]:
        return None
    if not isinstance(element_of(dtype), INTEGERS) or found["twice"]:
        return longest
    message = (
        f"Every list in column {quoted(column)} of {plain(path)} holds {longest} zeros and ones, which may be a vector "
        "with a place for each class, or the set of the labels 0 and 1. Write vectors as a column for each class or "
        "as a fixed-size list (a 2-D array), and sets with the names of the labels."
    )
    raise SourceError(message)


def width_of(values: pl.Series, path: str) -> int | None:
    """Return how many places the vectors of a column have; None where it holds label sets or single labels.

    Raises:
        SourceError: its lists may be either.
    """
    if not may_hold_vectors(values.dtype):
        return width_by_type(values.dtype)
    asked = values.to_frame().select(**signs(values.name, values.dtype))
    return width_by_values(asked.row(0, named=True), values.name, values.dtype, path)


def place_of(name: str) -> str:
    """Return which place a column of `spread` holds; any other column's own name."""
    return name.rpartition(_AT)[2]


def spread(
    frame: pl.LazyFrame, column: str, dtype: pl.DataType, width: int
) -> tuple[pl.LazyFrame, dict[str, pl.DataType]]:
    """Return the table with a column for each place of the vectors, and these columns with their dtype, in order."""
    at = pl.col(column).arr if isinstance(dtype, pl.Array) else pl.col(column).list
    names = [f"{column}{_AT}{place}" for place in range(width)]
    spread_out = {name: at.get(place, null_on_oob=True) for place, name in enumerate(names)}
    return frame.with_columns(**spread_out), dict.fromkeys(names, element_of(dtype))
