"""Label tables in object stores and on the web, listed and read by Polars.

    s3:// gs:// az:// abfss://   a file, a pattern, or all below a prefix
    hf://                        the same, in a repository of the Hugging Face Hub
    https://                     one file

Credentials come from where Polars takes them: the environment and the store's own configuration. What an address says
of them (`user:password@`, the query of a signed link) is in no report and no message.
"""

from __future__ import annotations

import glob
import os
import re
import warnings
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from imbalance_audit.display import plain
from imbalance_audit.errors import SourceError
from imbalance_audit.sources.failures import reading, redacted
from imbalance_audit.sources.places.managed import DELTA_LOG, ICEBERG_METADATA

if TYPE_CHECKING:
    from collections.abc import Sequence

_URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/+(.*)", re.DOTALL)
_WEB = ("http", "https")
_STORES = ("s3", "s3a", "gs", "gcs", "az", "azure", "adl", "abfs", "abfss", "hf")
_LEVELS = 4
"""Folders above a data file in which a table's log is looked for, as with local files."""
_RETRIES = 2
"""How often a listing is tried again: it comes first, so that a wrong address or key is told within seconds."""


@dataclass(frozen=True)
class Address:
    """A remote file, a pattern of them, or a prefix; what the rest of the package needs of `pathlib.Path`, as text.

    Attributes:
        url: As it is opened.
    """

    url: str

    def __str__(self) -> str:
        return self.url

    def __fspath__(self) -> str:
        return self.url

    @property
    def scheme(self) -> str:
        """What stands before `://`, in lower case."""
        return self.url.partition(":")[0].lower()

    @property
    def place(self) -> PurePosixPath:
        """The host or bucket and the path below it, without credentials and query."""
        return PurePosixPath(redacted(self.url).partition("://")[2])

    @property
    def name(self) -> str:
        """The last part."""
        return self.place.name

    @property
    def parent(self) -> PurePosixPath:
        """The place without its last part."""
        return self.place.parent

    @property
    def suffix(self) -> str:
        """The last suffix of the name."""
        return self.place.suffix

    @property
    def suffixes(self) -> list[str]:
        """Every suffix of the name."""
        return self.place.suffixes


Location = Path | Address
"""A file of this machine, or a remote one."""


def on_this_machine(file: Location, kind: str) -> Path:
    """Return the path of a local file.

    Raises:
        SourceError: it is a remote one.
    """
    if isinstance(file, Path):
        return file
    message = f"{plain(file.name)} is a remote file, and {kind} is read on this machine only. Copy it here first."
    raise SourceError(message)


@dataclass(frozen=True)
class RemoteFiles:
    """The remote files behind one name.

    Attributes:
        files: The files.
        root: The place below which folder names count.
        sure: The name is that of the one file.
    """

    files: tuple[Address, ...]
    root: PurePosixPath
    sure: bool


def is_remote(name: str) -> bool:
    """Return whether a name is an address, also one whose slashes `pathlib.Path` has merged."""
    return _URI.fullmatch(name) is not None


def address_of(name: str) -> Address:
    """Return the address that a name is.

    Raises:
        SourceError: Polars reads from no such place.
    """
    found = _URI.fullmatch(name)
    scheme, rest = (found[1].lower(), found[2]) if found else ("", name)
    if scheme in (*_STORES, *_WEB):
        address = Address(f"{scheme}://{rest}")
        if address.place.parts:
            return address
        message = f"{plain(redacted(name))} names no bucket and no host. Pass the whole address."
        raise SourceError(message)
    known = ", ".join(f"{one}://" for one in (*_STORES, *_WEB))
    message = f"{plain(redacted(name))} is an address of an unknown kind. Known ones: {known}. Or name a local file."
    raise SourceError(message)


def find_remote(name: str) -> RemoteFiles:
    """Return the files behind an address, in name order.

    Raises:
        SourceError: there are none, they cannot be listed, or a log says which of their rows count.
    """
    address = address_of(name)
    if address.scheme in _WEB:
        return RemoteFiles((address,), address.parent, sure=True)
    if not glob.has_magic(address.url):
        return _behind_plain(address)
    literal = PurePosixPath(*takewhile(lambda part: not glob.has_magic(part), address.place.parts))
    files, root = _visible(_listed([address.url], address), literal)
    if not files and address in _listed([_literal(address.url)], address):
        _refuse_managed([address])
        return RemoteFiles((address,), address.parent, sure=True)
    if not files:
        message = f"Nothing matches {plain(redacted(address.url))}. Quote the pattern, and check bucket and prefix."
        raise SourceError(message)
    _refuse_managed(files)
    return RemoteFiles(files, root, sure=False)


