"""What columns may be, told by the schema, and may hold, told by one streaming pass where the schema leaves it open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import SourceError
from imbalance_audit.sources.tidying.dtypes import FLOATS, INTEGERS, element_of
from imbalance_audit.sources.tidying.encodings import as_list, is_odd
from imbalance_audit.sources.tidying.vectors import may_hold_vectors, signs, width_by_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imbalance_audit.sources.reading_options import ReadOptions
    from imbalance_audit.sources.tidying.column_roles import Roles

_SCALARS = (pl.String, pl.Categorical, pl.Enum, pl.Boolean, pl.Null, *INTEGERS)
_EXACT = 2**53
"""Up to here, a float is the whole number that it spells."""
_NO_LABEL = "A label is text, an integer, a boolean, or a list of these. Name another column, or convert this one"
_NESTED = (pl.List, pl.Array, pl.Struct, pl.Object)


def check_dtypes(
    schema: Mapping[str, pl.DataType], roles: Roles, options: ReadOptions, path: str, *, untyped: bool
) -> None:
    """Refuse columns of a dtype that their role cannot have.

    Raises:
        SourceError: one is.
    """
    for name in roles.label:
        if len(roles.label) > 1:
            _check_one_hot_dtype(name, schema[name], options, path)
        else:
            _check_label_dtype(name, schema[name], options, path)
    for role, name in roles.optional().items():
        if isinstance(schema[name], _NESTED):
            raise _refused(name, schema[name], path, f"A column for --{role} holds one value a row. Pass another one")
    if roles.weight is None or isinstance(schema[roles.weight], (*INTEGERS, *FLOATS)):
        return
    if not (untyped and isinstance(schema[roles.weight], pl.String)):
        advice = "Weights are whole numbers, so that counts stay exact. Multiply and round them, or leave --weight out"
        raise _refused(roles.weight, schema[roles.weight], path, advice)


def _check_label_dtype(name: str, dtype: pl.DataType, options: ReadOptions, path: str) -> None:
    if options.separator is not None and not isinstance(dtype, pl.String | pl.Categorical | pl.Enum):
        raise _refused(name, dtype, path, "Only text is split at a separator. Leave --separator out")
    if options.separator == "":
        message = "The separator is empty. Pass the text that stands between two labels, such as '|'."
        raise SourceError(message)
    if isinstance(dtype, FLOATS) or (not isinstance(dtype, pl.Array) and isinstance(element_of(dtype), _SCALARS)):
        return
    if isinstance(dtype, pl.List) and isinstance(element_of(dtype), FLOATS):
        return  # vectors, or refused by their values
    if isinstance(dtype, pl.Array):
        raise _refused(name, dtype, path, "A vector holds zeros and ones, a place for each class. Pass one of those")
    if isinstance(dtype, pl.Struct) and dtype.fields:
        raise _refused(name, dtype, path, f"Name a key inside it, such as --label {name}.{dtype.fields[0].name}")
    raise _refused(name, dtype, path, _NO_LABEL)


def _check_one_hot_dtype(name: str, dtype: pl.DataType, options: ReadOptions, path: str) -> None:
    if options.separator is not None:
        message = f"{plain(path)} has several label columns, which are one-hot and not split. Leave --separator out."
        raise SourceError(message)
    if not isinstance(dtype, (pl.String, pl.Boolean, *INTEGERS, *FLOATS)):
        raise _refused(name, dtype, path, "Several label columns are one-hot and hold 0 or 1. Pass one --label")


def _refused(name: str, dtype: pl.DataType, path: str, advice: str) -> SourceError:
    return SourceError(f"Column {quoted(name)} of {plain(path)} is {plain(str(dtype))}. {plain(advice)}.")


@dataclass(frozen=True)
class Facts:
    """What the values are, as far as it was asked.

    Attributes:
        notes: What is worth saying.
        nulls: Some list of labels holds a null.
        repeats: Some list of labels holds a label twice.
        unlabelled: How many labels are the index -1, which is none.
        width: The places of the vectors of zeros and ones, where the lists are these.
    """

    notes: tuple[str, ...] = ()
    nulls: bool = False
    repeats: bool = False
    unlabelled: int = 0
    width: int | None = None


def check_values(
    frame: pl.LazyFrame,
    schema: Mapping[str, pl.DataType],
    roles: Roles,
    options: ReadOptions,
    path: str,
    *,
    coded: bool = False,
    indexed_lists: bool = False,
) -> Facts:
    """Refuse values that the dtypes leave possible, in one streaming pass, and return what else it showed.

    A scalar column that is text, integer or boolean is not read at all, unless its integers are `coded`: indices into
    the classes. Of `indexed_lists` it is known that they hold indices, and are no vectors.

    Raises:
        SourceError: there are such values.
    """
    questions = _label_questions(schema, roles.label, options.separator)
    label, dtype = roles.label[0], schema[roles.label[0]]
    vectors = len(roles.label) == 1 and may_hold_vectors(dtype) and not indexed_lists
    if vectors:
        questions |= signs(label, dtype)
    if coded and len(roles.label) == 1 and isinstance(element_of(dtype), (*INTEGERS, *FLOATS)):
        code = pl.col(label)
        lists = isinstance(dtype, pl.List)
        questions["unlabelled"] = code.list.count_matches(-1).sum() if lists else (code == -1).sum()
    if roles.weight is not None:
        weight = whole_number(roles.weight, schema[roles.weight])
        questions["bad weights"] = (weight.is_null() | (weight < 0)).sum()
    if not questions:
        return Facts()
    found = frame.select(**questions).collect(engine="streaming").row(0, named=True)
    notes = _judged(found, roles, path)
    unlabelled = found.get("unlabelled") or 0
    notes += (f"Labels of -1 read as no label: {unlabelled}.",) if unlabelled else ()
    width = width_by_values(found, label, dtype, path) if vectors else None
    if width is None and isinstance(dtype, pl.List) and isinstance(element_of(dtype), FLOATS):
        raise _refused(label, dtype, path, _NO_LABEL)
    return Facts(notes, bool(found.get("nulls")), bool(found.get("repeats")), unlabelled, width)


def whole_number(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return a column of counts as integers, null where a value is no whole number; `12.0` is one."""
    value = pl.col(name)
    if isinstance(dtype, pl.String):
        value = value.str.replace(r"^([0-9]+)\.0*$", "${1}")
    if isinstance(dtype, FLOATS):
        value = pl.when((value == value.round()) & (value.abs() <= _EXACT)).then(value)
    return value.cast(pl.Int64, strict=False)


