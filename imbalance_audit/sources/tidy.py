"""The one function in which every encoding of labels ends.

scalar        cat                       one row
list          ["cat", "dog"]            one row a label
joined        cat|dog                   the same, once split
one-hot       cat=1 dog=1 fox=0         the same
nothing       null, [], "" if joined    one row without a label: the sample still counts
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import SourceError
from imbalance_audit.sources.classes import declared_classes, names_of_codes
from imbalance_audit.sources.failures import ScannedLabels, reading
from imbalance_audit.sources.splits import normalised
from imbalance_audit.sources.values import FLOATS, INTEGERS, check_dtypes, check_values, element_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from imbalance_audit.records import Labels
    from imbalance_audit.sources.columns import Roles
    from imbalance_audit.sources.options import ReadOptions

MARKERS = ("new_sample", "new_label")
"""The Boolean columns that tell samples from labels where a sample may have several."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a table came from, and what was learnt on the way.

    Attributes:
        path: What the user calls it.
        kind: The format.
        untyped: Numbers and text could not be told apart.
        notes: What was odd.
        classes: The classes that the source itself declares.
        parts: The files, and how to scan each alone.
    """

    path: str
    kind: str
    untyped: bool = False
    notes: tuple[str, ...] = ()
    classes: tuple[str, ...] | None = None
    parts: tuple[tuple[str, Callable[[], pl.LazyFrame]], ...] = ()


def tidy(frame: pl.LazyFrame, roles: Roles, options: ReadOptions, origin: Origin) -> Labels:
    """Return the table with one row for each label on one thing.

    A scalar label column keeps its dtype. Nulls inside a list are no labels. Text is split at the separator and at
    nothing else: blanks around a label, and the empty label in `"a||b"`, are dirt that the audit is to see.

    Raises:
        SourceError: a column is of a dtype, or holds values, that cannot be labels.
    """
    with reading(ScannedLabels(frame, path=origin.path, parts=origin.parts)):
        schema = dict(frame.select(roles.columns()).collect_schema())
        check_dtypes(schema, roles, options, origin.path, untyped=origin.untyped)
        notes = check_values(frame, schema, roles, origin.path)
    classes, columns = declared_classes(schema, roles, options, origin.classes, origin.path)
    dtype = schema[roles.label[0]]
    lists = len(roles.label) > 1 or isinstance(dtype, pl.List) or options.separator is not None
    others = [_other(role, column) for role, column in roles.optional().items()]
    if lists:
        tidied = _exploded(frame.select(_as_list(roles, dtype, columns, options).alias("label"), *others))
    else:
        tidied = frame.select(_scalar(roles.label[0], dtype).alias("label"), *others)
    return ScannedLabels(
        frame=tidied,
        classes=classes,
        names={} if len(roles.label) > 1 else names_of_codes(dtype, classes, untyped=origin.untyped),
        task="multilabel" if lists else "multiclass",
        notes=(*origin.notes, *notes),
        path=origin.path,
        kind=origin.kind,
        untyped=origin.untyped,
        parts=origin.parts,
    )


def _scalar(name: str, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, FLOATS):
        return pl.col(name).cast(pl.Int64)
    return pl.col(name).cast(pl.String) if isinstance(dtype, pl.Null) else pl.col(name)


def _as_list(roles: Roles, dtype: pl.DataType, columns: tuple[str, ...], options: ReadOptions) -> pl.Expr:
    if len(roles.label) > 1:
        set_ones = [pl.when(is_one(name)).then(pl.lit(shown)) for name, shown in zip(roles.label, columns, strict=True)]
        return pl.concat_list(set_ones)
    column = pl.col(roles.label[0])
    if options.separator is None:
        return column.cast(pl.List(pl.String)) if isinstance(element_of(dtype), pl.Null) else column
    # Joining no labels gives the empty text.
    return pl.when(column.cast(pl.String) != "").then(column.cast(pl.String).str.split(options.separator))


def is_one(name: str) -> pl.Expr:
    """Return whether a one-hot column is set; its values are known to be zeros and ones."""
    return pl.col(name).cast(pl.String).str.to_lowercase().is_in(["1", "1.0", "true"])


def _exploded(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Return one row a label, and one row without a label for an empty list."""
    label = pl.col("label")
    marked = frame.with_columns(label.list.drop_nulls()).with_columns(
        new_sample=pl.int_ranges(0, label.list.len()),
        new_label=label.list.eval(pl.element().is_first_distinct()),
    )
    # Without empty_as_null, Polars 2 drops the samples that carry no label.
    return marked.explode("label", *MARKERS, empty_as_null=True, keep_nulls=True).with_columns(
        new_sample=pl.col("new_sample").fill_null(0) == 0,
        new_label=pl.col("new_label").fill_null(value=True),
    )


def _other(role: str, column: str) -> pl.Expr:
    if role == "split":
        return normalised(pl.col(column)).alias(role)
    if role == "group":
        return pl.col(column).cast(pl.String).alias(role)
    return (pl.col(column).cast(pl.Int64) if role == "weight" else pl.col(column)).alias(role)


def check_contract(frame: pl.LazyFrame, path: str) -> None:
    """Refuse a tidy table of the user's own that does not keep to the columns of `Labels`.

    Raises:
        SourceError: a column is missing, or of a wrong dtype.
    """
    with reading(path):
        schema = frame.collect_schema()
    text = (pl.String, pl.Categorical, pl.Enum, pl.Null)
    allowed: dict[str, tuple[str, tuple[type[pl.DataType], ...]]] = {
        "label": ("text, integer, boolean or categorical", (*text, *INTEGERS, pl.Boolean)),
        "split": ("text", text),
        "group": ("text", text),
        "weight": ("integer", INTEGERS),
        **dict.fromkeys(MARKERS, ("boolean", (pl.Boolean,))),
    }
    if "label" not in schema:
        message = f'The tidy table of {plain(path)} has no column "label". Rename the column that holds the labels.'
        raise SourceError(message)
    for name, (wanted, dtypes) in allowed.items():
        if name in schema and not isinstance(schema[name], dtypes):
            message = (
                f"Column {quoted(name)} of the tidy table {plain(path)} must be {wanted}, and is {schema[name]}."
                " Cast it, or pass a plain table and name its columns."
            )
            raise SourceError(message)
    if (MARKERS[0] in schema) != (MARKERS[1] in schema):
        message = f"The tidy table of {plain(path)} has one of new_sample and new_label. Give both, or neither."
        raise SourceError(message)
