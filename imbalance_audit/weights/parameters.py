"""What a scheme can be told: numbers in a range, and choices."""

from __future__ import annotations

from dataclasses import dataclass

from imbalance_audit.errors import OptionError, refuse_unknown

Value = float | int | str
"""A settled parameter, as the weight file records it."""


@dataclass(frozen=True)
class Parameter:
    """A number that a scheme takes.

    Attributes:
        name: Its keyword.
        default: Its value when none is given.
        least: The smallest value allowed.
        most: The largest value allowed.
        range: The same, in words.
        whole: Whether it is an odd whole number, such as the width of a window.
    """

    name: str
    default: float
    least: float
    most: float
    range: str
    whole: bool = False

    def settle(self, value: float | str | None) -> Value:
        """Return the value, or the default for None.

        Raises:
            OptionError: the value is out of range, or not a number.
        """
        given = self.default if value is None else value
        # The comparison is also false for NaN.
        fits = not isinstance(given, str) and self.least <= given <= self.most
        if not fits or (self.whole and not isinstance(given, str) and given % 2 != 1):
            message = f"{self.name} is {self.range}, got {given}."
            raise OptionError(message)
        return int(given) if self.whole else float(given)


@dataclass(frozen=True)
class Choice:
    """A word that a scheme takes.

    Attributes:
        name: Its keyword.
        words: What it may be; the first is the default.
    """

    name: str
    words: tuple[str, ...]

    def settle(self, value: float | str | None) -> Value:
        """Return the word, or the default for None.

        Raises:
            OptionError: it is none of the words.
        """
        if value is None:
            return self.words[0]
        refuse_unknown(self.name, str(value), self.words)
        return str(value)
