"""Every way to break a JSON object in one place, and a few ways to break bytes."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

from imbalance_audit.records import digest_of

MISSING = object()

STRANGERS: tuple[Any, ...] = (
    None, True, -1, 0.5, 10**400, "x", "\ud800", "", [], {}, [1], {"a": 1}, float("nan"), float("inf"), MISSING,
)  # fmt: skip
"""What is put in the place of a value."""


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 -- JSON of any form
    """Yield the way to every value inside an object; of long lists to the first and the last entry only."""
    inside: Any = ()
    if isinstance(value, dict):
        inside = value.items()
    elif isinstance(value, list):
        ends = sorted({0, len(value) - 1}) if value else []
        inside = [(at, value[at]) for at in ends]
    for key, one in inside:
        yield (*way, key)
        yield from places(one, (*way, key))


def mutated(whole: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what was done, and the object with one value replaced, left out, doubled, or with a key too many."""
    for way in places(whole):
        for stranger in STRANGERS:
            changed = copy.deepcopy(whole)
            holder = _at(changed, way[:-1])
            if stranger is MISSING:
                del holder[way[-1]]
            elif holder[way[-1]] == stranger and type(holder[way[-1]]) is type(stranger):
                continue
            else:
                holder[way[-1]] = stranger
            yield f"{way} ← {'missing' if stranger is MISSING else repr(stranger)[:20]}", changed
        value = _at(whole, way)
        if isinstance(value, dict):
            changed = copy.deepcopy(whole)
            _at(changed, way)["unknown"] = 1
            yield f"{way} with a key too many", changed
        if isinstance(value, list) and value:
            changed = copy.deepcopy(whole)
            _at(changed, way).append(copy.deepcopy(value[0]))
            yield f"{way} with its first entry twice", changed
    yield "a key too many", {**whole, "unknown": 1}


def resealed(whole: dict[str, Any]) -> str:
    """Return the text of an object whose digest fits it, as somebody who forges a file would write it."""
    try:
        sealed = {**whole, "digest": digest_of(whole)} if "digest" in whole else whole
    except (UnicodeEncodeError, ValueError):
        sealed = whole
    return json.dumps(sealed)


def byte_changes(content: bytes, number: int, seed: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yield a place and the content with another byte there, at so many places, the first and the last among them."""
    drawn = random.Random(seed)
    chosen = {0, len(content) - 1, *(drawn.randrange(len(content)) for _ in range(number))}
    for at in sorted(chosen):
        changed = bytearray(content)
        changed[at] ^= drawn.randrange(1, 256)
        yield at, bytes(changed)


def _at(value: Any, way: tuple[Any, ...]) -> Any:  # noqa: ANN401 -- JSON of any form
    for key in way:
        value = value[key]
    return value
