"""Commands that share options: a parameter of a command may be what a provider makes of options of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from inspect import Parameter, Signature, signature
from typing import Any, TypeVar

T = TypeVar("T")

Provider = Callable[..., object]


def given(**providers: Provider) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Return a decorator that asks for the options of providers in place of the parameters of their names.

    What is decorated is a command, or a provider itself. It is then called by keyword with the options of its
    providers, which stand where its own parameter stood, and those of its own; an option that two of them name is given
    to both.
    """

    def decorate(command: Callable[..., T]) -> Callable[..., T]:
        own = parameters_of(command)
        needs = {name: tuple(parameters_of(provider)) for name, provider in providers.items()}
        asked: dict[str, Parameter] = {}
        for name, parameter in own.items():
            asked |= parameters_of(providers[name]) if name in providers else {name: parameter}

        def call(**values: Any) -> T:  # noqa: ANN401 -- the command line has checked them
            options = {name: one.default for name, one in asked.items() if one.default is not one.empty} | values
            made = {name: providers[name](**{one: options[one] for one in needs[name]}) for name in providers}
            return command(**{name: made[name] if name in made else options[name] for name in own})

        call.__name__, call.__doc__ = command.__name__, command.__doc__
        return asking(call, asked.values())

    return decorate


def parameters_of(function: Callable[..., object]) -> dict[str, Parameter]:
    """Return the parameters of a function by name, as keywords, their annotations resolved."""
    found = signature(function, eval_str=True).parameters
    return {name: one.replace(kind=Parameter.KEYWORD_ONLY) for name, one in found.items()}


def asking(function: Callable[..., T], parameters: Iterable[Parameter]) -> Callable[..., T]:
    """Return the function with these parameters in place of `**values`: typer reads options off the signature."""
    function.__signature__ = Signature(list(parameters))  # type: ignore[attr-defined]  # -- inspect.signature reads it
    return function
