"""A dataclass that declares options → the same options on the command line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from inspect import Parameter
from typing import Annotated, Any, TypeVar

import typer

from imbalance_audit.cli.given import asking
from imbalance_audit.cli.option_texts import class_names
from imbalance_audit.records.option import Option, declared

T = TypeVar("T")


def options_of(
    record: type[T], *, without: Collection[str] = (), told: Mapping[str, str] | None = None
) -> Callable[..., T]:
    """Return a provider whose options are those that the dataclass declares, and which makes the dataclass of them.

    Args:
        record: The dataclass.
        without: The names of options that keep their defaults and are not asked for.
        told: Option → what this command says of it, in place of the declared help.
    """
    told = told or {}
    asked = [replace(one, help=told.get(one.name, one.help)) for one in declared(record) if one.name not in without]

    def provide(**values: Any) -> T:  # noqa: ANN401 -- the command line has checked them
        return record(**{one.name: _settled(one, values[one.name]) for one in asked})

    return asking(provide, map(_parameter, asked))


def _parameter(option: Option) -> Parameter:
    """Return what typer reads: a switch has only the spelling that changes it, unless it is on by default."""
    takes = option.takes or option.type
    if option.several and not option.takes:
        takes = list[str] | None
    spellings = (option.spelling,) if option.default is False else ()
    info = typer.Option(*spellings, help=option.help)
    return Parameter(
        option.name,
        Parameter.KEYWORD_ONLY,
        default=None if option.several else option.default,
        annotation=Annotated[takes, info],
    )


def _settled(option: Option, value: Any) -> Any:  # noqa: ANN401 -- whatever the field holds
    if option.several and isinstance(value, str):
        value = class_names(value)
    return option.settled(value)
