"""Text files read line by line. What is no plain UTF-8 text is refused, not guessed at."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.display import plain
from imbalance_audit.errors import EmptySourceError, SourceError
from imbalance_audit.sources.failures import translate
from imbalance_audit.sources.places.paths import find_files

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from imbalance_audit.sources.places.paths import DataFile

_HEAD = 1 << 16
_MARK = "\ufeff"


def suffix_of(path: Path) -> str:
    """Return the suffix in lower case, without that of a compression."""
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    return suffixes[-1] if suffixes else ""


def text_files(paths: Sequence[Path], suffixes: Collection[str]) -> tuple[tuple[DataFile, ...], tuple[str, ...]]:
    """Return the files that are named, and those of these suffixes in the folders that are; and what was left out.

    Raises:
        SourceError: there is none.
    """
    files = find_files([str(path) for path in paths])
    kept = tuple(file for file in files if file.sure or suffix_of(file.local) in suffixes)
    left = len(files) - len(kept)
    return kept or files, (f"Files of other formats left out: {left}.",) if kept and left else ()


def first_lines(file: Path, *, errors: str = "strict") -> list[str]:
    """Return the whole lines among the first bytes; none where they are no text, unless its errors are replaced."""
    try:
        head = _head(file)
    except (OSError, EOFError, zlib.error):
        return []
    cut = (head.rfind(b"\n") + 1 if len(head) == _HEAD else 0) or len(head)
    try:
        text = head[:cut].decode("utf-8-sig", errors)
    except UnicodeDecodeError:
        return []
    # str.splitlines knows more line breaks than text files have.
    return [] if "\0" in text else [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]


def scan_text(file: DataFile) -> pl.LazyFrame:
    """Return the lines of a file as `line`, numbered from 1 as `number`.

    Raises:
        EmptySourceError: it holds blanks at most.
        SourceError: it is no text of lines.
    """
    try:
        head = _head(file.local)
    except (OSError, EOFError, zlib.error) as error:
        raise translate(error, file.name) from error
    name = plain(file.name)
    if len(head) < _HEAD and not head.removeprefix(_MARK.encode()).strip():
        message = f"{name} is empty. Write the labels into it first."
        raise EmptySourceError(message)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        message = f"{name} is not UTF-8 text but UTF-16. Convert it first: iconv -f UTF-16 -t UTF-8."
        raise SourceError(message)
    if b"\0" in head:
        message = f"{name} holds zero bytes, so it is no text. Name a text file."
        raise SourceError(message)
    if b"\r" in head and b"\n" not in head:
        message = f"{name} ends its lines with a bare carriage return. Convert it to line feeds first."
        raise SourceError(message)
    lines = pl.scan_lines(file.local, glob=False, row_index_name="number", row_index_offset=1)
    if not head.startswith(_MARK.encode()):
        return lines
    line = pl.col("line")
    return lines.with_columns(line=pl.when(pl.col("number") == 1).then(line.str.strip_prefix(_MARK)).otherwise(line))


def _head(file: Path) -> bytes:
    with file.open("rb") as raw:
        head = raw.read(_HEAD)
    if not head.startswith(b"\x1f\x8b"):
        return head
    with gzip.open(file) as unpacked:
        return unpacked.read(_HEAD)
