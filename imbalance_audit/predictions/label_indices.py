"""Label values → class indices, or zeros and ones where a row may have several labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import numpy as np
import polars as pl

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import SourceError, did_you_mean
from imbalance_audit.predictions.prediction_columns import is_list
from imbalance_audit.sources.tidying.encodings import as_list, is_odd, is_set
from imbalance_audit.sources.tidying.dtypes import FLOATS, INTEGERS, value_type
from imbalance_audit.sources.tidying.vectors import spread, width_of
from imbalance_audit.values.class_order import order_classes
from imbalance_audit.values.matching import common_names, places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from imbalance_audit.predictions.row_names import RowNames
    from imbalance_audit.values.matching import ValueType

_TEXT = (pl.String, pl.Categorical, pl.Enum, pl.Null)


def several(values: pl.Series, separator: str | None) -> bool:
    """Return whether a row may have several labels in this column."""
    return separator is not None or is_list(values.dtype)


def class_indices(
    values: pl.Series, classes: Sequence[str], rows: RowNames, *, untyped: bool, what: str
) -> NDArray[np.int64]:
    """Return the class index of each row, from names or from indices.

    Args:
        values: A value a row.
        classes: The class names in index order.
        rows: What the rows are called.
        untyped: Numbers and text cannot be told apart.
        what: What a value is called: label or prediction.

    Raises:
        SourceError: a row has no value, or one that is no class.
    """
    labels = _scalars(values, rows, what)
    text = labels.cast(pl.String)
    if text.null_count():
        row = int(text.is_null().arg_max() or 0)
        message = (
            f"{rows.at(row)} has no {what} ({text.null_count():,} such rows). A row without one cannot be judged: leave"
            " these rows out."
        )
        raise SourceError(message)
    indices = _mapped(text, classes, labels.dtype, untyped=untyped)
    if indices.null_count():
        row = int(indices.is_null().arg_max() or 0)
        _refuse(str(text[row]), classes, rows.at(row), what)
    return indices.to_numpy().astype(np.int64, copy=False)


def class_matrix(
    values: pl.Series, classes: Sequence[str], rows: RowNames, *, separator: str | None, untyped: bool, what: str
) -> NDArray[np.int64]:
    """Return zeros and ones (N, C) of lists of names or indices, of joined names, or of vectors of zeros and ones.

    Raises:
        SourceError: a label is no class.
    """
    if (width := width_of(values, rows.path)) is not None:
        return _vectors(values, width, classes, rows)
    lists = values.to_frame("label").select(as_list("label", separator).alias("label"), row=pl.int_range(pl.len()))
    each = lists.explode("label", empty_as_null=True, keep_nulls=True).drop_nulls("label")
    text = each["label"].cast(pl.String)
    indices = _mapped(text, classes, each["label"].dtype, untyped=untyped)
    if indices.null_count():
        at = int(indices.is_null().arg_max() or 0)
        _refuse(str(text[at]), classes, rows.at(int(each["row"][at])), what)
    matrix = np.zeros((len(values), len(classes)), np.int64)
    matrix[each["row"].to_numpy(), indices.to_numpy()] = 1
    return matrix


def one_hot_matrix(frame: pl.DataFrame, names: Sequence[str], classes: Sequence[str], path: str) -> NDArray[np.int64]:
    """Return zeros and ones (N, C) of one column a class.

    Args:
        frame: These columns.
        names: The class of each.
        classes: The class names in index order.
        path: What the file is called.

    Raises:
        SourceError: a value is neither 0 nor 1, or the columns are not those of the classes.
    """
    order = column_order(names, classes, path, what="one-hot label")
    matrix = np.zeros((frame.height, len(classes)), np.int64)
    for index, at in enumerate(order):
        name = frame.columns[at]
        dtype = frame.schema[name]
        odd = frame.select(is_odd(name, dtype).sum()).item()
        if odd:
            message = f"Column {quoted(name)} of {plain(path)} is neither 0 nor 1 in {odd:,} rows. Correct them."
            raise SourceError(message)
        matrix[:, index] = frame.select(is_set(name, dtype)).to_series().to_numpy()
    return matrix


def column_order(names: Sequence[str], classes: Sequence[str], path: str, *, what: str) -> list[int]:
    """Return, for each class, which column is its own: by name, or by index where the columns are numbered.

    Raises:
        SourceError: a class has no column, or a column is of no class.
    """
    if set(names) != set(classes) and {str(i) for i in range(len(classes))} == set(names):
        names = [classes[int(name)] for name in names]
    at = {name: i for i, name in enumerate(names)}
    missing = [name for name in classes if name not in at]
    strays = [name for name in names if name not in set(classes)]
    if missing or strays:
        odd = f"none for the class {quoted(missing[0])}" if missing else f"one for {quoted(strays[0])}, which is none"
        near = did_you_mean(missing[0], strays) if missing else did_you_mean(strays[0], classes)
        message = (
            f"{plain(path)} has {len(names):,} {what} columns for {len(classes):,} classes, and {odd}.{near} Name the"
            " same classes in both."
        )
        raise SourceError(message)
    return [at[name] for name in classes]


def classes_of(
    columns: Sequence[tuple[pl.Series, bool]], *, separator: str | None, path: str
) -> tuple[str, ...]:
    """Return the classes that occur, in order: whole numbers as numbers, text by code point.

    Args:
        columns: Columns that speak of the same classes, and whether numbers and text can be told apart in each.
        separator: What joins several labels in one text.
        path: What the file is called.

    Raises:
        SourceError: two columns share no class.
    """
    spoken = [_spoken(values, separator, path, untyped=untyped) for values, untyped in columns]
    common = common_names(spoken)
    if common is None:
        shown = " and ".join(_listed(values) for values, _ in spoken)
        message = (
            f"The labels and the predictions of {plain(path)} share no class: {shown}. Spell both alike, or declare the"
            " classes with --classes."
        )
        raise SourceError(message)
    tables, found = common
    every = set().union(*(table.values() for table in tables))
    return order_classes(every, declared=None, rule=None, integers=found == "integer")[0]


def _spoken(values: pl.Series, separator: str | None, path: str, *, untyped: bool) -> tuple[list[str], ValueType]:
    """Return the distinct values of a column, spelled, and what its type says of them."""
    if (width := width_of(values, path)) is not None:
        return [str(place) for place in range(width)], "integer"
    flat = values
    if several(values, separator):
        lists = as_list("label", separator).explode(empty_as_null=True, keep_nulls=True)
        flat = values.to_frame("label").select(lists).to_series()
    if isinstance(flat.dtype, FLOATS):
        flat = flat.cast(pl.Int64, strict=False)
    texts = [str(text) for text in flat.cast(pl.String).unique().sort() if text is not None]
    return texts, value_type(flat.dtype, untyped=untyped)


def _listed(values: Sequence[str]) -> str:
    """Return the first few values, quoted."""
    return ", ".join(quoted(value, longest=40) for value in values[:3]) + (", …" if len(values) > 3 else "")


def _scalars(values: pl.Series, rows: RowNames, what: str) -> pl.Series:
    if isinstance(values.dtype, FLOATS):
        odd = (values.is_not_null() & ((values != values.round()) | ~values.is_finite())).fill_null(value=False)
        if odd.any():
            row = int(odd.arg_max() or 0)
            message = f"{rows.at(row)} has the {what} {values[row]}, which is no whole number, so no class."
            raise SourceError(message)
        return values.cast(pl.Int64)
    if not isinstance(values.dtype, (*_TEXT, pl.Boolean, *INTEGERS)):
        message = (
            f"Column {quoted(values.name)} of {plain(rows.path)} is {plain(str(values.dtype))}. A {what} is text, an"
            " integer or a boolean."
        )
        raise SourceError(message)
    return values


def _mapped(text: pl.Series, classes: Sequence[str], dtype: pl.DataType, *, untyped: bool) -> pl.Series:
    found = places(map(str, text.drop_nulls().unique()), classes, value_type(dtype, untyped=untyped))
    return text.replace_strict(
        pl.Series(list(found), dtype=pl.String), pl.Series(list(found.values()), dtype=pl.Int64), default=None
    )


def _vectors(values: pl.Series, width: int, classes: Sequence[str], rows: RowNames) -> NDArray[np.int64]:
    if width != len(classes):
        message = (
            f"Column {quoted(values.name)} of {plain(rows.path)} holds vectors of {width:,} places, and there are"
            f" {len(classes):,} classes. Name as many with --classes, in the order of the places."
        )
        raise SourceError(message)
    frame, columns = spread(values.to_frame().lazy(), values.name, values.dtype, width)
    found = frame.select(list(columns)).collect()
    return one_hot_matrix(found, [str(place) for place in range(width)], [str(place) for place in range(width)], rows.path)


def _refuse(value: str, classes: Sequence[str], row: str, what: str) -> NoReturn:
    near = did_you_mean(value, classes[:1000])
    shown = ", ".join(quoted(name, longest=40) for name in classes[:8]) + (" …" if len(classes) > 8 else "")
    message = (
        f"{row} has the {what} {quoted(value, longest=40)}, which is none of the {len(classes):,} classes.{near}"
        f" Classes: {shown}. Pass --classes, in index order."
    )
    raise SourceError(message)
