"""The one function in which every encoding of labels ends.

scalar        cat                       one row
list          ["cat", "dog"]            one row a label
joined        cat|dog                   the same, once split
one-hot       cat=1 dog=1 fox=0         the same
nothing       null, [], "" if joined    one row without a label: the sample still counts
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import SourceError
from imbalance_audit.sources.failures import ScannedLabels, reading
from imbalance_audit.sources.split_words import SPLIT_NAMES
from imbalance_audit.sources.tidying.column_roles import Roles
from imbalance_audit.sources.tidying.column_types import check_dtypes, check_values, whole_number
from imbalance_audit.sources.tidying.declared_classes import declared_classes, names_of_numbers
from imbalance_audit.sources.tidying.dtypes import FLOATS, INTEGERS, element_of
from imbalance_audit.sources.tidying.encodings import MARKERS, as_list, explode_lists, explode_one_hot, known_codes
from imbalance_audit.sources.tidying.vectors import spread, width_by_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from imbalance_audit.records import Labels, Unit
    from imbalance_audit.sources.reading_options import ReadOptions


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a table came from, and what was learnt on the way.

    Attributes:
        path: What the user calls it.
        kind: The format.
        untyped: Numbers and text could not be told apart.
        notes: What was odd.
        classes: The classes that the source itself declares.
        coded: Integer labels are indices into these classes, whatever the classes are called, and -1 is no label.
        indexed_lists: Lists hold such indices, and are no vectors of zeros and ones.
        unit: What a row is.
        loader: Whose numbering of the classes their order is.
        parts: The files, and how to scan each alone.
    """

    path: str
    kind: str
    untyped: bool = False
    notes: tuple[str, ...] = ()
    classes: tuple[str, ...] | None = None
    coded: bool = False
    indexed_lists: bool = False
    unit: Unit = "row"
    loader: str | None = None
    parts: tuple[tuple[str, Callable[[], pl.LazyFrame]], ...] = ()


def tidy(frame: pl.LazyFrame, roles: Roles, options: ReadOptions, origin: Origin) -> Labels:
    """Return the table with one row for each label on one thing.

    A scalar label column keeps its dtype; one-hot columns give an Enum of their names. Nulls inside a list are no
    labels. Text is split at the separator and at nothing else: blanks around a label, and the empty label in `"a||b"`,
    are dirt that the audit is to see. The weight of a row stands on each of its labels.

    Raises:
        SourceError: a column is of a dtype, or holds values, that cannot be labels.
    """
    with reading(ScannedLabels(frame, path=origin.path, parts=origin.parts)):
        schema = dict(frame.select(roles.columns()).collect_schema())
        if len(roles.label) == 1 and (width := width_by_type(schema[roles.label[0]])) is not None:
            return _of_vectors(frame, width, schema, roles, options, origin)
        check_dtypes(schema, roles, options, origin.path, untyped=origin.untyped)
        facts = check_values(
            frame, schema, roles, options, origin.path, coded=origin.coded, indexed_lists=origin.indexed_lists
        )
    if facts.width is not None:
        return _of_vectors(frame, facts.width, schema, roles, options, origin)
    classes, columns = declared_classes(schema, roles, options, origin.classes, origin.path)
    dtype = schema[roles.label[0]]
    if facts.unlabelled:
        frame = frame.with_columns(known_codes(roles.label[0], dtype))
    others = [_other(role, column, schema[column]) for role, column in roles.optional().items()]
    lists = len(roles.label) > 1 or isinstance(dtype, pl.List) or options.separator is not None
    if len(roles.label) > 1:
        tidied = explode_one_hot(frame, {name: schema[name] for name in roles.label}, columns, others)
    elif lists:
        listed = as_list(roles.label[0], options.separator)
        typed = listed.cast(pl.List(pl.String)) if isinstance(element_of(dtype), pl.Null) else listed
        tidied = explode_lists(
            frame.select(typed.alias("label"), *others),
            nulls=facts.nulls or bool(facts.unlabelled),
            repeats=facts.repeats,
        )
    else:
        tidied = frame.select(_scalar(roles.label[0], dtype).alias("label"), *others)
    return ScannedLabels(
        frame=tidied,
        classes=classes,
        names=_names(dtype, classes, origin) if len(roles.label) == 1 else {},
        split_names=SPLIT_NAMES if roles.split is not None else {},
        task="multilabel" if lists else "multiclass",
        notes=(*origin.notes, *facts.notes),
        path=origin.path,
        kind=origin.kind,
        untyped=origin.untyped,
        unit=origin.unit,
        loader=None if options.classes is not None else origin.loader,
        parts=origin.parts,
    )


def _of_vectors(
    frame: pl.LazyFrame,
    width: int,
    schema: Mapping[str, pl.DataType],
    roles: Roles,
    options: ReadOptions,
    origin: Origin,
) -> Labels:
    """Return the labels of vectors of zeros and ones: those of a column for each place."""
    wide, columns = spread(frame, roles.label[0], schema[roles.label[0]], width)
    return tidy(wide, replace(roles, label=tuple(columns)), options, origin)


def tidy_parts(frame: pl.LazyFrame, options: ReadOptions, origin: Origin) -> Labels:
    """Return a table whose columns are settled: `label`, and where there are any `id`, `split`, `group`, `weight`.

    Where the unit is a part of a sample (a box, a token, the pixels of a class), the rows of one sample share its `id`
    and its `split`, and the rows of a sample without any part are one row without a label. A label is text, or an index
    into the classes.

    Args:
        frame: The table.
        options: The user's wishes, of which the declared classes count here.
        origin: Where the table came from.

    Raises:
        SourceError: a class is declared twice.
    """
    names = frame.collect_schema().names()
    roles = Roles(("label",), *(role if role in names else None for role in ("split", "group", "id", "weight")))
    tidied = tidy(frame, roles, options, origin)
    if not tidied.several:
        return tidied
    sample = [name for name in ("split", "id") if name in names]
    # A column alone is told apart twice as fast as in a struct.
    one = pl.col(sample[0]) if len(sample) == 1 else pl.struct(sample)
    return replace(
        tidied,
        frame=tidied.frame.with_columns(
            new_sample=one.is_first_distinct(), new_label=pl.struct(*sample, "label").is_first_distinct()
        ),
    )


def _names(dtype: pl.DataType, classes: tuple[str, ...] | None, origin: Origin) -> dict[str, str]:
    """Return the names that the source itself gives to its numbers; what values mean otherwise is told once counted."""
    return names_of_numbers(dtype, classes, origin.classes) if origin.coded and origin.classes is not None else {}


def _scalar(name: str, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, FLOATS):
        return pl.col(name).cast(pl.Int64)
    return pl.col(name).cast(pl.String) if isinstance(dtype, pl.Null) else pl.col(name)


def _other(role: str, column: str, dtype: pl.DataType) -> pl.Expr:
    if role in ("split", "group"):
        return pl.col(column).cast(pl.String).alias(role)
    return (whole_number(column, dtype) if role == "weight" else pl.col(column)).alias(role)


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
