"""From what a user names (a file, a glob, a folder) to the data files behind it."""

from __future__ import annotations

import glob
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote

from imbalance_audit.display import plain
from imbalance_audit.errors import SourceError, did_you_mean
from imbalance_audit.sources.failures import redacted, translate
from imbalance_audit.sources.places.folders import walk
from imbalance_audit.sources.places.managed import kind_of
from imbalance_audit.sources.places.remote import address_of, find_remote, is_remote, on_this_machine

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping, Sequence

    from imbalance_audit.sources.places.remote import Location


AnyPath = TypeVar("AnyPath", bound=PurePath)

_NULL_KEY = "__HIVE_DEFAULT_PARTITION__"
_LEVELS = 4
"""Folders above a data file in which a table's log is looked for: as deep as tables are usually partitioned."""


@dataclass(frozen=True)
class DataFile:
    """One file, and the folder that the user spoke of.

    Attributes:
        path: The file.
        root: The folder below which `key=value` folders are hive keys: the one that the user spoke of, or, where that
            is such a folder itself, the first above it that is not. A pattern that the shell expands gives the same.
        sure: The user named this very file; it was not found in a folder.
        split: The split that the folder's own records give the file.
    """

    path: Location
    root: PurePath
    sure: bool
    split: str | None = None

    @property
    def name(self) -> str:
        """The path below the root: never absolute."""
        return self._below.as_posix()

    @property
    def hive(self) -> Mapping[str, str | None]:
        """The keys in the folder names, values as text: `label=005` stays `"005"`."""
        pairs = (part.split("=", 1) for part in self._below.parts[:-1] if "=" in part)
        return {unquote(key): None if value == _NULL_KEY else unquote(value) for key, value in pairs}

    @property
    def place(self) -> PurePath:
        """The absolute path; of a remote file, the bucket and the path in it."""
        return self.path.absolute() if isinstance(self.path, Path) else self.path.place

    @property
    def local(self) -> Path:
        """The path, where the file lies on this machine.

        Raises:
            SourceError: it does not.
        """
        return on_this_machine(self.path, "a file of this kind")

    @property
    def _below(self) -> PurePath:
        return (self.path if isinstance(self.path, Path) else self.path.place).relative_to(self.root)


def find_files(named: Sequence[str]) -> tuple[DataFile, ...]:
    """Return the data files behind these names, in name order, each once.

    Raises:
        SourceError: nothing is there, or it is no plain table of files.
    """
    found: dict[Location, DataFile] = {}
    for name in named:
        try:
            for file in _behind(name):
                str(file.path).encode()
                found.setdefault(file.path.resolve() if isinstance(file.path, Path) else file.path, file)
        except OSError as error:
            raise translate(error, shown_path([name])) from error
        except UnicodeEncodeError as error:
            message = f"The file name {plain(shown_path([name]))} is not UTF-8 text. Rename the file."
            raise SourceError(message) from error
    _refuse_managed({file.path.absolute().parent for file in found.values() if isinstance(file.path, Path)})
    return tuple(found.values())


def shown_path(named: Sequence[str]) -> str:
    """Return what the source is called in reports: as the user named it, never an absolute path."""
    names = [_shown(name) for name in named]
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"


def _shown(name: str) -> str:
    if is_remote(name):
        return redacted(address_of(name).url)
    return Path(name).name if Path(name).is_absolute() else Path(name).as_posix()


def _behind(name: str) -> Iterator[DataFile]:
    if not name:
        message = "The source has no name. Pass a file, a folder or a pattern."
        raise SourceError(message)
    if is_remote(name):
        remote = find_remote(name)
        yield from (DataFile(address, _above_keys(remote.root), sure=remote.sure) for address in remote.files)
        return
    path = Path(name)
    if path.is_file():
        yield DataFile(path, _above_keys(path.parent), sure=True)
    elif path.is_dir():
        yield from _inside(path)
    elif glob.has_magic(name):
        yield from _matches(name)
    elif path.exists():
        message = f"{plain(shown_path([name]))} is neither a file nor a folder. Write the labels into a file first."
        raise SourceError(message)
    else:
        raise _missing(path)


def _inside(root: Path) -> Iterator[DataFile]:
    top = _above_keys(root)
    files = [DataFile(path, top, sure=False) for path in _files_in(root)]
    if not files:
        _refuse_managed({root.absolute()})
        message = f"The folder {plain(shown_path([str(root)]))} holds no data files. Name a folder with label tables."
        raise SourceError(message)
    yield from files


def _above_keys(folder: AnyPath) -> AnyPath:
    while "=" in folder.name:
        folder = folder.parent
    return folder


def _files_in(folder: Path) -> list[Path]:
    """Return the files below in name order; links are followed, but not in circles."""

    def wanted(entry: os.DirEntry[str]) -> bool:
        return not _hidden(entry.name) and (entry.is_dir() or entry.is_file())

    found = walk(str(folder), keep=wanted).files
    # Paths are compared name by name, so what lies in a folder comes where the folder's name stands.
    return sorted(Path(below, name) for below, names in found for name in names)


def _hidden(name: str) -> bool:
    """Spark and Hadoop leave `_SUCCESS`, `_metadata`, `.part-0.crc`; a hive key may begin with an underscore."""
    return name.startswith(".") or (name.startswith("_") and "=" not in name)


def matching(pattern: str) -> list[Path]:
    """Return the paths that match, in name order.

    Raises:
        SourceError: the pattern says `**`, and folders are nested too deeply for it.
    """
    try:
        return [Path(hit) for hit in sorted(glob.glob(pattern, recursive=True))]  # noqa: PTH207 -- takes absolute ones
    except RecursionError as error:
        message = f"{plain(shown_path([pattern]))} leads too deep for a pattern. Name the folder instead."
        raise SourceError(message) from error


def _matches(pattern: str) -> Iterator[DataFile]:
    literal = []
    for part in Path(pattern).parts:
        if glob.has_magic(part):
            break
        literal.append(part)
    root = Path(*literal)
    hits = [hit for hit in matching(pattern) if not any(_hidden(part) for part in hit.relative_to(root).parts)]
    files = [hit for hit in hits if hit.is_file()]
    # "**" already lists the files in the folders it matches.
    for path in files or [inner for hit in hits for inner in _files_in(hit)]:
        yield DataFile(path, _above_keys(root), sure=False)
    if not hits:
        message = f"Nothing matches {plain(shown_path([pattern]))}. Quote the pattern, and check the folder."
        raise SourceError(message)


def _missing(path: Path) -> SourceError:
    siblings = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    hint = did_you_mean(path.name, siblings)
    return SourceError(f"There is no file {plain(shown_path([str(path)]))}.{hint} Pass a file, a folder or a pattern.")


def _refuse_managed(folders: set[Path]) -> None:
    """A Delta or Iceberg table keeps deleted rows in its files: only its log says which of them count."""
    for folder in sorted({above for one in folders for above in (one, *one.parents[:_LEVELS])}):
        if kind := kind_of(folder):
            here = Path.cwd()
            shown = folder.relative_to(here).as_posix() if folder.is_relative_to(here) else folder.name
            message = (
                f"{plain(folder.name)} is {kind}: its files hold deleted rows too, so they are not read one by one."
                f" Pass the table's folder alone: {plain(shown)}."
            )
            raise SourceError(message)
