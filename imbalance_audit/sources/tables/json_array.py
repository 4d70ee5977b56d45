"""A JSON document whose rows are one list: of objects, of values, or of lists; it may stand under one key.

    [{"label": "cat"}, …]    ["cat", "dog", …]    [["cat", "dog"], [], …]    {"info": …, "data": [{"label": "cat"}, …]}

A document has no lines to stream. It is mapped into memory, and of its rows only the keys in use are taken out.
"""

from __future__ import annotations

import mmap
import re
from io import BytesIO
from typing import IO, TYPE_CHECKING

import msgspec
import polars as pl

from imbalance_audit.display import plain
from imbalance_audit.errors import EmptySourceError, SourceError
from imbalance_audit.sources.failures import translate
from imbalance_audit.sources.places.remote import on_this_machine
from imbalance_audit.sources.tables.formats import Format
from imbalance_audit.sources.tables.json_types import inferred, settled
from imbalance_audit.sources.tidying.column_roles import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from imbalance_audit.records import ReadOptions
    from imbalance_audit.sources.places.remote import Location
    from imbalance_audit.sources.tables.formats import Schema
    from imbalance_audit.sources.tidying.nested import Paths

_MARK = b"\xef\xbb\xbf"
_HEAD = 1 << 20
_LINE_BREAKS = bytes.maketrans(b"\r\n", b"  ")
_BLANK = re.compile(rb"\s*")
_LIST_OF = re.compile(rb"\[\s*(.)")
_NO_NUMBER = re.compile(rb"-?\b(?:NaN|Infinity)\b")
_BYTE = re.compile(r"\(byte (\d+)\)")


class _Object(msgspec.Struct):
    """What every row must be where one is."""


def is_document(file: Path) -> bool:
    """Return whether a file that begins with a brace is one JSON document; else it holds JSON lines."""
    with file.open("rb") as stream:
        head = stream.read(_HEAD).removeprefix(_MARK).lstrip()
    first, _, rest = head.partition(b"\n")
    try:
        keys = msgspec.json.decode(first, type=dict[str, msgspec.Raw])
    except msgspec.MsgspecError as error:
        return "truncated" in str(error)
    except (RecursionError, UnicodeDecodeError):
        return True
    return not rest.strip() and any(_kind(memoryview(value)) == b"{" for value in keys.values())


def _schema(file: Location, options: ReadOptions) -> Schema:
    rows = _lines(file, None)
    return inferred(lambda first: _parsed([_joined(rows[:first])], infer=first), options)


def _settle(files: Sequence[Location], used: Schema, paths: Paths, label: Sequence[str], path: str) -> Schema:
    return settled(
        lambda schema: _parsed([_joined(_lines(file, schema)) for file in files], schema), used, paths, label, path
    )


def _scan(
    files: Sequence[Location],
    schema: Schema,
    used: Mapping[str, pl.DataType],
    options: ReadOptions,  # noqa: ARG001 -- every format has this signature
    path_column: str | None,
) -> pl.LazyFrame:
    columns = dict(used) or dict.fromkeys(list(schema)[:1], pl.String())
    frames = [_parsed([_joined(_lines(file, columns))], columns) for file in files]
    if path_column is not None:
        frames = [frame.with_columns(pl.lit(str(f)).alias(path_column)) for f, frame in zip(files, frames, strict=True)]
    return pl.concat(frames)


def _parsed(contents: Iterable[bytes], schema: Schema | None = None, *, infer: int | None = None) -> pl.LazyFrame:
    streams: list[IO[bytes]] = [BytesIO(one) for one in contents]
    return pl.scan_ndjson(streams, schema=schema, infer_schema_length=infer)


