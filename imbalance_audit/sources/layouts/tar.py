"""The members of a tar archive, found from header to header without reading what they hold.

Python's `tarfile` makes an object of every member; a walk over a shard needs its name and its size. The layouts are
those of POSIX (ustar, pax) and of GNU tar.
"""

from __future__ import annotations

import gzip
import zlib
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, NamedTuple, cast

from imbalance_audit.display import plain
from imbalance_audit.errors import EmptySourceError, SourceError
from imbalance_audit.sources.failures import translate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BLOCK = 512
_ZEROS = bytes(_BLOCK)
_RECORD = 20 * _BLOCK
"""Up to a multiple of this, an archive is filled with zeros."""
_GZIP = b"\x1f\x8b"
_FILES = (b"0", b"\0", b"7")
_BARE = (b"1", b"2", b"3", b"4", b"5", b"6")
"""Links, devices, folders and pipes: their headers may name a size, and no data follow."""
_PAX, _LONG_NAME, _SPARSE = b"x", b"L", b"S"
_ABOUT_THE_NEXT = (_PAX, _LONG_NAME, b"K", b"g")
_LONGEST = 2**20
"""Bytes of a member's name, with what is said of it beside."""


class Member(NamedTuple):
    """A plain file in an archive.

    Attributes:
        name: Its path, as written.
        offset: Where its data begin in the archive, unpacked.
        size: Its bytes.
    """

    name: str
    offset: int
    size: int


class Archive:
    """An open archive: iterate over its plain files, and read one before going on to the next.

    Attributes:
        ended: Whether the end mark was met. Without one, the archive may have been cut off between two members.
        goes_on: Whether something follows the end mark, as where archives were joined: no reader goes on to it.
        at: Where the last header begins.
    """

    def __init__(self, stream: IO[bytes], name: str, length: int | None) -> None:
        self._stream, self._name, self._length = stream, plain(name), length
        self.ended = self.goes_on = False
        self.at = 0

    def __iter__(self) -> Iterator[Member]:
        """Yield the plain files in order; folders, links and devices are passed over.

        Raises:
            SourceError: the archive is damaged or cut off.
        """
        said: dict[bytes, bytes] = {}
        while (header := self._header()) is not None:
            kind, data = header[156:157], self.at + _BLOCK
            size = 0 if kind in _BARE else self._number(said.get(b"size"), 10) or self._number(header[124:136], 8)
            end = data + (size or 0)
            if self._length is not None and end > self._length:
                raise self._cut(end)
            if kind in _ABOUT_THE_NEXT:
                said |= self._about_the_next(kind, data, end - data)
            elif kind == _SPARSE:
                message = f"{self._name} holds a sparse member at byte {self.at:,}. Pack it anew without --sparse."
                raise SourceError(message)
            else:
                name = said.get(b"path") or _name(header)
                # Archives of the seventies tell a folder by its name alone.
                if kind in _FILES and not (kind == b"\0" and name.endswith(b"/")):
                    yield Member(name.decode(errors="surrogateescape"), data, end - data)
                said = {}
            self._pass(end)
            self.at = end + -end % _BLOCK

    def read(self, member: Member) -> bytes:
        """Return what the member holds.

        Raises:
            SourceError: the archive is cut off.
        """
        return self._read(member.offset, member.size)

    def _read(self, offset: int, size: int) -> bytes:
        self._stream.seek(offset)
        data = self._stream.read(size)
        if len(data) < size:
            raise self._cut(offset + size)
        return data

    def _header(self) -> bytes | None:
        """Return the next header; None at the end."""
        self._stream.seek(self.at)
        header = self._stream.read(_BLOCK)
        if header == _ZEROS:
            self.ended = True
            self.goes_on = bool(self._stream.read(_RECORD).strip(b"\0"))
            return None
        if not header:
            if not self.at:
                message = f"{self._name} is empty. Write the samples into it first."
                raise EmptySourceError(message)
            return None
        if len(header) == _BLOCK and _checks(header):
            return header
        if not self.at:
            message = f"{self._name} is no tar archive, though it is called so: its first {_BLOCK} bytes say otherwise."
            raise SourceError(message)
        if len(header) < _BLOCK:
            raise self._cut(self.at + _BLOCK)
        raise self._damaged()

    def _number(self, field: bytes | None, base: int) -> int | None:
        """Return a number in digits, or in GNU's form for large ones; None for no field."""
        if field is None:
            return None
        if field[0] == 0x80:
            return int.from_bytes(field[1:])
        digits = field.partition(b"\0")[0].strip()
        if digits and not digits.isdigit():
            raise self._damaged()
        try:
            return int(digits or b"0", base)
        except ValueError as error:
            raise self._damaged() from error

    def _about_the_next(self, kind: bytes, offset: int, size: int) -> dict[bytes, bytes]:
        """Return the path and the size that a header gives for the member after it."""
        if kind not in (_PAX, _LONG_NAME):
            return {}
        if size > _LONGEST:
            raise self._damaged()
        text = self._read(offset, size)
        if kind == _LONG_NAME:
            return {b"path": text.partition(b"\0")[0]}
        said = {}
        while text.strip(b"\0"):
            length = self._number(text.partition(b" ")[0], 10) or 0
            key, equals, value = text[:length].partition(b" ")[2].partition(b"=")
            if not equals or value[-1:] != b"\n":
                raise self._damaged()
            said[key] = value[:-1]
            text = text[length:]
        return {key: said[key] for key in (b"path", b"size") if said.get(key)}

    def _pass(self, end: int) -> None:
        """Make sure that the data go on to here, where their length is not known beforehand."""
        if self._length is None and self._stream.tell() < end:
            self._read(end - 1, 1)

    def _cut(self, end: int) -> SourceError:
        return SourceError(
            f"{self._name} is cut off: the member at byte {self.at:,} should go on to byte {end:,}. Copy it again."
        )

    def _damaged(self) -> SourceError:
        return SourceError(f"{self._name} is damaged: there is no valid header at byte {self.at:,}. Copy it again.")


