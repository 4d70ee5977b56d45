"""Families of column types, and what a list's elements are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from imbalance_audit.values.matching import ValueType

INTEGERS = (
    pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.Int128, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64,
)  # fmt: skip
FLOATS = (pl.Float32, pl.Float64)


def element_of(dtype: pl.DataType) -> pl.DataType:
    """Return the dtype of a list's elements; a scalar's own dtype."""
    inner = dtype.inner if isinstance(dtype, pl.List | pl.Array) else dtype
    return inner() if isinstance(inner, type) else inner


def value_type(dtype: pl.DataType, *, untyped: bool) -> ValueType:
    """Return what a column's type says of its values, or of those in its lists.

    Args:
        dtype: The type.
        untyped: The format cannot tell numbers from text.
    """
    inner = element_of(dtype)
    if isinstance(inner, (*INTEGERS, *FLOATS)):
        return "integer"
    return "bool" if isinstance(inner, pl.Boolean) else "untyped" if untyped else "text"