def delta_table(name: str) -> Address | None:
    """Return the address of a Delta table, if this is one.

    Raises:
        SourceError: it is an Iceberg table, which takes a catalog to read.
    """
    address = address_of(name)
    if address.scheme in (*_WEB, "hf") or glob.has_magic(address.url):
        return None
    bare = Address(address.url.rstrip("/"))
    logs = _logs([bare.place], address)
    if any(log.parent.name == DELTA_LOG for log in logs):
        return bare
    if logs:
        message = (
            f"{plain(redacted(name))} is an Iceberg table, of which only local ones are read by their folder. Pass"
            " pl.scan_iceberg(catalog.load_table(...)) from a pipeline file."
        )
        raise SourceError(message)
    return None


def _behind_plain(address: Address) -> RemoteFiles:
    """Return all below a prefix, else the file of this name: a store has no folders to ask for."""
    below = Address(address.url.rstrip("/") + "/**/*")
    prefix = PurePosixPath(*below.place.parts[:-2])
    files, root = _visible(_listed([below.url], address, may_fail=not address.url.endswith("/")), prefix)
    if files:
        _refuse_managed(files)
        return RemoteFiles(files, root, sure=False)
    if address.url.endswith("/") or len(prefix.parts) < 2:
        message = f"There is nothing below {plain(redacted(address.url))}. Check bucket and prefix."
        raise SourceError(message)
    _refuse_managed([address])
    return RemoteFiles((address,), address.parent, sure=True)


def _literal(text: str) -> str:
    """Return a pattern that matches this text, and others: Polars' patterns have no escapes."""
    return re.sub(r"[?\[\]]", "*", text)


def _listed(urls: Sequence[str], asked: Address, *, may_fail: bool = False) -> list[Address]:
    """Return what matches these patterns, in name order.

    Whoever may read a file need not be allowed to list its neighbours; then there is no answer, if there may be none.
    """
    # Polars lists every store that it reads, and offers it under no public name.
    from polars.io._expand_paths import _expand_paths

    # It finds the region by itself, and would say so at every reading.
    warnings.filterwarnings("ignore", r"'\(default_\)region' not set", UserWarning)
    try:
        with reading(asked.url):
            found = _expand_paths(list(urls), storage_options={"max_retries": _RETRIES}).collect()["path"].to_list()
    except SourceError as error:
        if may_fail and isinstance(error.__cause__, PermissionError):
            return []
        raise
    return [Address(path) for path in sorted(set(found))]


def _visible(files: Sequence[Address], root: PurePosixPath) -> tuple[tuple[Address, ...], PurePosixPath]:
    """Return the files that are no left-overs, and the folder that they lie below."""
    files = [file for file in files if not file.url.endswith("/")]
    if files and not all(file.place.is_relative_to(root) for file in files):
        # The Hub's files come back as web addresses.
        root = PurePosixPath(os.path.commonpath([file.parent for file in files]))
    kept = (file for file in files if not any(map(_hidden, file.place.relative_to(root).parts)))
    return tuple(kept), root


def _hidden(part: str) -> bool:
    """Spark and Hadoop leave `_SUCCESS` and the like; a hive key may begin with an underscore."""
    return part.startswith(".") or (part.startswith("_") and "=" not in part)


def _refuse_managed(files: Sequence[Address]) -> None:
    scheme = files[0].scheme
    if scheme in ("hf", *_WEB):
        return
    folders = {
        folder for file in files for folder in (file.parent, *list(file.parent.parents)[:_LEVELS]) if folder.name
    }
    logs = _logs(sorted(folder for folder in folders if "=" not in folder.name), files[0])
    for log in logs:
        kind = "a Delta" if log.parent.name == DELTA_LOG else "an Iceberg"
        folder = log.parent.parent
        message = (
            f"{plain(folder.name)} is {kind} table: its files hold deleted rows too, so they are not read one by one."
            f" Pass the table alone: {plain(f'{scheme}://{folder}')}."
        )
        raise SourceError(message)


def _logs(folders: Sequence[PurePosixPath], asked: Address) -> list[Address]:
    patterns = [
        _literal(f"{asked.scheme}://{folder}/") + log
        for folder in folders
        for log in (f"{DELTA_LOG}/*.json", f"metadata/{ICEBERG_METADATA}")
    ]
    found = _listed(patterns, asked, may_fail=True) if patterns else []
    return [log for log in found if log.parent.parent in folders]
