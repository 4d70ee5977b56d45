"""Finding shards: archives named one by one, by a pattern with braces, or by the folder that holds them."""

from __future__ import annotations

import os
import re
from itertools import islice, product
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from imbalance_audit.display import plain
from imbalance_audit.errors import EmptySourceError, SourceError
from imbalance_audit.sources.places.folders import not_special, walk
from imbalance_audit.sources.split_words import splits_of_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SUFFIXES = (".tar", ".tar.gz", ".tgz")

_BRACES = re.compile(r"\{([^{}]*)\}")
_RANGE = re.compile(r"([0-9]{1,18})\.\.([0-9]{1,18})")
_MOST = 1_000_000
"""Shards that a pattern may stand for."""


class Shard(NamedTuple):
    """One archive.

    Attributes:
        path: The file.
        name: Its path below the folder that holds all shards.
        split: The split that its name, or its folder's, speaks of.
    """

    path: Path
    name: str
    split: str | None


def is_shard(name: str) -> bool:
    """Return whether a file is called as a shard is."""
    return name.lower().endswith(SUFFIXES)


def find_shards(paths: Sequence[Path]) -> tuple[list[Shard], list[str]]:
    """Return the shards behind these paths, each once, in the order in which they are read, and what was odd.

    Raises:
        EmptySourceError: a folder holds none.
        SourceError: one is not there.
    """
    found = {file.resolve(): file.absolute() for path in paths for file in _behind(path)}
    files = list(found.values())
    top = os.path.commonpath([file.parent for file in files])
    splits, note = splits_of_files(files)
    names = [file.relative_to(top).as_posix() for file in files]
    return [Shard(*shard) for shard in zip(files, names, splits, strict=True)], [note] if note else []


def expand_braces(pattern: str) -> list[str]:
    """Return the names that a pattern stands for, as WebDataset and a shell expand it.

    Raises:
        SourceError: they are more than a million.

    >>> expand_braces("{train,val}-{08..10}.tar")[:4]
    ['train-08.tar', 'train-09.tar', 'train-10.tar', 'val-08.tar']
    """
    parts = _BRACES.split(pattern)
    choices = [_values(part) if at % 2 else [part] for at, part in enumerate(parts)]
    if prod(map(len, choices)) > _MOST:
        message = f"The pattern {plain(pattern)} stands for more than {_MOST:,} shards. Name fewer."
        raise SourceError(message)
    return ["".join(chosen) for chosen in product(*choices)]


def _values(inner: str) -> list[str]:
    if bounds := _RANGE.fullmatch(inner):
        first, last = int(bounds[1]), int(bounds[2])
        padded = any(len(bound) > 1 and bound.startswith("0") for bound in bounds.groups())
        width = max(map(len, bounds.groups())) if padded else 0
        step = 1 if first <= last else -1
        # One more than a pattern may stand for tells that it does.
        return [f"{number:0{width}}" for number in islice(range(first, last + step, step), _MOST + 1)]
    return inner.split(",") if "," in inner else [f"{{{inner}}}"]


def _behind(path: Path) -> Iterable[Path]:
    if path.is_dir():
        inside = walk(str(path), keep=not_special).files
        shards = [Path(folder, name) for folder, names in inside for name in names if is_shard(name)]
        if not shards:
            message = f"{plain(path.name)} holds no {', '.join(SUFFIXES)}: there is nothing to check."
            raise EmptySourceError(message)
        return shards
    named = [path] if path.exists() else [Path(name) for name in expand_braces(str(path))]
    missing = [one for one in named if not one.is_file()]
    if missing:
        message = (
            f"{len(missing):,} of {len(named):,} shards are not there, such as {plain(missing[0].name)}."
            " Check the name, or copy them here first."
        )
        raise SourceError(message)
    return named