def _label_questions(
    schema: Mapping[str, pl.DataType], label: Sequence[str], separator: str | None
) -> dict[str, pl.Expr]:
    questions: dict[str, pl.Expr] = {}
    dtype = schema[label[0]]
    if len(label) > 1:
        for i, name in enumerate(label):
            odd = is_odd(name, schema[name])
            questions[f"odd {i}"] = odd.sum()
            questions[f"least {i}"] = pl.col(name).filter(odd).min()
    elif isinstance(dtype, FLOATS):
        value = pl.col(label[0])
        questions["fractions"] = (~value.is_finite() | (value != value.round()) | (value.abs() > _EXACT)).sum()
        questions["NaN"] = value.is_nan().sum()
        questions["values"] = value.count()
    elif isinstance(dtype, pl.List) or separator is not None:
        lists = as_list(label[0], separator).list
        if not isinstance(element_of(dtype), pl.Null):
            questions["repeats"] = (lists.n_unique() != lists.len()).any()
        if isinstance(dtype, pl.List):
            questions["nulls"] = lists.contains(None).any()
    return questions


def _judged(found: Mapping[str, int], roles: Roles, path: str) -> tuple[str, ...]:
    label = quoted(roles.label[0])
    if found.get("bad weights"):
        message = (
            f"Column {quoted(roles.weight)} of {plain(path)} is no whole number ≥ 0 in {found['bad weights']} rows."
            " Correct them, or leave --weight out."
        )
        raise SourceError(message)
    _judge_one_hot(found, roles.label, path)
    if found.get("fractions"):
        message = (
            f"Column {label} of {plain(path)} holds fractions, NaN or infinity in {found['fractions']} of"
            f" {found['values']} rows ({found['NaN']} NaN), so it is no class. Round it, write null for no label, or"
            " name another column."
        )
        raise SourceError(message)
    return (f"Column {label} holds whole numbers as floats: read as integers.",) if "fractions" in found else ()


def _judge_one_hot(found: Mapping[str, int], columns: Sequence[str], path: str) -> None:
    for i, name in enumerate(columns):
        if found.get(f"odd {i}"):
            least = found[f"least {i}"]
            message = (
                f"One-hot column {quoted(name)} of {plain(path)} holds {quoted(None if least is None else str(least))}"
                f" in {found[f'odd {i}']} rows, and only 0 and 1 are known. Say what it means: replace it with 0 or 1."
            )
            raise SourceError(message)