@contextmanager
def open_archive(path: Path, name: str) -> Iterator[Archive]:
    """Open a tar archive, packed with gzip or not.

    Args:
        path: The archive.
        name: What the user calls it.

    Raises:
        SourceError: it cannot be read.
    """
    archive = None
    try:
        # Headers lie far apart: a buffer would read what is passed over.
        with path.open("rb", buffering=0) as raw:
            packed = raw.read(len(_GZIP)) == _GZIP
            with cast("IO[bytes]", gzip.open(path)) if packed else path.open("rb", buffering=0) as stream:
                archive = Archive(stream, name, None if packed else path.stat().st_size)
                yield archive
    except EOFError as error:
        at = 0 if archive is None else archive.at
        message = f"{plain(name)} is cut off: its packed data end in or after the member at byte {at:,}. Copy it again."
        raise SourceError(message) from error
    except (OSError, zlib.error) as error:
        raise translate(error, name) from error


def _name(header: bytes) -> bytes:
    name = header[:100].partition(b"\0")[0]
    prefix = header[345:500].partition(b"\0")[0]
    return prefix + b"/" + name if prefix and header[257:263] == b"ustar\0" else name


def _checks(header: bytes) -> bool:
    """Return whether the checksum holds: of bytes without a sign, or with one as some old systems had it."""
    field = header[148:156].partition(b"\0")[0].strip()
    if not field.isdigit():
        return False
    try:
        said = int(field, 8)
    except ValueError:
        return False
    total = sum(header) - sum(header[148:156]) + 8 * ord(" ")
    if total == said:
        return True
    rest = header[:148] + header[156:]
    return total - 256 * sum(byte > 127 for byte in rest) == said
