"""Options that are declared once, on the fields of a frozen dataclass, for functions and commands alike.

The help and the type that a command line takes are plain values here; only commands know what reads them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")

_HELP, _TAKES = "help", "takes"


@dataclass(frozen=True, kw_only=True)
class Option:
    """An option, as its field declares it.

    Attributes:
        name: The name of the field and of the keyword.
        type: The field's type.
        default: What it is when nobody says.
        help: What the command line says of it.
        takes: The type of one value on the command line, where it is not the field's own.
    """

    name: str
    type: Any
    default: Any
    help: str
    takes: Any = None

    @property
    def several(self) -> bool:
        """Whether it holds several values."""
        return any(get_origin(one) is tuple for one in (self.type, *get_args(self.type)))

    @property
    def spelling(self) -> str:
        """What a command line says for another value than the default."""
        return ("--no-" if self.default is True else "--") + self.name.replace("_", "-")

    def settled(self, value: Any) -> Any:  # noqa: ANN401 -- whatever the field holds
        """Return what its field holds for an argument: None is the default, one value of several stands alone."""
        if value is None:
            return self.default
        if not self.several:
            return value
        return (value,) if isinstance(value, str) else tuple(value)


def option(default: T, *, help: str, takes: Any = None) -> T:  # noqa: ANN401 -- a type, which may be a union
    """Return a dataclass field that declares an option; the arguments are those of `Option`."""
    return field(default=default, metadata={_HELP: help, _TAKES: takes})


def like(record: type, name: str, *, help: str | None = None) -> Any:  # noqa: ANN401 -- of the other field's type
    """Return a field that declares an option as another record does, but for another help where one is given."""
    other = next(one for one in declared(record) if one.name == name)
    return option(other.default, help=help or other.help, takes=other.takes)


def declared(record: type) -> tuple[Option, ...]:
    """Return the options of a dataclass all of whose fields declare one, in their order."""
    types = get_type_hints(record)
    return tuple(
        Option(
            name=one.name,
            type=types[one.name],
            default=one.default,
            help=one.metadata[_HELP],
            takes=one.metadata[_TAKES],
        )
        for one in fields(record)
    )


def chosen(record: type[T], arguments: Mapping[str, Any]) -> T:
    """Return the options among the arguments of a function that has a parameter for each: its `locals()`.

    Raises:
        TypeError: the function has no parameter for one of them.
    """
    if missing := [one.name for one in declared(record) if one.name not in arguments]:
        message = f"Expected an argument for each option of {record.__name__}, got none for {', '.join(missing)}."
        raise TypeError(message)
    return record(**{one.name: one.settled(arguments[one.name]) for one in declared(record)})
