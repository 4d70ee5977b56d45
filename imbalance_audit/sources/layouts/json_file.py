"""One JSON file, read as a type: only the fields that the type names are kept, the rest is skipped."""

from __future__ import annotations

import json
import mmap
import re
from typing import TYPE_CHECKING, TypeVar

import msgspec

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import EmptySourceError, SourceError
from imbalance_audit.sources.layouts.json_head import BOM

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")

_BYTE = re.compile(r"\(byte (\d+)\)")
_TAIL = 64


def read_json(path: Path, kind: type[T], name: str) -> tuple[T, tuple[str, ...]]:
    """Return the content of a file, and notes on what of it is no JSON and was read all the same.

    The file is mapped, not copied: a gigabyte of it takes no more memory than what is kept.

    Args:
        path: The file.
        kind: A type that msgspec knows, such as a Struct.
        name: What to call the file.

    Raises:
        EmptySourceError: the file has no bytes.
        SourceError: it is no JSON, or not of this type.
    """
    if not path.stat().st_size:
        message = f"{plain(name)} is empty. Write the labels into it first."
        raise EmptySourceError(message)
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        marked = mapped[: len(BOM)] == BOM
        notes = (f"{plain(name)} begins with a byte order mark, which JSON forbids.",) if marked else ()
        with memoryview(mapped) as whole, whole[len(BOM) if marked else 0 :] as view:
            try:
                return msgspec.json.decode(view, type=kind), notes
            except msgspec.ValidationError as error:
                raise _misfit(error, name) from error
            except msgspec.DecodeError as error:
                return _read_leniently(view, kind, name, error), (*notes, _lenient_note(name))
            except RecursionError as error:
                raise _too_deep(name) from error


def _lenient_note(name: str) -> str:
    return f"{plain(name)} holds NaN, Infinity or broken escapes, which JSON forbids: read as Python's json reads them."


def _read_leniently(view: memoryview, kind: type[T], name: str, error: msgspec.DecodeError) -> T:
    """Read what Python's json still takes, where the trouble looks like that: it needs many times the time and memory.

    Raises:
        SourceError: it does not, or is not of this type.
    """
    place = _BYTE.search(str(error))
    offset = len(view) if place is None else int(place[1])
    found = bytes(view[offset : offset + 1])
    cut_off = place is None and not bytes(view[-_TAIL:]).rstrip().endswith((b"}", b"]"))
    if cut_off or (found not in (b"", b"N", b"I") and "escape" not in str(error)):
        raise _broken(found, offset, name) from error
    try:
        return msgspec.convert(json.loads(bytes(view)), type=kind)
    except msgspec.ValidationError as misfit:
        raise _misfit(misfit, name) from misfit
    except RecursionError as deep:
        raise _too_deep(name) from deep
    except ValueError as broken:
        raise _broken(found, offset, name) from broken


def _broken(found: bytes, offset: int, name: str) -> SourceError:
    if not found:
        return SourceError(f"{plain(name)} ends too early, after {offset:,} bytes: it was cut off. Copy it again.")
    what = f"{quoted(found.decode('latin-1'))} at byte {offset:,}"
    return SourceError(f"{plain(name)} is not JSON: it holds {what}. Write or copy it again.")


def _misfit(error: msgspec.ValidationError, name: str) -> SourceError:
    return SourceError(f"{plain(name)} is JSON of another shape: {plain(str(error))}. Check which format it is.")


def _too_deep(name: str) -> SourceError:
    return SourceError(f"{plain(name)} nests lists or objects too deeply to be read. Write it again without them.")
