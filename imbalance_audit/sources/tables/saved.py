"""Folders that Hugging Face's `datasets` library writes, in which not every file counts.

save_to_disk, a data set       state.json          the shards; files from earlier saves and `cache-*.arrow` lie beside
save_to_disk, several splits   dataset_dict.json   the splits, each in the folder of its name
the library's cache            dataset_info.json   shards, and `cache-*.arrow`: what map and filter made of them
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imbalance_audit.display import plain
from imbalance_audit.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import PurePath

    from imbalance_audit.sources.places.paths import DataFile

_DESCRIPTIONS = frozenset(("state.json", "dataset_info.json", "dataset_dict.json", "dataset_infos.json"))
_INDICES = ("_indices_files", "_indices_data_files")
"""Where versions 1.x kept which rows of a file the data set holds."""


@dataclass(frozen=True)
class _Folder:
    """What a folder says about its files.

    Attributes:
        shards: The files that count; None: all but intermediate results.
        cached: The library keeps intermediate results here.
        split: The split that they are.
        foreign: The folder is no split of the data set in the folder above.
    """

    shards: frozenset[str] | None = None
    cached: bool = False
    split: str | None = None
    foreign: bool = False

    def holds(self, name: str) -> bool:
        if self.foreign:
            return False
        return name in self.shards if self.shards is not None else not (self.cached and _is_intermediate(name))


def files_that_count(files: Sequence[DataFile]) -> tuple[tuple[DataFile, ...], tuple[str, ...]]:
    """Return the files without what the library leaves beside its shards, with the splits that it names, and notes.

    A file that the user names itself always counts.

    Raises:
        SourceError: a saved data set is not complete, or is damaged.
    """
    folders: dict[Path, _Folder] = {}
    kept, left = [], 0
    for file in files:
        folder = _Folder()
        if isinstance(file.path, Path) and not file.sure:
            above = file.path.parent
            folder = folders[above] = folders.get(above) or _folder(above, file.root)
        if not file.sure and file.path.name in _DESCRIPTIONS:
            continue
        if file.sure or folder.holds(file.path.name):
            kept.append(replace(file, split=folder.split))
        elif file.path.suffix == ".arrow":
            left += 1
    notes = (f"Files beside a saved data set that are no part of it, left out: {left}.",) if left else ()
    return tuple(kept), notes


def _is_intermediate(name: str) -> bool:
    return name.startswith("cache-") and name.endswith(".arrow")


def _folder(folder: Path, root: PurePath) -> _Folder:
    state = _object(folder / "state.json")
    cached = (folder / "dataset_info.json").is_file()
    shards = None
    if isinstance(state.get("_data_files"), list):
        names = [one.get("filename") for one in state["_data_files"] if isinstance(one, dict)]
        shards = frozenset(str(name) for name in names)
        _refuse_incomplete(folder, shards, state)
    above = folder.parent
    splits = _object(above / "dataset_dict.json").get("splits")
    if not isinstance(splits, list):
        return _Folder(shards, cached)
    absent = [str(name) for name in splits if not (above / str(name)).is_dir()]
    if absent and above.is_relative_to(root):
        message = f"{plain(above.name)} lacks its split {plain(absent[0])}. Copy the data set again."
        raise SourceError(message)
    return _Folder(shards, cached, folder.name, foreign=folder.name not in splits)


def _refuse_incomplete(folder: Path, shards: frozenset[str], state: dict[str, Any]) -> None:
    absent = sorted(name for name in shards if not (folder / name).is_file())
    if absent:
        message = f"{plain(folder.name)} lacks its shard {plain(absent[0])}. Copy the data set again."
        raise SourceError(message)
    if any(state.get(key) for key in _INDICES):
        message = (
            f"{plain(folder.name)} was saved by an old version of datasets that keeps apart which rows count."
            " Load it with load_from_disk and save it again."
        )
        raise SourceError(message)


def _object(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    try:
        found = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        message = f"{plain(file.parent.name)}/{plain(file.name)} is no JSON: {plain(str(error))}. Copy it again."
        raise SourceError(message) from error
    return found if isinstance(found, dict) else {}
