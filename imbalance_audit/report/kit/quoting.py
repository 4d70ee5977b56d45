"""How labels and sentences with labels in them are shown in a report: what a reader could take for another is told."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from imbalance_audit.display import LONGEST, code_points, plain, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOOK_LATIN = {"CYRILLIC", "GREEK", "CHEROKEE", "ARMENIAN", "FULLWIDTH", "MATHEMATICAL"}
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`"]+`')


def shown(label: str) -> str:
    r"""Return an ordinary label as it is, and any other as `told` does.

    >>> print(shown("red fox"), shown("fox "), shown("a\nb"), shown(""))
    red fox "fox " "a\nb" ""
    """
    safe = told(label)
    return label if safe == f'"{label}"' and label and label.split() == label.split(" ") else safe


def told(label: str) -> str:
    r"""Return a label quoted; in code points where a reader could take it for another one.

    >>> print(told("fox "), told("café"), told("cafe\u0301"), told("f\u043ex"))
    "fox " "café" "cafe\u0301" "f\u043ex"
    """
    if label.isascii() or len(label) > LONGEST:
        return quoted(label)
    scripts = {unicodedata.name(character, "").split(" ")[0] for character in label if character.isalpha()}
    mixed = "LATIN" in scripts and not scripts.isdisjoint(_LOOK_LATIN)
    return code_points(label) if mixed or not unicodedata.is_normalized("NFC", label) else quoted(label)


def message_parts(message: str, *, longest: int = 1200) -> Iterator[tuple[bool, str]]:
    """Yield (is a quoted label or code, text) of a message, in order, without the backticks around code.

    >>> list(message_parts('Class "a b" is rare, see `audit weights`'))
    [(False, 'Class '), (True, '"a b"'), (False, ' is rare, see '), (True, 'audit weights')]
    """
    text = plain(message)
    text = text if len(text) <= longest else text[: longest - 1] + "…"
    at = 0
    for found in _QUOTED.finditer(text):
        if found.start() > at:
            yield False, text[at : found.start()]
        yield True, found.group().strip("`")
        at = found.end()
    if at < len(text):
        yield False, text[at:]
