"""In which order the classes are numbered. Nothing here guesses: every order has a rule, and the rule is reported."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError
from imbalance_audit.values.spelling import is_integer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imbalance_audit.records import OrderRule


def order_classes(
    labels: Iterable[str], *, declared: Sequence[str] | None, rule: OrderRule | None, integers: bool
) -> tuple[tuple[str, ...], OrderRule]:
    """Return the classes in index order, and the rule that gave it.

    Args:
        labels: The distinct labels that were found.
        declared: The classes in their declared order; they are the classes then, whatever was found.
        rule: The rule asked for. None: declared, else numeric for integers, else lexical.
        integers: The labels are integers by type, not text that looks so.

    Raises:
        OptionError: the rule cannot order these classes.

    >>> order_classes(["10", "9"], declared=None, rule=None, integers=True)
    (('9', '10'), 'numeric')
    >>> order_classes(["a10", "a9"], declared=None, rule=None, integers=False)
    (('a10', 'a9'), 'lexical')
    """
    names = list(declared) if declared is not None else sorted(set(labels))
    chosen = rule or ("declared" if declared is not None else "numeric" if integers else "lexical")
    if chosen == "declared":
        if declared is None:
            message = "The class order 'declared' needs declared classes. Pass --classes, or choose another order."
            raise OptionError(message)
        return tuple(names), chosen
    if chosen == "numeric":
        return _numeric(names), chosen
    return tuple(sorted(names, key=_natural) if chosen == "natural" else sorted(names)), chosen


def _numeric(names: list[str]) -> tuple[str, ...]:
    for name in names:
        if not is_integer(name):
            message = f"The class order 'numeric' needs integer classes, got {quoted(name)}. Choose lexical or natural."
            raise OptionError(message)
    return tuple(sorted(names, key=int))


def _natural(name: str) -> tuple[list[tuple[int, int, str]], str]:
    """Sort runs of digits by their number and the rest by code point, as timm orders class folders."""
    parts = re.split(r"([0-9]+)", name)
    return [(1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts], name
