"""How a text spells a value: a whole number, or true and false. Whoever asks whether a label is a number asks here."""

from __future__ import annotations

import re

INTEGER = r"-?(?:0|[1-9][0-9]{0,38})(?:\.0{1,400})?"
"""The texts that spell a whole number, for any engine of regular expressions, to be matched from end to end.

`7`, `-1` and `7.0` do; `007`, `+7`, `7e0`, blanks around it and full-width digits are text. 39 digits are the most that
a 128-bit integer has; a longer text is no number of anybody.
"""

FALSE, TRUE = "false", "true"
"""How the two classes of a bool are called, in their order."""

_INTEGER = re.compile(INTEGER, re.ASCII)


def integer_of(text: str) -> int | None:
    """Return the whole number that a text spells; None for a text that spells none.

    >>> integer_of("7"), integer_of("7.0"), integer_of("-0"), integer_of("007"), integer_of("7.5"), integer_of(" 7")
    (7, 7, 0, None, None, None)
    """
    return int(text.partition(".")[0]) if _INTEGER.fullmatch(text) else None


def is_integer(text: str) -> bool:
    """Return whether a text is how a whole number is written: "7" and "-1", not "7.0", "007" or "-0".

    >>> is_integer("-1"), is_integer("7.0"), is_integer("-0")
    (True, False, False)
    """
    number = integer_of(text)
    return number is not None and text == str(number)


def bool_of(text: str) -> bool | None:
    """Return the truth value that a text spells, in whatever case; None for another text.

    >>> bool_of("True"), bool_of("FALSE"), bool_of("yes")
    (True, False, None)
    """
    return {FALSE: False, TRUE: True}.get(text.lower()) if len(text) <= len(FALSE) else None


def canonical(text: str) -> str:
    """Return the one way in which a value is written: a whole number without its zeros, any other text as it is.

    >>> canonical("7.0"), canonical("-0"), canonical("007")
    ('7', '0', '007')
    """
    number = integer_of(text)
    return text if number is None else str(number)
