"""The only place that knows label index files: which rows each class has, to be mapped into memory, not read.

    imbalance-audit/index, and a line feed
    {"version": 1, "classes": [str], "counts": [int], "rows": int, "width": 4|8, "split": str|null,
     "fingerprint": str, "checksum": "8 hex digits", "header": "8 hex digits"}, on one line
    spaces and a line feed, up to a multiple of 4096 bytes
    row numbers: little-endian signed integers of `width` bytes, class after class, each class's in ascending order

`rows` is how many rows were numbered, labelled or not, from 0, in the order of the table, or of its train split where
there is one; `width` is 4 below 2³¹ of them. `checksum` is the CRC-32 of the row numbers, `header` that of the bytes
before them with its own digits as 0, and there is one way to write them. Row numbers are in bounds, and no other key is
there.
"""

from __future__ import annotations

import json
import mmap
import os
import sys
import zlib
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from imbalance_audit.display import plain
from imbalance_audit.errors import IndexFileError, OptionError
from imbalance_audit.files.own_kinds import INDEX_FILE
from imbalance_audit.files.staging import allocate, transaction

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

MAGIC = b"imbalance-audit/index\n"
VERSION = 1
PAGE = 4096

_WAY_OUT = "Write one with `audit scan … --index labels.idx`."
_CHUNK = 1 << 24


@dataclass(frozen=True)
class IndexHeader:
    """What stands before the row numbers.

    Attributes:
        classes: The class names in index order.
        counts: The rows of each class.
        rows: How many rows were numbered.
        width: The bytes of a row number.
        split: The split whose rows were numbered; None for the whole table.
        fingerprint: That of the audit.
        checksum: The CRC-32 of the row numbers.
    """

    classes: tuple[str, ...]
    counts: tuple[int, ...]
    rows: int
    width: int
    split: str | None
    fingerprint: str
    checksum: int = 0

    def dump(self) -> bytes:
        """Return the bytes before the row numbers. Their number does not depend on the checksum."""
        unsigned = self._dump(0)
        return self._dump(zlib.crc32(unsigned))

    def _dump(self, header: int) -> bytes:
        fields = {"version": VERSION, **asdict(self), "checksum": f"{self.checksum:08x}", "header": f"{header:08x}"}
        text = MAGIC + json.dumps(fields, ensure_ascii=False).encode()
        return text.ljust(-(-(len(text) + 1) // PAGE) * PAGE - 1) + b"\n"


class IndexWriter:
    """Writes an index class by class in any order, beside its place, and moves it there when it is whole.

    Args:
        path: Where the index shall be.
        header: What it holds, but for the checksum.

    Raises:
        OptionError: the path cannot be written.
    """

    def __init__(self, path: Path, header: IndexHeader) -> None:
        self._path = path
        self._header = header
        start = len(header.dump())
        self._next = []
        for n in header.counts:
            self._next.append(start)
            start += n * header.width
        self._ends = [*self._next[1:], start]
        self._size = start
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            writing = opened.enter_context(transaction())
            part = opened.enter_context(writing.filling(self._path, INDEX_FILE))
            with part.open("r+b") as file:
                # Before it is mapped: a page that finds no room on a full disk would kill the process.
                allocate(file.fileno(), self._size)
                self._map = opened.enter_context(mmap.mmap(file.fileno(), self._size))
            self._open = opened.pop_all()
        return self

    def add(self, place: int, numbers: memoryview) -> None:
        """Append row numbers, as bytes, to those of the class at a place."""
        at = self._next[place]
        end = at + numbers.nbytes
        if end > self._ends[place]:
            self._refuse_change()
        self._map[at:end] = numbers.cast("B")
        self._next[place] = end

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._open.__exit__(kind, error, trace)
            return
        with self._open:
            self._finish()

    def _finish(self) -> None:
        if self._next != self._ends:
            self._refuse_change()
        begin = len(self._header.dump())
        checksum = _checksum(self._map, begin, self._size)
        self._map[:begin] = IndexHeader(**{**asdict(self._header), "checksum": checksum}).dump()
        self._map.flush()

    def _refuse_change(self) -> None:
        message = (
            "Expected the same rows in both passes over the source, got others. Run it while nothing changes them."
        )
        raise OptionError(message)


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    classes: tuple[str, ...]
    counts: tuple[Annotated[int, msgspec.Meta(ge=0)], ...]
    rows: Annotated[int, msgspec.Meta(ge=0)]
    width: Literal[4, 8]
    split: str | None
    fingerprint: str
    checksum: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}$")]
    header: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}$")]


def map_index(path: str | os.PathLike[str], *, verify: bool = False) -> tuple[IndexHeader, mmap.mmap, int]:
    """Return the header of an index file, the file mapped into memory, and where the row numbers begin in it.

    The header is read, and every byte of it checked. Writes to the mapping stay in this process.

    Args:
        path: The file.
        verify: Read the row numbers as well, once, and check them by their checksum.

    Raises:
        IndexFileError: there is no such file, or it is cut off, damaged, of another kind, or of a newer version.
    """
    shown = plain(str(path))
    if sys.byteorder != "little":
        message = f"{shown}: expected a little-endian machine, got another. Use labels in memory."
        raise IndexFileError(message)
    try:
        with Path(path).open("rb") as file:
            if file.readline(len(MAGIC)) != MAGIC:
                raise _broken(shown, "a label index", "a file of another kind")
            line = file.readline()
            size = file.seek(0, os.SEEK_END)
            mapped = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_COPY)
            # Rows are drawn from anywhere: pages that nobody asked for would only fill the memory.
            mapped.madvise(mmap.MADV_RANDOM)
    except OSError as error:
        message = f"Cannot read the label index {shown}: {error.strerror}. {_WAY_OUT}"
        raise IndexFileError(message) from error
    header, begin = _header(line, shown), len(MAGIC) + len(line)
    expected = begin + sum(header.counts) * header.width
    if size != expected:
        mapped.close()
        raise _broken(shown, f"{expected:,} bytes", f"{size:,}, a file that was cut off or added to")
    if verify and _checksum(mapped, begin, size) != header.checksum:
        mapped.close()
        raise _broken(shown, "the row numbers that were written", "others, a damaged file")
    return header, mapped, begin


def _checksum(mapped: mmap.mmap, begin: int, size: int) -> int:
    checksum = 0
    for at in range(begin, size, _CHUNK):
        checksum = zlib.crc32(mapped[at : min(at + _CHUNK, size)], checksum)
    return checksum


def _header(line: bytes, shown: str) -> IndexHeader:
    try:
        found = msgspec.json.decode(line, type=_Line)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _broken(shown, "a label index", f"a damaged header ({plain(str(error))[:100]})") from error
    if found.version != VERSION:
        message = f"{shown}: expected version {VERSION} of the label index, got {found.version}. {_WAY_OUT}"
        raise IndexFileError(message)
    header = IndexHeader(
        found.classes, found.counts, found.rows, found.width, found.split, found.fingerprint, int(found.checksum, 16)
    )
    sound = 0 < len(found.classes) == len(set(found.classes)) == len(found.counts) and sum(found.counts) <= found.rows
    if not sound or header.dump() != MAGIC + line:
        raise _broken(shown, "a label index", "a damaged header")
    return header


def _broken(shown: str, expected: str, got: str) -> IndexFileError:
    return IndexFileError(f"{shown}: expected {expected}, got {got}. {_WAY_OUT}")
