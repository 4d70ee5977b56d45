"""What a declaration of classes says: the names, in the order of their indices, whatever object carries them.

list, tuple, array, Index, Series          their order
class_to_idx, label2id   name → index      the order of the indices
id2label                 index → name      the order of the indices, also where JSON made them text
ClassLabel · LabelEncoder · categories     the order that the object keeps
set · one text · a mapping that can be read both ways       no order: refused
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError
from imbalance_audit.values.spelling import FALSE, TRUE, canonical, integer_of

Classes = Iterable[object] | Mapping[str, int] | Mapping[int, str] | Mapping[str, str]
"""What may declare classes; `declared_names` refuses what declares no order."""

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imbalance_audit.errors import AuditError

ACCEPTED = "a list of names, class_to_idx, id2label, a ClassLabel, a LabelEncoder, or categories"
"""What declares classes, in words."""

SHOWN = 5
"""Names that an error lists before it counts the rest."""


def declared_names(given: object, *, error: type[AuditError] = OptionError) -> tuple[str, ...]:
    """Return the names of the classes in index order.

    Integers are names that spell them, a whole float is that integer, False and True are "false" and "true".

    Args:
        given: What declares them.
        error: What is raised.

    Raises:
        AuditError: of `error`'s type: it declares no order, a name is no name, or one value stands twice.

    >>> declared_names({"neg": 1, "pos": 0}), declared_names([2, 0.0, "fox"]), declared_names({"0": "cat", "1": "dog"})
    (('pos', 'neg'), ('2', '0', 'fox'), ('cat', 'dog'))
    """
    names = tuple(_names(_carried(given), error))
    if not names:
        message = "Expected at least one class, got none declared. Leave the classes out, or name them."
        raise error(message)
    times = Counter(map(canonical, names))
    if len(times) < len(names):
        twice = [name for name in names if times[canonical(name)] > 1]
        message = f"Expected each class once, got {_listed(twice)} for one class. Name each class once."
        raise error(message)
    return names


def as_index(value: object) -> int | None:
    """Return the integer that an object of any library is; None for a bool, a text and whatever else is none."""
    if isinstance(value, bool | str):
        return None
    try:
        return operator.index(value)  # type: ignore[arg-type]  # -- anything else raises, which is the question
    except (TypeError, ValueError, RuntimeError):
        return None


def _carried(given: Any) -> object:  # noqa: ANN401 -- an object of any library
    """Return the names that an object of another library carries; any other object as it is."""
    if callable(getattr(given, "str2int", None)):  # a ClassLabel of `datasets`
        return given.names
    if hasattr(given, "classes_"):  # a LabelEncoder of scikit-learn, fitted
        return given.classes_
    if hasattr(given, "categories"):  # a categorical, or its dtype
        return given.categories
    return given


def _names(given: object, error: type[AuditError]) -> list[str]:
    if isinstance(given, str | bytes):
        message = f"Expected classes as {ACCEPTED}, got one text, {quoted(str(given))}. Give a list."
        raise error(message)
    if isinstance(given, Mapping):
        return _of_mapping(given, error)
    if isinstance(given, AbstractSet):
        message = "Expected classes in the order of their indices, got a set, which has none. Give a list."
        raise error(message)
    if isinstance(given, type) or not isinstance(given, Iterable):
        message = f"Expected classes as {ACCEPTED}, got {type(given).__name__}. Give a list."
        raise error(message)
    try:
        return [_name(entry, error) for entry in given]
    except TypeError as odd:  # an array without dimensions says that it can be iterated, and cannot
        message = f"Expected classes as {ACCEPTED}, got {type(given).__name__} of one value. Give a list."
        raise error(message) from odd


def _of_mapping(classes: Mapping[Any, Any], error: type[AuditError]) -> list[str]:
    by_key = [_index_key(key) for key in classes]
    names = [isinstance(value, str) for value in classes.values()]
    both_ways = all(names) and None not in by_key and all(_index_key(value) is not None for value in classes.values())
    if classes and both_ways and all(isinstance(key, str) for key in classes):
        message = (
            "Expected name → index or index → name, got a mapping of text to text in which both may be indices. "
            "Write the indices as integers."
        )
        raise error(message)
    if all(names) and None not in by_key:
        pairs = list(zip(by_key, classes.values(), strict=True))
    elif all(isinstance(key, str) and as_index(value) is not None for key, value in classes.items()):
        pairs = [(as_index(value), key) for key, value in classes.items()]
    else:
        message = "Expected name → index or index → name, got a mapping that is neither. Spell the names as text."
        raise error(message)
    by_index = dict(pairs)
    if set(by_index) != set(range(len(classes))):
        strays = [str(index) for index in by_index if index not in range(len(classes))][:SHOWN]
        got = f"the indices {', '.join(strays)}" if strays else "an index twice"
        message = f"Expected each index from 0 to {len(classes) - 1} once, got {got}. Number the classes without gaps."
        raise error(message)
    return [_name(by_index[index], error) for index in range(len(classes))]


def _index_key(key: object) -> int | None:
    # JSON has no integer keys, so an id2label that was read from a file has "0", "1", …
    return integer_of(key) if isinstance(key, str) and key.isdigit() else as_index(key)


def _name(entry: Any, error: type[AuditError]) -> str:  # noqa: ANN401 -- a scalar of any library
    if isinstance(entry, str):
        return str.__str__(entry)  # an enumeration's own `str` tells its member, not its text
    value = entry.item() if hasattr(entry, "item") and not getattr(entry, "shape", ()) else entry
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return TRUE if value else FALSE
    number = as_index(value)
    if number is None and isinstance(value, float) and value.is_integer():
        number = int(value)
    if number is None:
        shown = f"{type(value).__name__} {quoted(str(value), longest=40)}" if value is not None else "None"
        message = f"Expected class names as text or whole numbers, got {shown}. Spell each name as the data do."
        raise error(message)
    return str(number)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return ", ".join(quoted(name) for name in names[:SHOWN]) + more