def _lines(location: Location, columns: Iterable[str] | None) -> Sequence[bytes | msgspec.Raw]:
    """Return the rows of a document as JSON objects, with these keys only, or with all.

    Raises:
        EmptySourceError: the list is empty.
        SourceError: it is no JSON, or holds no list of rows.
    """
    file = on_this_machine(location, "a JSON document")
    content = _content(file)
    try:
        rows = _rows(content, file)
        kind = _kind(rows)
        if kind == b"]":
            message = f"{plain(file.name)} is an empty list. Write the labels into it first."
            raise EmptySourceError(message)
        if kind == b"{" and columns is not None:
            return _taken(rows, columns)
        if kind == b"{":
            msgspec.json.decode(rows, type=list[_Object])
        elements = msgspec.json.decode(rows, type=list[msgspec.Raw])
        return elements if kind == b"{" else [b'{"label":%b}' % bytes(element) for element in elements]
    except UnicodeDecodeError as error:
        raise translate(error, file.name) from error
    except (msgspec.MsgspecError, RecursionError) as error:
        raise _failure(error, file, content) from error


def _taken(rows: memoryview, columns: Iterable[str]) -> list[bytes]:
    """Skip what is not in use without decoding it."""
    names = {f"key{i}": name for i, name in enumerate(columns)}
    fields = [(key, msgspec.Raw, msgspec.Raw(b"null")) for key in names]
    row = msgspec.defstruct("Row", fields, rename=names, gc=False)
    taken = msgspec.json.decode(rows, type=list[row])  # type: ignore[valid-type]  # -- a type made of the columns
    return [msgspec.json.encode(one) for one in taken]


def _joined(rows: Iterable[bytes | msgspec.Raw]) -> bytes:
    """Return the rows on a line each. No line break can stand inside a JSON text, but many between its tokens."""
    return b"\n".join(bytes(row).translate(_LINE_BREAKS) for row in rows)


def _kind(rows: memoryview) -> bytes:
    """Return how the first element of a list begins, or what closes the list; nothing where it is no list."""
    found = _LIST_OF.match(rows)
    return b"" if found is None else found[1]


def _content(file: Path) -> memoryview:
    """Map the document into memory."""
    with file.open("rb") as stream:
        mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    return memoryview(mapped)[len(_MARK) if mapped[: len(_MARK)] == _MARK else 0 :]


def _rows(content: memoryview, file: Path) -> memoryview:
    """Return the one list in a document."""
    blank = _BLANK.match(content)
    content = content[blank.end() if blank else 0 :]
    if bytes(content[:1]) != b"{":
        return content
    keys = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
    lists = {key: memoryview(value) for key, value in keys.items() if bytes(memoryview(value)[:1]) == b"["}
    if len(lists) == 1:
        return next(iter(lists.values()))
    found = f"several lists: {listed(lists)}" if lists else f"no list of rows. Keys: {listed(keys)}"
    message = f"{plain(file.name)} holds {found}. Write the rows as one list, or read the file in a pipeline file."
    raise SourceError(message)


def _failure(error: Exception, file: Path, content: memoryview) -> SourceError:
    text, name = str(error), plain(file.name)
    if isinstance(error, RecursionError):
        return SourceError(f"{name} is nested too deeply. Write its rows as JSON lines, one object a line.")
    if "truncated" in text:
        return SourceError(f"{name} ends too early, at byte {len(content)}: it was cut off. Copy it again.")
    at = _BYTE.search(text)
    number = _NO_NUMBER.search(content[max(0, int(at[1]) - 2) : int(at[1]) + 8]) if at else None
    if number is not None:
        return SourceError(f"{name} holds {number[0].decode()}, which JSON does not know. Write null instead.")
    if bytes(content[:2]) in (b"\xff\xfe", b"\xfe\xff"):
        return SourceError(f"{name} is not UTF-8 text but UTF-16. Convert it first: iconv -f UTF-16 -t UTF-8.")
    if isinstance(error, msgspec.ValidationError):
        return SourceError(f"{name} is no list of one kind of rows: {plain(text)}. Make every row an object, or none.")
    return SourceError(f"{name} cannot be read: {plain(text)}. Check that the file is complete and JSON.")


JSON = Format(name="json", suffixes=(".json",), schema=_schema, scan=_scan, settle=_settle, local=True)
