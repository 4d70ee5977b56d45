"""How a label is shown to a person: quoted, with everything invisible or dangerous escaped.

Labels are foreign text. One that holds a terminal escape, a line break or a direction override must not act where it
is printed, and two that differ only by a blank must not look alike.
"""

from __future__ import annotations

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", '"': '\\"'}
LONGEST = 80
"""Characters of a label that are shown before it is cut."""


def quoted(label: str | None, *, longest: int = LONGEST) -> str:
    r"""Return the label in double quotes, safe to print; null without quotes.

    >>> print(quoted("cat "), quoted("caf\u00e9\u00a0\x1b[31m"), quoted(None))
    "cat " "café\u00a0\x1b[31m" null
    """
    if label is None:
        return "null"
    cut = label if len(label) <= longest else label[: longest - 1] + "…"
    return '"' + "".join(_visible(character) for character in cut) + '"'


def code_points(label: str) -> str:
    r"""Return the label in double quotes with every character outside ASCII as its code point.

    For spellings that a reader cannot tell apart otherwise.

    >>> print(code_points("café"))
    "caf\u00e9"
    """
    return '"' + "".join(_visible(c) if c.isascii() else _escape(c) for c in label) + '"'


def plain(text: str) -> str:
    r"""Return foreign text (a path, a column name) on one line without anything that acts on a terminal.

    >>> print(plain("a\nb\x1b[0m"))
    a\nb\x1b[0m
    """
    return "".join(c if c.isprintable() else _SHORT.get(c, _escape(c)) for c in text)


def _visible(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    # str.isprintable is false for controls, format characters, surrogates and every blank but the plain space.
    return character if character.isprintable() else _escape(character)


def _escape(character: str) -> str:
    point = ord(character)
    return f"\\x{point:02x}" if point < 0x80 else f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
