"""Records as they stand in JSON: a strict msgspec type for each, derived from the record itself, and the way back.

Every key has to be there and none may be beside it; an integer is no bool, no text and no fraction, and not below 0; a
float is finite; a word is one of its list. What is refused is told with its place, such as `$.counts[3].instances`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from types import GenericAlias, UnionType
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec

from imbalance_audit import records

Natural = Annotated[int, msgspec.Meta(ge=0)]
"""An integer from 0 up."""

_SIGNED = frozenset({"seed"})
"""Integers that may be negative."""

R = TypeVar("R")


@cache
def wire_of(record: Any) -> type[msgspec.Struct]:  # noqa: ANN401 -- a dataclass
    """Return the strict type of a record: the same fields, each of which has to be there.

    >>> msgspec.convert({"value": 0.5, "low": None, "high": None}, wire_of(records.Estimate)).value
    0.5
    """
    names = {**vars(records), "Mapping": Mapping, "Sequence": Sequence}
    hints = get_type_hints(record, vars(sys.modules[record.__module__]), names)
    members = [(one.name, _wired(hints[one.name], signed=one.name in _SIGNED)) for one in fields(record)]
    return msgspec.defstruct(record.__name__, members, forbid_unknown_fields=True)


def extended(record: type, name: str, **more: Any) -> type[msgspec.Struct]:  # noqa: ANN401 -- types of any form
    """Return the strict type of a record with further keys, or with other types for some."""
    own = {one.name: one.type for one in msgspec.structs.fields(wire_of(record))}
    return msgspec.defstruct(name, list({**own, **more}.items()), forbid_unknown_fields=True)


def many(one: Any) -> GenericAlias:  # noqa: ANN401 -- a type of any form
    """Return the type of any number of these."""
    return GenericAlias(tuple, (one, ...))


def named(one: Any) -> GenericAlias:  # noqa: ANN401 -- a type of any form
    """Return the type of these by name."""
    return GenericAlias(dict, (str, one))


def record_of(record: type[R], wire: msgspec.Struct, **made: object) -> R:
    """Return the record that a value of its type holds.

    Args:
        record: The record's class.
        wire: The value.
        made: Fields that are made already.
    """
    hints = _own_hints(cast("Any", record))
    taken = {name: made[name] if name in made else _taken(hints[name], getattr(wire, name)) for name in hints}
    return record(**taken)


@cache
def _own_hints(record: Any) -> dict[str, Any]:  # noqa: ANN401 -- a dataclass
    names = {**vars(records), "Mapping": Mapping, "Sequence": Sequence}
    hints = get_type_hints(record, vars(sys.modules[record.__module__]), names)
    return {one.name: hints[one.name] for one in fields(record)}


def _wired(hint: Any, *, signed: bool = False) -> Any:  # noqa: ANN401 -- a type of any form
    """Return a type with each record in it replaced by its strict type."""
    if hint is int:
        return int if signed else Natural
    if is_dataclass(hint):
        return wire_of(cast("Any", hint))
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        # Whole numbers stay integers where either may stand, so that the same bytes are written again.
        whole = (int,) if float in inner and int not in inner else ()
        each = [one if float in inner else _wired(one) for one in inner]
        return Union[(*each, *whole)]
    if origin is tuple and inner[-1] is Ellipsis:
        return many(_wired(inner[0]))
    if origin is tuple:
        return GenericAlias(tuple, tuple(map(_wired, inner)))
    if origin is Mapping:
        return named(_wired(inner[1]))
    return hint


def _taken(hint: Any, value: Any) -> Any:  # noqa: ANN401 -- a value of the type
    """Return a decoded value with each strict value in it made a record."""
    if isinstance(value, msgspec.Struct):
        return record_of(_record_in(hint), value)
    if isinstance(value, tuple):
        inner = get_args(_plain(hint))
        each = [inner[0]] * len(value) if inner[-1] is Ellipsis else inner
        return tuple(_taken(one, item) for one, item in zip(each, value, strict=True))
    if isinstance(value, dict):
        inner = get_args(_plain(hint))
        return {key: _taken(inner[1], item) for key, item in value.items()}
    return value


def _plain(hint: Any) -> Any:  # noqa: ANN401 -- a type of any form
    """Return a type without the None that it may be as well."""
    if get_origin(hint) in (Union, UnionType):
        return next(one for one in get_args(hint) if one is not type(None))
    return hint


def _record_in(hint: Any) -> type[Any]:  # noqa: ANN401 -- a type of any form
    found: type[Any] = _plain(hint)
    return found
