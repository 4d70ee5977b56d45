"""Which format a file has: by its first bytes before its suffix, since names lie."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

from imbalance_audit.display import plain
from imbalance_audit.errors import EmptySourceError, SourceError, unknown
from imbalance_audit.sources.failures import translate
from imbalance_audit.sources.layouts.registry import layouts
from imbalance_audit.sources.places.remote import Address
from imbalance_audit.sources.tables.arrow import ARROW, ARROW_STREAM
from imbalance_audit.sources.tables.delimited import CSV
from imbalance_audit.sources.tables.json_array import JSON, is_document
from imbalance_audit.sources.tables.jsonl import JSONL
from imbalance_audit.sources.tables.parquet import PARQUET

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imbalance_audit.sources.places.paths import DataFile
    from imbalance_audit.sources.places.remote import Location
    from imbalance_audit.sources.tables.formats import Format

READERS: tuple[Format, ...] = (PARQUET, CSV, JSONL, JSON, ARROW, ARROW_STREAM)
"""Every file format."""

PIPELINE = "pipeline"
FORMATS: tuple[str, ...] = (*(reader.name for reader in READERS), PIPELINE)
"""What `format=` may be, beside the layouts."""

_FOREIGN_MAGIC = (
    (b"FEA1", "a Feather v1 file, which no current reader knows. Write it again as Feather v2"),
    (b"PARE", "an encrypted parquet file. Decrypt it first"),
    (b"PK\x03\x04", "a zip archive, or a spreadsheet. Unpack it, or save the table as CSV"),
    (b"SQLite format 3", "a SQLite database. Read it in a pipeline file"),
    (b"\x80\x04\x95", "a pickle, which is never loaded. Save the labels as parquet or CSV"),
    (b"\x80\x02", "a pickle, which is never loaded. Save the labels as parquet or CSV"),
)
_COMPRESSIONS = ((b"\x1f\x8b", ".gz"), (b"\x28\xb5\x2f\xfd", ".zst"))
_HEAD = 64
_MARK = b"\xef\xbb\xbf"


def checked_format(name: str) -> str:
    """Return the name of a format.

    Raises:
        SourceError: there is no such format.
    """
    known = _known()
    if name in known:
        return name
    raise SourceError(unknown("format", name, known))


def format_of_all(files: Sequence[DataFile], wanted: str | None, path: str) -> tuple[Format, tuple[DataFile, ...]]:
    """Return the one format of these files, and those of them that are label tables.

    In a folder, files of other suffixes (a README, images) lie beside the tables and are left out.

    Raises:
        EmptySourceError: a file has no bytes.
        SourceError: the format is unknown, or there are several.
    """
    tables = [file for file in files if file.sure or reader_of_suffix(file.path) not in (None, JSON)]
    # Beside tables, a .json describes them.
    tables = tables or [file for file in files if reader_of_suffix(file.path) is JSON]
    kept = tuple(tables or (files if wanted else ()))
    if not kept:
        message = f"{plain(path)} holds no file of a known format. Formats: {', '.join(_known())}. Pass --format."
        raise SourceError(message)
    readers = {file.name: format_of(file, wanted) for file in kept}
    if len({reader.name for reader in readers.values()}) > 1:
        (one, first), (other, second) = _two_unlike(readers)
        message = (
            f"{plain(one)} is {first} and {plain(other)} is {second}. Audit one format at a time: name a pattern, such"
            f" as '*{next(r for r in readers.values() if r.name == first).suffixes[0]}'."
        )
        raise SourceError(message)
    return next(iter(readers.values())), kept


def format_of(file: DataFile, wanted: str | None) -> Format:
    """Return the format of a file, by its first bytes, then by its suffix.

    Raises:
        EmptySourceError: the file has no bytes.
        SourceError: the format is unknown, or not the one that the name or the user claims.
    """
    if isinstance(file.path, Address):
        return _claimed_remotely(file, wanted)
    head, packed = _head(file.path, file.name)
    by_magic = next((reader for reader in READERS if reader.magic and head.startswith(reader.magic)), None)
    claimed = _named(wanted) if wanted else reader_of_suffix(file.path)
    if by_magic is not None and packed:
        claimed = by_magic
    elif by_magic is not None and (not wanted or claimed is by_magic):
        return by_magic
    for magic, what in _FOREIGN_MAGIC:
        if head.startswith(magic):
            message = f"{plain(file.name)} is {what}."
            raise SourceError(message)
    if claimed is None:
        message = f"{plain(file.name)} is of no known format. Formats: {', '.join(_known())}. Pass --format."
        raise SourceError(message)
    if claimed is JSON and not wanted:
        claimed = _of_json(file, head, packed=packed)
    _refuse_mark(file, claimed, head)
    if packed and not claimed.compressible:
        message = f"{plain(file.name)} is compressed, and {claimed.name} is read plain only. Unpack it first."
        raise SourceError(message)
    if claimed.magic or by_magic is not None:
        found = f"it is {by_magic.name}" if by_magic else "its first bytes say otherwise"
        message = f"{plain(file.name)} is not {claimed.name}, though it is called so: {found}. Pass the right --format."
        raise SourceError(message)
    return claimed


def _claimed_remotely(file: DataFile, wanted: str | None) -> Format:
    """Return the format that the user or the name claims; whether it is so, Polars finds when it reads."""
    claimed = _named(wanted) if wanted else reader_of_suffix(file.path)
    if claimed is None or claimed.local:
        known = ", ".join(reader.name for reader in READERS if not reader.local)
        message = f"{plain(file.name)} is of no format that is read remotely. Formats: {known}. Pass --format."
        raise SourceError(message)
    return claimed


def reader_of_suffix(file: Location) -> Format | None:
    """Return the format that a file's name claims."""
    suffixes = [suffix.lower() for suffix in file.suffixes if suffix.lower() not in (".gz", ".zst")]
    return next((reader for reader in READERS if suffixes and suffixes[-1] in reader.suffixes), None)


