"""Several labels on one row, as expressions: lists, joined text, one-hot columns; and one row for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MARKERS = ("new_sample", "new_label")
"""The Boolean columns that tell samples from labels where a sample may have several."""

_ON = ("1", "1.0", "true")
_OFF = ("0", "0.0", "false")
_UNSET, _NONE = -1, -2


def as_list(column: str, separator: str | None) -> pl.Expr:
    """Return the labels of each row as a list; null for a row without labels."""
    if separator is None:
        return pl.col(column)
    text = pl.col(column).cast(pl.String)
    # Joining no labels gives the empty text.
    return pl.when(text != "").then(text.str.split(separator))


def is_set(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return whether a one-hot column is set, given that it holds zeros and ones."""
    if isinstance(dtype, pl.String):
        return pl.col(name).str.to_lowercase().is_in(_ON)
    return pl.col(name) if isinstance(dtype, pl.Boolean) else pl.col(name) == 1


def is_odd(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return whether a value of a one-hot column is neither zero nor one."""
    if isinstance(dtype, pl.String):
        known = pl.col(name).str.to_lowercase().is_in((*_ON, *_OFF))
    elif isinstance(dtype, pl.Boolean):
        known = pl.col(name).is_not_null()
    else:
        known = (pl.col(name) == 0) | (pl.col(name) == 1)
    return ~known.fill_null(value=False)


def known_codes(column: str, dtype: pl.DataType) -> pl.Expr:
    """Return a column of class indices, or of lists of them, in which -1 has become null."""
    if isinstance(dtype, pl.List):
        return pl.col(column).list.eval(pl.when(pl.element() != -1).then(pl.element()))
    return pl.when(pl.col(column) != -1).then(pl.col(column)).alias(column)


def explode_lists(frame: pl.LazyFrame, *, nulls: bool, repeats: bool) -> pl.LazyFrame:
    """Return one row for each label in the list column `label`, and one without a label for a list without any.

    Args:
        frame: The table.
        nulls: Some list holds a null, which is no label.
        repeats: Some list holds a label twice.
    """
    label = pl.col("label")
    # Both cost ten times what the rest does, and few tables need them.
    frame = frame.with_columns(label.list.drop_nulls()) if nulls else frame
    first = {"new_label": label.list.eval(pl.element().is_first_distinct())} if repeats else {}
    marked = frame.with_columns(new_sample=pl.int_ranges(0, label.list.len()), **first)
    # Without empty_as_null, Polars 2 drops the samples that carry no label.
    return marked.explode("label", "new_sample", *first, empty_as_null=True, keep_nulls=True).with_columns(
        new_sample=pl.col("new_sample").fill_null(0) == 0,
        new_label=pl.col("new_label").fill_null(value=True) if repeats else pl.lit(value=True),
    )


def explode_one_hot(
    frame: pl.LazyFrame, columns: Mapping[str, pl.DataType], classes: Sequence[str], others: Sequence[pl.Expr]
) -> pl.LazyFrame:
    """Return one row for each column that is set, and one without a label where none is."""
    on = [is_set(name, dtype) for name, dtype in columns.items()]
    number = pl.Int32()
    codes = [_either(flag, i) for i, flag in enumerate(on)]
    codes.append(_either(~pl.any_horizontal(on), _NONE))
    first = pl.coalesce(
        *(pl.when(flag).then(pl.lit(i, number)) for i, flag in enumerate(on)), pl.lit(_NONE, number)
    ).alias("first")
    # An array of fixed width is built thirty times faster than a list.
    wide = frame.select(pl.concat_arr(codes).arr.to_list().alias("code"), first, *others)
    code = pl.col("code")
    label = pl.when(code != _NONE).then(code).cast(pl.UInt32).cat.to(pl.Enum(classes)).alias("label")
    names = [other.meta.output_name() for other in others]
    return (
        wide.explode("code", empty_as_null=True, keep_nulls=True)
        .filter(code != _UNSET)
        .select(label, *names, (code == pl.col("first")).alias(MARKERS[0]), pl.lit(value=True).alias(MARKERS[1]))
    )


def _either(flag: pl.Expr, code: int) -> pl.Expr:
    return pl.when(flag).then(pl.lit(code, pl.Int32())).otherwise(pl.lit(_UNSET, pl.Int32()))
