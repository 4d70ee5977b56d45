"""The one way by which bytes of this program reach a disk: a reader, or an interruption, never meets half of a file.

Every file of a transaction is written beside its place under a name of its own, synced, and moved over its place when
all are whole; if one cannot be moved, those that were are put back. Streams (a FIFO, /dev/stdout, a terminal) are
written into, last: what went into one cannot be taken back. Links are followed: a link stays, what it points at is
replaced.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import threading
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from imbalance_audit.errors import AuditError, OptionError
from imbalance_audit.files import leftovers
from imbalance_audit.files.destinations import DISK_ERRORS, cannot_write, errno_of, refuse_unfit, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from imbalance_audit.files.destinations import Target
    from imbalance_audit.files.own_kinds import FileKind

_NEW = 0o666
"""Permissions of a new file, of which the umask takes its share."""
_PRIVATE = 0o600
"""Those of what goes into a stream: it waits in a folder for everyone."""


@dataclass
class _Staged:
    """A target, the file that holds what shall be there, and what was there, until all is in place."""

    target: Target
    handle: int
    part: Path
    backup: Path | None = None
    kept: int | None = None

    def settle(self) -> None:
        """Give the file its permissions and wait until it is on the disk."""
        if self.target.mode is not None:
            os.fchmod(self.handle, self.target.mode)
        if not self.target.stream:
            os.fsync(self.handle)

    def keep_old(self) -> None:
        """Keep what is there under a second name."""
        if self.target.mode is None:
            return
        self.backup = leftovers.beside(self.target.place)
        try:
            os.link(self.target.place, self.backup)
        except OSError:  # a file system without hard links
            shutil.copy2(self.target.place, self.backup)
        self.kept = os.open(self.backup, os.O_RDONLY | os.O_CLOEXEC)
        leftovers.lock(self.kept, fcntl.LOCK_SH)

    def restore(self) -> None:
        """Put back what was there."""
        if self.backup is not None:
            self.backup.replace(self.target.place)
        elif self.target.mode is None and not self.part.exists():
            found, mine = self.target.place.stat(), os.fstat(self.handle)
            if (found.st_dev, found.st_ino) == (mine.st_dev, mine.st_ino):
                self.target.place.unlink()

    def pour(self) -> None:
        """Write what is staged into the stream."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_NOCTTY | os.O_CLOEXEC
        into = os.open(self.target.place, flags) if self.target.handle is None else os.dup(self.target.handle)
        with os.fdopen(into, "wb") as stream, self.part.open("rb") as content:
            shutil.copyfileobj(content, stream, 1 << 20)

    def clear(self) -> None:
        """Remove every file that is not a target."""
        for path, handle in ((self.part, self.handle), (self.backup, self.kept)):
            if path is not None:
                with suppress(OSError):
                    path.unlink(missing_ok=True)
            if handle is not None:
                with suppress(OSError):
                    os.close(handle)
        self.backup = self.kept = None


