"""What a JSON file begins with: enough to tell annotation files, JSON lines and audits apart, without reading them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BOM = b"\xef\xbb\xbf"
_HEAD = 1 << 14
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[][{}:,]|[^][{}:,"\s]+|"')


@dataclass(frozen=True)
class JsonHead:
    """The beginning of a JSON file.

    Attributes:
        opening: `{` or `[`; empty for anything else.
        keys: The keys of the object, or of the array's first one, as far as they were met; and how each value begins:
            its first bracket and what follows it, or the value itself.
        several: Another value follows the first: these are JSON lines.
        whole: The object ended within the beginning.
    """

    opening: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    several: bool = False
    whole: bool = False


def json_head(path: Path) -> JsonHead:
    """Return what a file begins with; nothing for a file that cannot be opened or is no JSON object or array.

    >>> from pathlib import Path
    >>> json_head(Path("no such file")).opening
    ''
    """
    try:
        if not path.is_file():  # opening a pipe waits for whoever writes into it
            return JsonHead()
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError:
        return JsonHead()
    tokens = [token.decode("utf-8", "replace") for token in _TOKEN.findall(head.removeprefix(BOM))]
    if not tokens or tokens[0] not in ("{", "["):
        return JsonHead()
    wanted = 2 if tokens[:2] == ["[", "{"] else 1
    keys: dict[str, str] = {}
    depth = 0
    for i, piece in enumerate(tokens):
        depth += (piece in ("{", "[")) - (piece in ("}", "]"))
        if depth < wanted and piece == "}":
            return JsonHead(tokens[0], keys, several=wanted == 1 and i + 1 < len(tokens), whole=True)
        if depth == wanted and piece == ":" and (key := _text(tokens[i - 1])) is not None:
            brackets = tokens[i + 1 : i + 2] in (["["], ["{"])
            keys.setdefault(key, "".join(tokens[i + 1 : i + 2 + brackets]))
    return JsonHead(tokens[0], keys)


def _text(token: str) -> str | None:
    try:
        text = json.loads(token, strict=False)
    except ValueError:
        return None
    return text if isinstance(text, str) else None
