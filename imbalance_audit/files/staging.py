"""Writing files so that a reader, or an interruption, never meets half of one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from imbalance_audit.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Mapping


def write_all(files: Mapping[Path, bytes]) -> None:
    """Write every file or, when anything fails before the first is in place, none.

    Each is staged beside its target and moved over it in one step, so an interrupted run leaves the old file or the
    new one. Missing folders are made.

    Raises:
        OptionError: a target cannot be written.
    """
    staged: list[tuple[Path, Path]] = []
    try:
        for target, content in files.items():
            staged.append((_stage(target, content), target))
        while staged:
            temporary, target = staged[-1]
            temporary.replace(target)
            staged.pop()
    except OSError as error:
        message = f"Cannot write {error.filename}: {error.strerror}. Name a place that can be written."
        raise OptionError(message) from error
    finally:
        for temporary, _ in staged:
            temporary.unlink(missing_ok=True)


def _stage(target: Path, content: bytes) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", suffix=".part", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes files that only their owner may read; a report is as readable as any new file.
        temporary.chmod(0o666 & ~_umask())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
