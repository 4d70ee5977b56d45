"""Arrow IPC: the file format (Feather v2), and the stream format that Hugging Face's library writes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.display import plain
from imbalance_audit.errors import SourceError
from imbalance_audit.sources.failures import FOREIGN, translate
from imbalance_audit.sources.tables.formats import Format

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imbalance_audit.records import ReadOptions
    from imbalance_audit.sources.places.remote import Location
    from imbalance_audit.sources.tables.formats import Schema

_FILE_HEAD = b"ARROW1\0\0"
_MESSAGE = b"\xff\xff\xff\xff"
_END = b"\xff\xff\xff\xff\0\0\0\0"
_INFO = b'{"info"'
_LARGEST_SCHEMA = 64 << 20


def _file_schema(file: Location, options: ReadOptions) -> Schema:  # noqa: ARG001 -- every format has this signature
    return dict(pl.scan_ipc(str(file), glob=False, hive_partitioning=False).collect_schema())


def _scan_files(
    files: Sequence[Location],
    schema: Schema,  # noqa: ARG001 -- every format has this signature
    used: Mapping[str, pl.DataType],  # noqa: ARG001 -- Polars reads only what is selected
    options: ReadOptions,  # noqa: ARG001 -- every format has this signature
    path_column: str | None,
) -> pl.LazyFrame:
    return pl.scan_ipc(
        [str(file) for file in files], glob=False, hive_partitioning=False, include_file_paths=path_column
    )


def _stream_schema(file: Location, options: ReadOptions) -> Schema:  # noqa: ARG001 -- every format has this signature
    return dict(pl.read_ipc_stream(str(file), n_rows=0).schema)


def _scan_streams(
    files: Sequence[Location],
    schema: Schema,
    used: Mapping[str, pl.DataType],
    options: ReadOptions,  # noqa: ARG001 -- every format has this signature
    path_column: str | None,
) -> pl.LazyFrame:
    """Hold the used columns in memory: a stream has no footer, so Polars cannot scan it."""
    columns = list(used) or list(schema)[:1]
    frames = [_read_stream(file, columns).lazy() for file in files]
    if path_column is not None:
        frames = [frame.with_columns(pl.lit(str(f)).alias(path_column)) for f, frame in zip(files, frames, strict=True)]
    return pl.concat(frames)


def _read_stream(file: Location, columns: list[str]) -> pl.DataFrame:
    """Read a stream to its end mark: one that was cut between two of its messages would give fewer rows unseen."""
    with open(file, "rb") as opened:  # noqa: PTH123 -- an address has no method to open it
        opened.seek(-min(len(_END), os.fstat(opened.fileno()).st_size), os.SEEK_END)
        whole = opened.read() == _END
    if not whole:
        message = f"{plain(file.name)} ends too early: the mark that closes an Arrow stream is missing. Write it again."
        raise SourceError(message)
    try:
        return pl.read_ipc_stream(str(file), columns=columns)
    except FOREIGN as error:
        raise translate(error, file.name) from error


def _huggingface(file: Location) -> str | None:
    """Read the metadata of the schema, which Polars does not give.

    Both formats begin with the schema's message: a marker of four bytes, the message's length in four, and a
    flatbuffer, in which a text stands behind its length in four bytes (Arrow columnar format, "Encapsulated message").
    """
    if not isinstance(file, Path):
        return None
    with file.open("rb") as opened:
        head = opened.read(len(_FILE_HEAD))
        opened.seek(len(_FILE_HEAD) if head == _FILE_HEAD else 0)
        marker, length = opened.read(4), int.from_bytes(opened.read(4), "little")
        message = opened.read(min(length, _LARGEST_SCHEMA)) if marker == _MESSAGE else b""
    at = message.find(_INFO)
    if at < 4 or b"huggingface\0" not in message:
        return None
    size = int.from_bytes(message[at - 4 : at], "little")
    return message[at : at + size].decode("utf-8", errors="replace")


ARROW = Format(
    name="arrow",
    suffixes=(".arrow", ".feather", ".ipc"),
    magic=b"ARROW1",
    schema=_file_schema,
    scan=_scan_files,
    huggingface=_huggingface,
)
ARROW_STREAM = Format(
    name="arrow-stream",
    suffixes=(".arrows",),
    magic=_MESSAGE,
    schema=_stream_schema,
    scan=_scan_streams,
    local=True,
    huggingface=_huggingface,
)