def _known() -> tuple[str, ...]:
    return (*FORMATS, *(layout.name for layout in layouts()))


def _named(name: str) -> Format:
    checked_format(name)
    for reader in READERS:
        if reader.name == name:
            return reader
    message = "A pipeline is one Python file. Name the file alone."
    if name != PIPELINE:
        message = f"There is no {name} in what is named. Leave --format out, or name what holds one."
    raise SourceError(message)


def _refuse_mark(file: DataFile, claimed: Format, head: bytes) -> None:
    if claimed is JSONL and head.startswith(_MARK):
        message = f"{plain(file.name)} begins with a byte order mark, which JSON lines forbid. Write it again without."
        raise SourceError(message)


def _of_json(file: DataFile, head: bytes, *, packed: bool) -> Format:
    """Spark writes JSON lines into `.json` files."""
    brace = head.removeprefix(_MARK).lstrip().startswith(b"{")
    return JSONL if brace and (packed or not is_document(file.local)) else JSON


def _head(file: Path, name: str) -> tuple[bytes, bool]:
    """Return the first bytes, unpacked where they are gzip, and whether the file is compressed."""
    try:
        with file.open("rb") as raw:
            head = raw.read(_HEAD)
        packed = any(head.startswith(magic) for magic, _ in _COMPRESSIONS)
        if head.startswith(b"\x1f\x8b"):
            with gzip.open(file) as unpacked:
                head = unpacked.read(_HEAD)
    except (OSError, EOFError, zlib.error) as error:
        raise translate(error, name) from error
    if not head.strip() and len(head) < _HEAD:
        message = f"{plain(name)} is empty. Write the labels into it first."
        raise EmptySourceError(message)
    return head, packed


def _two_unlike(readers: dict[str, Format]) -> tuple[tuple[str, str], tuple[str, str]]:
    pairs = [(name, reader.name) for name, reader in readers.items()]
    return pairs[0], next(pair for pair in pairs if pair[1] != pairs[0][1])
