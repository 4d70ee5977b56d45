"""Names of files that are being written, `.NAME.<16 hex digits>.part` beside their place, and what dead runs left.

Whoever writes one holds a lock on it (flock), which ends with the process however that ends. What nobody holds is
swept by the next run that writes the same name. Where a file system has no locks, what is a day old is swept.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import time
from contextlib import suppress
from pathlib import Path

_NAME = 40
"""Characters of the target's name that the other one keeps: at most 160 bytes of the 255 that a name may have."""
_DAY = 86_400
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL})


def beside(place: Path) -> Path:
    """Return an unused name in the same folder."""
    return place.with_name(f".{place.name[:_NAME]}.{secrets.token_hex(8)}.part")


def create(place: Path, mode: int) -> tuple[int, Path]:
    """Return a new, empty, locked file beside a place, open for reading and writing.

    Raises:
        OSError: it cannot be made.
    """
    while True:
        part = beside(place)
        handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        try:
            # A sweeper may have come between the two calls, and hold the lock, or have removed the file.
            if lock(handle, fcntl.LOCK_EX) and part.exists():
                return handle, part
            os.close(handle)
        except BaseException:
            os.close(handle)
            part.unlink(missing_ok=True)
            raise


def lock(handle: int, how: int) -> bool:
    """Take a lock without waiting and return whether nobody else holds it; True where there are no locks.

    Raises:
        OSError: the file system failed.
    """
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
    return True


def sweep(place: Path) -> None:
    """Remove what runs that are dead left beside a place. What cannot be looked at stays."""
    pattern = re.compile(re.escape(f".{place.name[:_NAME]}.") + r"[0-9a-f]{16}\.part")
    with suppress(OSError), os.scandir(place.parent) as entries:
        for entry in entries:
            if pattern.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                with suppress(OSError):
                    _remove_if_dead(Path(entry.path))


def _remove_if_dead(part: Path) -> None:
    handle = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        part.unlink(missing_ok=True)
    except BlockingIOError:
        return
    except OSError as error:
        if error.errno in _NO_LOCKS and time.time() - os.fstat(handle).st_mtime > _DAY:
            part.unlink(missing_ok=True)
    finally:
        os.close(handle)
