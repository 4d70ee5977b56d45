"""Which classes are declared, in which order, and what integer labels stand for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import SourceError
from imbalance_audit.sources.tidying.column_roles import listed
from imbalance_audit.sources.tidying.dtypes import FLOATS, INTEGERS, element_of
from imbalance_audit.sources.tidying.vectors import place_of
from imbalance_audit.values.matching import places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imbalance_audit.sources.reading_options import ReadOptions
    from imbalance_audit.sources.tidying.column_roles import Roles


def declared_classes(
    schema: Mapping[str, pl.DataType], roles: Roles, options: ReadOptions, known: tuple[str, ...] | None, path: str
) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """Return the classes in training-index order, and the class of each label column where they are one-hot.

    The user's word comes first, then the source's, then the names of one-hot columns or of an Enum's categories.

    Raises:
        SourceError: a class is named twice, or the one-hot columns are not the declared classes.
    """
    classes = options.classes if options.classes is not None else known
    twice = sorted({name for name in classes or () if (classes or ()).count(name) > 1})[:3]
    if twice:
        message = f"The declared classes of {plain(path)} name {listed(twice)} twice. Name each class once."
        raise SourceError(message)
    if len(roles.label) > 1:
        return _one_hot_classes(tuple(map(place_of, roles.label)), classes, path)
    dtype = schema[roles.label[0]]
    inner = element_of(dtype)
    if classes is None and isinstance(inner, pl.Enum):
        classes = tuple(inner.categories)
    return classes, ()


def _one_hot_classes(
    columns: tuple[str, ...], classes: tuple[str, ...] | None, path: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if classes is None:
        return columns, columns
    at = places(columns, classes, "untyped")
    if len(set(at.values())) == len(columns) == len(classes):
        return classes, tuple(classes[at[column]] for column in columns)
    odd = next((name for name in columns if name not in classes), None) or next(c for c in classes if c not in columns)
    message = (
        f"{plain(path)} has {len(columns)} one-hot columns and {len(classes)} classes are declared; they differ at"
        f" {quoted(odd)}. Name the same classes in both."
    )
    raise SourceError(message)


def names_of_numbers(dtype: pl.DataType, classes: Sequence[str] | None, numbered: Sequence[str]) -> dict[str, str]:
    """Return number → class name where the source itself numbers its classes, whatever they are called.

    Its numbers count: other classes that the user declares then set the order, or leave some out. Only where they share
    no name with the source's do they call the numbers otherwise.
    """
    if not isinstance(element_of(dtype), (*INTEGERS, *FLOATS)):
        return {}
    otherwise = classes and set(classes).isdisjoint(numbered)
    return {str(i): name for i, name in enumerate(classes if classes and otherwise else numbered)}


def told_apart(names: Sequence[str], ids: Sequence[object]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return class names of which no two are the same, and a note where that took the id of a class.

    >>> told_apart(["cat", "dog", "cat"], [3, 5, 7])
    (('cat (id 3)', 'dog', 'cat (id 7)'), ('Classes that share a name, told apart by their ids: "cat".',))
    """
    times = Counter(names)
    shared = [name for name, n in times.items() if n > 1]
    apart = tuple(
        f"{name} (id {identity})" if times[name] > 1 else name for name, identity in zip(names, ids, strict=True)
    )
    return apart, (f"Classes that share a name, told apart by their ids: {listed(shared)}.",) if shared else ()
