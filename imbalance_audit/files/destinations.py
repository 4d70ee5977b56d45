"""What a place to write to is: a file that is there or not, or a stream; links followed; refused before work begins."""

from __future__ import annotations

import errno
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from imbalance_audit.display import plain
from imbalance_audit.errors import AuditError, OptionError

if TYPE_CHECKING:
    from os import PathLike

    from imbalance_audit.files.own_kinds import FileKind

_LINKS = 40
_OPEN_FILES = re.compile(r"/proc/([0-9]+)(?:/task/[0-9]+)?/fd")
_NAMED = "Name a place that can be written."
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_SAID = re.compile(r"\(os error ([0-9]+)\)")
DISK_ERRORS = _FULL | {errno.EROFS}
"""What only writing meets, and no reading."""


@dataclass(frozen=True)
class Target:
    """A place to write to.

    Attributes:
        shown: How it was named, safe to print.
        place: Where the bytes go: the name, with links followed.
        key: What is equal for two names of one place.
        stream: Whether it is written into, never replaced.
        handle: The number of a file that this process has open, where the name stands for one.
        mode: The permissions of the file that is there; None where there is none.
        size: The bytes that are there.
    """

    shown: str
    place: Path
    key: tuple[object, ...]
    stream: bool = False
    handle: int | None = None
    mode: int | None = None
    size: int = 0


def target_of(path: str | PathLike[str]) -> Target:
    """Return what a name stands for.

    Raises:
        OptionError: nothing can be written there, by its name alone or for what is there.
    """
    shown = plain(os.fspath(path))
    try:
        place = Path(path)
        for _ in range(_LINKS):
            if found := _OPEN_FILES.fullmatch(os.path.realpath(place.parent)):
                return _open_file(shown, place, int(found[1]))
            if not place.is_symlink():
                return _there(shown, place)
            place = place.parent / place.readlink()
    except AuditError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a name with a null byte
        raise cannot_write(shown, error) from error
    raise cannot_write(shown, OSError(errno.ELOOP, os.strerror(errno.ELOOP)))


def _open_file(shown: str, place: Path, process: int) -> Target:
    """Return /dev/stdout and its like: a file that is open is gone on with, whatever it is."""
    found = place.stat()
    handle = int(place.name) if process == os.getpid() else None
    return Target(shown, place, ("inode", found.st_dev, found.st_ino), stream=True, handle=handle)


def _there(shown: str, place: Path) -> Target:
    try:
        found = place.lstat()
    except FileNotFoundError:
        return Target(shown, place, ("path", os.path.realpath(place.parent), place.name))
    key = ("inode", found.st_dev, found.st_ino)
    if stat.S_ISREG(found.st_mode):
        return Target(shown, place, key, mode=stat.S_IMODE(found.st_mode) & 0o777, size=found.st_size)
    if stat.S_ISCHR(found.st_mode):
        return Target(shown, place, ("device", found.st_rdev), stream=True)
    if stat.S_ISFIFO(found.st_mode):
        return Target(shown, place, key, stream=True)
    what = "a folder" if stat.S_ISDIR(found.st_mode) else "a socket" if stat.S_ISSOCK(found.st_mode) else "a device"
    message = f"Cannot write {shown}: it is {what}. Name a file."
    raise OptionError(message)


def refuse_unfit(target: Target, kind: FileKind) -> None:
    """Refuse a place that cannot be written, or that holds what this program did not write, before work begins.

    Raises:
        OptionError: it is so.
    """
    if target.stream:
        return
    if target.mode is not None and target.size:
        try:
            owned = kind.owns(target.place)
        except OSError as error:
            message = f"{target.shown} exists and cannot be read ({error.strerror}), so it is not replaced. {_NAMED}"
            raise OptionError(message) from error
        if not owned:
            _refuse_foreign(target, kind)
    _refuse_folder(target)


def _refuse_foreign(target: Target, kind: FileKind) -> None:
    if kind.begins is None:
        message = f"{target.shown} is there already and is not overwritten. Move it away, or name another file with -o."
        raise OptionError(message)
    message = f"{target.shown} exists and is not {kind.noun}. Name another place, or remove it."
    raise OptionError(message)


def _refuse_folder(target: Target) -> None:
    if target.mode is not None and not os.access(target.place, os.W_OK):
        raise cannot_write(target.shown, OSError(errno.EACCES, "the file is read-only"))
    folder = target.place.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        raise cannot_write(target.shown, OSError(errno.ENOTDIR, f"{plain(str(folder))} is not a folder"))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise cannot_write(target.shown, OSError(errno.EACCES, f"the folder {plain(str(folder))} is read-only"))


def cannot_write(shown: str, error: BaseException) -> OptionError:
    """Return the sentence for a target, whatever file or library the error speaks of."""
    number = errno_of(error)
    reason = getattr(error, "strerror", None) or (os.strerror(number) if number else plain(str(error)))
    way_out = f"Make room, or {_NAMED[0].lower()}{_NAMED[1:]}" if number in _FULL else _NAMED
    return OptionError(f"Cannot write {shown}: {reason}. {way_out}")


def errno_of(error: BaseException) -> int | None:
    """Return the number of a failure of the system, also where a library says it in words only."""
    number = getattr(error, "errno", None)
    if isinstance(number, int):
        return number
    said = _SAID.search(str(error))
    return int(said[1]) if said else None
