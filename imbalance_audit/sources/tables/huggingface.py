"""The class names that Hugging Face's `datasets` library leaves in and beside its files.

in a parquet or Arrow file        metadata "huggingface"
beside saved and cached shards    dataset_info.json
in a repository of the Hub        README.md (YAML) and dataset_infos.json, for each of its configurations
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imbalance_audit.display import plain
from imbalance_audit.errors import MissingExtraError, SourceError
from imbalance_audit.sources.tables.features import class_names, features_in, features_of_card
from imbalance_audit.sources.tidying.column_roles import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from imbalance_audit.sources.places.paths import DataFile
    from imbalance_audit.sources.tables.formats import ReadMetadata, Schema

    Features = Mapping[str, Any]

LOADER = "datasets.ClassLabel"
"""Whose numbering of the classes this is."""

_LEVELS = 3
"""Folders above a data file in which the card of its repository is looked for."""

_LARGEST = 64 << 20
"""Bytes above which a file beside the data is no description of them."""


@dataclass(frozen=True)
class Declared:
    """The class names of a column.

    Attributes:
        classes: In index order; None where nothing declares any.
        notes: What was odd.
    """

    classes: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()


def declared_names(
    embedded: ReadMetadata | None, files: Sequence[DataFile], schemas: Sequence[Schema], column: str, *, needed: bool
) -> Declared:
    """Return the class names that these files, or what lies beside them, declare for a column.

    Args:
        embedded: What reads the library's metadata in one of them; None where they hold none.
        files: The files of one table.
        schemas: The columns of each.
        column: The label column.
        needed: Nobody else names the classes.

    Raises:
        MissingExtraError: the names stand in YAML, which nothing installed reads.
        SourceError: files number different classes, or a description cannot be read.
    """
    found: dict[tuple[str, ...] | None, DataFile] = {}
    notes: dict[str, None] = {}
    nearby = _Nearby(needed=needed)
    for file, schema in zip(files, schemas, strict=True):
        text = None if embedded is None else embedded(file.path)
        features = None if text is None else features_in(text)
        if features is None:
            features, odd = nearby.features(file, schema, column)
            notes |= dict.fromkeys(odd)
        found.setdefault(None if features is None else class_names(features, column), file)
    named = [names for names in found if names is not None]
    if len(named) > 1:
        one, other = (f"{listed(names[:5])} in {plain(found[names].name)}" for names in named[:2])
        message = f"The files number different classes: {one}, and {other}. One index means several; audit them apart."
        raise SourceError(message)
    if named and None in found:
        bare = plain(found[None].name)
        notes[f"{bare} names no classes: its labels are read as indices into those that other files name."] = None
    return Declared(named[0] if named else None, tuple(notes))


class _Nearby:
    """Looks for descriptions beside files, once in each folder."""

    def __init__(self, *, needed: bool) -> None:
        self._needed = needed
        self._read: dict[Path, list[tuple[str, Features]]] = {}

    def features(self, file: DataFile, schema: Schema, column: str) -> tuple[Features | None, tuple[str, ...]]:
        """Return the features that describe this very file's columns, and a note on those that name others."""
        if not isinstance(file.path, Path):
            return None, ()
        odd: list[str] = []
        for folder in _folders(file.path):
            if folder not in self._read:
                self._read[folder] = list(_described(folder, needed=self._needed))
            fitting = []
            for name, features in self._read[folder]:
                if features.keys() == schema.keys():
                    fitting.append((name, features))
                elif class_names(features, column) is not None:
                    odd.append(f"{plain(name)} describes other columns than {plain(file.name)} has: not used.")
            if fitting:
                return _agreed(fitting, file, column), ()
        return None, tuple(odd[:1])


def _folders(file: Path) -> list[Path]:
    return [file.parent, *file.parent.absolute().parents[:_LEVELS]]


def _agreed(fitting: Sequence[tuple[str, Features]], file: DataFile, column: str) -> Features:
    names = {class_names(features, column) for _, features in fitting}
    if len(names) == 1:
        return fitting[0][1]
    message = (
        f"{plain(fitting[0][0])} describes several configurations with the columns of {plain(file.name)}, whose classes"
        " differ. Name the classes in index order with --classes."
    )
    raise SourceError(message)


def _described(folder: Path, *, needed: bool) -> Iterator[tuple[str, Features]]:
    """Yield the features that a folder's descriptions give, each with the description's name."""
    info = _json(folder / "dataset_info.json")
    if isinstance(info.get("features"), dict):
        yield "dataset_info.json", info["features"]
    for config in _json(folder / "dataset_infos.json").values():
        if isinstance(config, dict) and isinstance(config.get("features"), dict):
            yield "dataset_infos.json", config["features"]
    infos = _card(folder / "README.md", needed=needed).get("dataset_info")
    for config in infos if isinstance(infos, list) else [infos]:
        if isinstance(config, dict):
            yield "README.md", features_of_card(config.get("features"))


def _text(file: Path) -> str:
    if not file.is_file() or file.stat().st_size > _LARGEST:
        return ""
    return file.read_text(encoding="utf-8", errors="replace")


def _json(file: Path) -> dict[str, Any]:
    text = _text(file)
    if not text:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"{plain(file.name)}, which describes the data set, is no JSON: {plain(str(error))}. Copy it again."
        raise SourceError(message) from error
    return found if isinstance(found, dict) else {}


def _card(file: Path, *, needed: bool) -> dict[str, Any]:
    """Return the YAML at the head of a README, if it speaks of class names."""
    head = _text(file)
    front = head.partition("\n---")[0] if head.startswith("---") else ""
    if "class_label" not in front:
        return {}
    if find_spec("yaml") is None:
        if not needed:
            return {}
        what = "Reading the class names in README.md"
        raise MissingExtraError.of(what, extra="yaml")
    import yaml

    try:
        found = yaml.safe_load(front)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        text = plain(str(error).splitlines()[0])
        message = f"The YAML at the head of {plain(file.name)} cannot be read: {text}. Correct it."
        raise SourceError(message) from error
    return found if isinstance(found, dict) else {}
