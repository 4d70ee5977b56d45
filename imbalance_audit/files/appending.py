"""Lines that are added to a file that others may read or add to meanwhile: whole, or not at all."""

from __future__ import annotations

import fcntl
import os
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike


def append(path: str | PathLike[str], content: bytes) -> None:
    """Add bytes to the end of a file, synced; if they do not fit whole, none of them stays.

    Raises:
        OSError: they cannot be written.
    """
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        with locked(handle):
            found = os.fstat(handle)
            try:
                rest = memoryview(content)
                while rest:
                    rest = rest[os.write(handle, rest) :]
                if stat.S_ISREG(found.st_mode):
                    os.fsync(handle)
            except BaseException:
                if stat.S_ISREG(found.st_mode):
                    os.ftruncate(handle, found.st_size)
                raise
    finally:
        os.close(handle)


@contextmanager
def locked(handle: int) -> Iterator[None]:
    """Hold a file's lock for a block, where the file system has locks."""
    with suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_UN)
