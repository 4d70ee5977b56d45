"""Which declared class a value means. One law for labels that are counted, judged, weighed and trained on.

A column's type says what its values can mean; the classes' names say what they are called:

    type      classes that spell integers   classes false and true      other classes
    integer   by value                      0 and 1 by value            places, from 0
    bool      false is 0, true is 1         by name                     of two classes: false the first, true the second
    text      by name, else by value        by name                     by name
    untyped   by name, else by value        as bool where all are so    by name, else places where all spell integers

Integers are places also where a source itself numbers its classes, whatever these are called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from imbalance_audit.values.spelling import FALSE, TRUE, bool_of, canonical, integer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Way = Callable[[str], int | None]

ValueType = Literal["integer", "bool", "text", "untyped"]
"""What a column's type says of its values; a whole float is an integer, and a CSV says nothing."""


def type_of(values: Iterable[str], said: ValueType) -> ValueType:
    """Return the type that values have: that of their column, or, where it says nothing, what all of them spell.

    >>> type_of(["1", "2.0"], "untyped"), type_of(["True", "false"], "untyped"), type_of(["1", "x"], "untyped")
    ('integer', 'bool', 'text')
    """
    every = list(values)
    if said != "untyped" or not every:
        return said
    if all(integer_of(value) is not None for value in every):
        return "integer"
    return "bool" if all(bool_of(value) is not None for value in every) else "text"


def places(values: Iterable[str], classes: Sequence[str], said: ValueType, *, numbered: bool = False) -> dict[str, int]:
    """Return value → index of the class that it means. Values that mean no class are left out.

    Args:
        values: The distinct values, spelled.
        classes: The class names in index order.
        said: What the values' column says of them.
        numbered: The source numbers its own classes: integers are places whatever the classes are called.

    >>> places(["0", "1", "7"], ("cat", "dog"), "integer"), places(["7", "1.0"], ("1", "7"), "text")
    ({'0': 0, '1': 1}, {'7': 1, '1.0': 0})
    >>> places(["false", "true"], ("0", "1"), "bool"), places(["0", "1"], ("false", "true"), "integer")
    ({'false': 0, 'true': 1}, {'0': 0, '1': 1})
    """
    every = list(values)
    found = type_of(every, said)
    ways = _ways(found, said, classes) if not numbered or found != "integer" else [_place(len(classes))]
    meant = {value: next((at for way in ways if (at := way(value)) is not None), None) for value in every}
    return {value: at for value, at in meant.items() if at is not None}


def _ways(found: ValueType, said: ValueType, classes: Sequence[str]) -> list[Way]:
    """Return the ways from a value to a class, to be tried in this order."""
    by_name: Way = {name: at for at, name in enumerate(classes)}.get
    if found == "bool":
        return [by_name, *_of_bools(classes)]
    if found == "integer" and said != "untyped":
        return [by_name, *(_by_value(classes) or _of_truths(classes) or [_place(len(classes))])]
    if said == "untyped":
        # A class that is called "1" is that class in a table of text, and place 1 cannot be named there.
        return [by_name, _by_number(classes), *_of_truths(classes), _untaken(classes)]
    return [by_name, *_by_value(classes)]


def _by_value(classes: Sequence[str]) -> list[Way]:
    """Return the way by the number that a value spells, where all classes spell one."""
    return [_by_number(classes)] if all(integer_of(name) is not None for name in classes) else []


def _by_number(classes: Sequence[str]) -> Way:
    index = {number: at for at, name in enumerate(classes) if (number := integer_of(name)) is not None}
    return lambda value: None if (number := integer_of(value)) is None else index.get(number)


def _of_truths(classes: Sequence[str]) -> list[Way]:
    """Return the way from 0 and 1 to the two classes false and true."""
    truths = [bool_of(name) for name in classes]
    if len(truths) != 2 or set(truths) != {False, True}:
        return []
    return [lambda value: {0: truths.index(False), 1: truths.index(True)}.get(_number(value))]


def _untaken(classes: Sequence[str]) -> Way:
    taken, place = {integer_of(name) for name in classes}, _place(len(classes))
    return lambda value: None if integer_of(value) in taken else place(value)


def _number(value: str) -> int:
    number = integer_of(value)
    return -1 if number is None else number


def _place(size: int) -> Way:
    return lambda value: number if 0 <= (number := _number(value)) < size else None


def _of_bools(classes: Sequence[str]) -> list[Way]:
    truths = [bool_of(name) for name in classes]
    numbers = [integer_of(name) for name in classes]
    if True in truths or False in truths:
        index = {truth: at for at, truth in enumerate(truths) if truth is not None}
    elif None not in numbers:
        index = {bool(number): at for at, number in enumerate(numbers) if number in (0, 1)}
    else:
        index = {False: 0, True: 1} if len(classes) == 2 else {}
    return [lambda value: index.get(truth) if (truth := bool_of(value)) is not None else None]


def common_names(columns: Sequence[tuple[Iterable[str], ValueType]]) -> tuple[list[dict[str, str]], ValueType] | None:
    """Return, for each of several columns that speak of the same classes, value → name, and the type of the names.

    A bool beside 0 and 1 is read as 0 and 1, whole floats as the integers that they are, and text that spells integers
    as these where the other column holds integers. Columns that share no name afterwards are told by None.

    Args:
        columns: The distinct values of each, and what its type says of them.

    >>> common_names([(["0", "1"], "integer"), (["false", "true"], "bool")])
    ([{'0': '0', '1': '1'}, {'false': '0', 'true': '1'}], 'integer')
    """
    listed = [list(values) for values, _ in columns]
    types = [type_of(values, said) for values, (_, said) in zip(listed, columns, strict=True)]
    filled = {found for values, found in zip(listed, types, strict=True) if values}
    whole: ValueType = "integer" if "integer" in filled else "bool" if filled == {"bool"} else "text"
    tables = [
        {value: _named(value, found, whole) for value in values} for values, found in zip(listed, types, strict=True)
    ]
    sets = [set(table.values()) for table in tables if table]
    if any(one.isdisjoint(other) for one in sets for other in sets):
        return None
    every = set().union(*sets) if sets else set()
    return tables, whole if all(integer_of(name) is not None for name in every) or whole == "bool" else "text"


def _named(value: str, found: ValueType, whole: ValueType) -> str:
    truth = bool_of(value) if found == "bool" else None
    if truth is not None:
        return str(int(truth)) if whole == "integer" else TRUE if truth else FALSE
    return canonical(value) if whole == "integer" else value
