"""Walking folders as torchvision does: links are followed, and what lies in a folder comes in code-point order."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from itertools import islice
from operator import ne
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from imbalance_audit.display import plain
from imbalance_audit.errors import SourceError
from imbalance_audit.sources.failures import translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

IMAGES = (".bmp", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
"""The suffixes that torchvision's ImageFolder loads, in any case."""

_SHOWN = 3

Keep = Callable[["os.DirEntry[str]"], bool]
"""Tells whether an entry of a folder is wanted."""


class Listing(NamedTuple):
    """What lies in one folder, each in no order.

    Attributes:
        folders: The names of folders, and of links to folders.
        files: The names of everything else.
    """

    folders: list[str]
    files: list[str]


class Walk(NamedTuple):
    """What lies in a folder and below it.

    Attributes:
        files: The path of each folder and the names of the files in it, both sorted.
        circles: Links that lead back to a folder above them, and were not followed.
    """

    files: list[tuple[str, list[str]]]
    circles: int


def listing(folder: str, most: int | None = None, keep: Keep | None = None) -> Listing:
    """Return what lies in the folder; at most so many entries, where a glance will do.

    Args:
        folder: The folder.
        most: How many entries are looked at. None: all.
        keep: Which entries are wanted. None: all.

    Raises:
        SourceError: it cannot be listed.
    """
    folders: list[str] = []
    files: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in islice(entries, most):
                try:
                    if keep is not None and not keep(entry):
                        continue
                    inside = entry.is_dir()
                except OSError:  # a link to itself
                    if keep is not None:
                        continue
                    inside = False
                (folders if inside else files).append(entry.name)
    except OSError as error:
        raise translate(error, Path(folder).name or folder) from error
    return Listing(folders, files)


def not_special(entry: os.DirEntry[str]) -> bool:
    """Keep folders and regular files: opening a pipe waits for whoever writes into it."""
    return entry.is_dir() or entry.is_file()


def walk(top: str, below: str | None = None, keep: Keep | None = None) -> Walk:
    """Return the files in this folder and below it. No link leads back into a folder above it.

    Args:
        top: The folder.
        below: The outermost folder that no link may lead back into. None: `top`.
        keep: Which folders are walked into, and which files are wanted. None: all.

    Raises:
        SourceError: a folder cannot be listed.
    """
    found: list[tuple[str, list[str]]] = []
    circles = 0
    waiting: list[tuple[str, tuple[tuple[int, int], ...]]] = [(top, () if below is None else (_place(below),))]
    while waiting:
        folder, above = waiting.pop()
        folders, files = listing(folder, keep=keep)
        if folders:
            here = _place(folder)
            if here in above:
                circles += 1
                continue
            waiting += [(f"{folder}{os.sep}{name}", (*above, here)) for name in folders]
        files.sort()
        found.append((folder, files))
    found.sort()
    return Walk(found, circles)


def _place(folder: str) -> tuple[int, int]:
    status = Path(folder).stat()
    return status.st_dev, status.st_ino


def path_texts(paths: Sequence[str]) -> tuple[pl.Series, int]:
    """Return the paths as a column of text, and how many hold bytes that are none, which are written with escapes."""
    try:
        return pl.Series(paths, dtype=pl.String), 0
    except UnicodeEncodeError:
        texts = [os.fsencode(path).decode(errors="backslashreplace") for path in paths]
        return pl.Series(texts, dtype=pl.String), sum(map(ne, paths, texts))


def suffixes_of(extensions: Sequence[str], default: tuple[str, ...]) -> tuple[str, ...]:
    """Return what the names of samples end with, in lower case: `wav` is `.wav`, and `_mask.png` is itself.

    Raises:
        SourceError: one is empty.
    """
    if not extensions:
        return default
    if not all(extensions):
        message = "An extension is empty. Pass a file suffix, such as --extensions .png."
        raise SourceError(message)
    return tuple(sorted({name.lower() if "." in name else f".{name.lower()}" for name in extensions}))


def suffix_counts(names: Iterable[str]) -> Counter[str]:
    """Return how many files have each suffix, in lower case; the empty one stands for none."""
    return Counter(name[dot:].lower() if (dot := name.rfind(".")) > 0 else "" for name in names)


def shown_suffixes(counts: Counter[str]) -> str:
    """Return the commonest suffixes and how often each occurs, such as `.txt 10, .json 2`."""
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = ", ".join(f"{plain(suffix) or 'without a suffix'} {n:,}" for suffix, n in ranked[:_SHOWN])
    return shown + (f" and {len(ranked) - _SHOWN} more" if len(ranked) > _SHOWN else "")
