"""The only place that knows label index files: which rows each class has, to be mapped into memory, not read.

    imbalance-audit/index, and a line feed
    {"version": 1, "classes": [str], "counts": [int], "rows": int, "width": 4|8, "split": str|null,
     "fingerprint": str, "checksum": "8 hex digits"}, on one line
    spaces and a line feed, up to a multiple of 4096 bytes
    row numbers: little-endian signed integers of `width` bytes, class after class, each class's in ascending order

`rows` is how many rows were numbered, labelled or not, from 0, in the order of the table, or of its train split where
there is one; `width` is 4 below 2³¹ of them. `checksum` is the CRC-32 of the row numbers. Keys that this version does
not know are left alone.
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
from typing import TYPE_CHECKING

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
        fields = {"version": VERSION, **asdict(self), "checksum": f"{self.checksum:08x}"}
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
        begin, checksum = len(self._header.dump()), 0
        for at in range(begin, self._size, _CHUNK):
            checksum = zlib.crc32(self._map[at : at + _CHUNK], checksum)
        self._map[:begin] = IndexHeader(**{**asdict(self._header), "checksum": checksum}).dump()
        self._map.flush()

    def _refuse_change(self) -> None:
        message = (
            "Expected the same rows in both passes over the source, got others. Run it while nothing changes them."
        )
        raise OptionError(message)


def map_index(path: str | os.PathLike[str]) -> tuple[IndexHeader, mmap.mmap, int]:
    """Return the header of an index file, the file mapped into memory, and where the row numbers begin in it.

    Only the header is read. Writes to the mapping stay in this process.

    Raises:
        IndexFileError: there is no such file, or it is cut off, of another kind, or of a newer version.
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
    return header, mapped, begin


def _header(line: bytes, shown: str) -> IndexHeader:
    try:
        fields = json.loads(line)
        version = fields.pop("version")
        known = {key: fields[key] for key in IndexHeader.__dataclass_fields__}
        names, counts = known["classes"], known["counts"]
        sound = (
            len(names) == len(counts) == len(set(names)) > 0
            and all(isinstance(name, str) for name in names)
            and all(isinstance(n, int) and n >= 0 for n in counts)
            and known["width"] in (4, 8)
            and isinstance(known["rows"], int)
        )
        checksum = int(known["checksum"], 16)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _broken(shown, "a label index", "a damaged header") from error
    if version != VERSION:
        message = f"{shown}: expected version {VERSION} of the label index, got {str(version)[:20]}. {_WAY_OUT}"
        raise IndexFileError(message)
    if not sound:
        raise _broken(shown, "a label index", "a damaged header")
    return IndexHeader(**{**known, "classes": tuple(names), "counts": tuple(counts), "checksum": checksum})


def _broken(shown: str, expected: str, got: str) -> IndexFileError:
    return IndexFileError(f"{shown}: expected {expected}, got {got}. {_WAY_OUT}")