class Transaction:
    """Files that are put in place together, or not at all. `transaction` opens one."""

    def __init__(self) -> None:
        self._staged: list[_Staged] = []
        self._folders: list[Path] = []
        self._lock = threading.RLock()

    def write(self, path: str | PathLike[str], content: bytes, kind: FileKind) -> None:
        """Stage the bytes of a file.

        Raises:
            OptionError: the place cannot be written, holds a file of another kind, or is another one's target.
        """
        staged = self._begin(path, kind)
        try:
            with staged.part.open("r+b") as stream:
                stream.write(content)
        except OSError as error:
            raise cannot_write(staged.target.shown, error) from error

    @contextmanager
    def filling(self, path: str | PathLike[str], kind: FileKind) -> Iterator[Path]:
        """Yield an empty file that the block fills; its bytes are the target's. It can be opened again, not replaced.

        Raises:
            OptionError: as for `write`, or the disk is full when it is filled.
        """
        staged = self._begin(path, kind)
        try:
            yield staged.part
        except AuditError:
            raise
        except BaseException as error:
            # A reader that fails within the block has its own words; a disk that cannot take more is told here.
            if isinstance(error, Exception) and errno_of(error) in DISK_ERRORS:
                raise cannot_write(staged.target.shown, error) from error
            raise

    def commit(self) -> None:
        """Put everything that is staged in place; what is staged after that is a new transaction.

        Raises:
            OptionError: something cannot be put in place; nothing is then.
        """
        with self._lock:
            files = [one for one in self._staged if not one.target.stream]
            streams = [one for one in self._staged if one.target.stream]
            at = self._staged[0] if self._staged else None
            try:
                for at in (*files, *streams):
                    at.settle()
                if len(self._staged) > 1:
                    for at in files:
                        at.keep_old()
                for at in files:
                    at.part.replace(at.target.place)
                for at in files:
                    _sync(at.target.place.parent)
                for at in streams:
                    at.pour()
            except BaseException as error:
                for one in files:
                    with suppress(OSError):
                        one.restore()
                self.abandon()
                if isinstance(error, OSError) and at is not None:
                    raise cannot_write(at.target.shown, error) from error
                raise
            self._folders.clear()
            self._drop(0)

    def abandon(self) -> None:
        """Remove everything that is staged and not in place, and the folders that were made for it."""
        with self._lock:
            self._drop(0)
            while self._folders:
                with suppress(OSError):  # not empty
                    self._folders.pop().rmdir()

    @contextmanager
    def joined(self) -> Iterator[Transaction]:
        """Yield the transaction for a block; what it staged is dropped if it fails."""
        before = len(self._staged)
        try:
            yield self
        except BaseException:
            self._drop(before)
            raise

    def _begin(self, path: str | PathLike[str], kind: FileKind) -> _Staged:
        target = target_of(path)
        refuse_unfit(target, kind)
        for other in self._staged:
            if other.target.key == target.key and target.key[0] != "device":
                message = f"{other.target.shown} and {target.shown} are one place for two files. Name two."
                raise OptionError(message)
        mode = _PRIVATE if target.stream else _NEW if target.mode is None else target.mode
        with self._lock:
            try:
                place = Path(tempfile.gettempdir()) / "stream" if target.stream else target.place
                self._make(place.parent)
                leftovers.sweep(place)
                staged = _Staged(target, *leftovers.create(place, mode))
            except OSError as error:
                raise cannot_write(target.shown, error) from error
            self._staged.append(staged)
        return staged

    def _make(self, folder: Path) -> None:
        """Make a folder and those above it, and remember which."""
        missing = []
        while not folder.exists():
            missing.append(folder)
            folder = folder.parent
        for one in reversed(missing):
            with suppress(FileExistsError):  # somebody else made it meanwhile
                one.mkdir()
                self._folders.append(one)

    def _drop(self, first: int) -> None:
        with self._lock:
            while len(self._staged) > first:
                self._staged[-1].clear()
                self._staged.pop()


_OPEN: ContextVar[Transaction | None] = ContextVar("transaction", default=None)
_ALL: set[Transaction] = set()


@contextmanager
def transaction() -> Iterator[Transaction]:
    """Yield the transaction that is open, or open one that is committed when the block ends and abandoned if it fails.

    So what several functions write in the block of one `transaction()` is put in place together.

    Raises:
        OptionError: something cannot be put in place.
    """
    if (outer := _OPEN.get()) is not None:
        with outer.joined():
            yield outer
        return
    made = Transaction()
    token = _OPEN.set(made)
    _ALL.add(made)
    try:
        yield made
        made.commit()
    finally:
        _OPEN.reset(token)
        made.abandon()
        _ALL.discard(made)


def write_file(path: str | PathLike[str], content: bytes, kind: FileKind) -> None:
    """Write one file, in one step or as part of the open transaction.

    Raises:
        OptionError: the place cannot be written, or holds a file of another kind.
    """
    with transaction() as writing:
        writing.write(path, content, kind)


def abandon_all() -> None:
    """Abandon every open transaction, from another thread too: one that is being committed is waited for."""
    for one in tuple(_ALL):
        one.abandon()


def allocate(handle: int, size: int) -> None:
    """Give an empty file its size and its room on the disk, so that writing through a mapping cannot fail.

    Raises:
        OSError: there is no room.
    """
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(handle, 0, size)
        return
    zeros = bytes(1 << 20)  # macOS
    for at in range(0, size, len(zeros)):
        os.pwrite(handle, zeros[: size - at], at)


def _sync(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where it can be asked to."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
