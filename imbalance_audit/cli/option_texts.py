"""The values that options spell in one text: a size, two numbers, class names."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from imbalance_audit.display import plain
from imbalance_audit.errors import OptionError

N = TypeVar("N", int, float)


def bytes_of(text: str) -> int:
    """Return the bytes that a size such as 4GB stands for.

    Raises:
        OptionError: it is no size, or next to nothing.
    """
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([KMGT]?)B?\s*", text.upper())
    size = 0 if found is None else int(float(found[1]) * 1000 ** " KMGT".index(found[2] or " "))
    if size < 10**6:
        message = f"--memory should be at least 1MB, such as 500MB or 4GB, got {plain(text)}."
        raise OptionError(message)
    return size


def numbers_of(text: str, number: Callable[[str], N], *, expected: str) -> tuple[N, ...]:
    """Return the numbers between commas.

    Raises:
        OptionError: one is none; `expected` says what should have come.
    """
    try:
        return tuple(number(part) for part in text.split(","))
    except ValueError as error:
        message = f"Expected {expected}, got {plain(text)[:80]}."
        raise OptionError(message) from error


def class_names(text: str) -> list[str]:
    """Return the class names that --classes gives: those of a text file, one a line, or those between commas.

    Raises:
        OptionError: the file cannot be read as text.
    """
    path = Path(text)
    try:
        names = path.read_text(encoding="utf-8").splitlines() if path.is_file() else text.split(",")
    except (OSError, UnicodeDecodeError) as error:
        message = f"Cannot read the class names in {plain(text)}: expected a UTF-8 text file with one name a line."
        raise OptionError(message) from error
    return [name for name in names if name] if path.is_file() else names


def target_of(text: str | None) -> dict[str, float] | str | None:
    """Return what --target gives: `data`, `uniform`, or class → share.

    Raises:
        OptionError: the shares cannot be read.
    """
    from imbalance_audit.weights import read_prior

    return text if text in (None, "data", "uniform") else read_prior(text)


def costs_of(text: str | None) -> dict[str, dict[str, float]] | None:
    """Return truth → prediction → cost, as the file that --costs names says; None where none is named.

    Raises:
        OptionError: the costs cannot be read.
    """
    from imbalance_audit.weights import read_costs

    return None if text is None else read_costs(text)
