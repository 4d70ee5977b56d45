"""`data.yaml`: the classes of a YOLO data set, and where the images of each split lie, as ultralytics reads it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import EmptySourceError, MissingExtraError, SourceError
from imbalance_audit.sources.tidying.declared_classes import told_apart

if TYPE_CHECKING:
    from collections.abc import Mapping

_SPLITS = {"train": "train", "val": "val", "validation": "val", "test": "test"}
_LOADER = "ultralytics.data.utils.check_det_dataset"


@dataclass(frozen=True)
class YoloConfig:
    """What a `data.yaml` says.

    Attributes:
        name: What it is called.
        root: What the paths in it are relative to.
        classes: The class names by rising id.
        ids: The id of each class.
        splits: The folders and lists of images of each split.
        loader: Whose numbering the order is; None where ultralytics refuses it.
        notes: What is odd.
    """

    name: str
    root: Path
    classes: tuple[str, ...]
    ids: tuple[int, ...]
    splits: Mapping[str, tuple[Path, ...]]
    loader: str | None
    notes: tuple[str, ...]


def read_config(file: Path, name: str) -> YoloConfig:
    """Read a `data.yaml`. No code in it runs, and nothing is downloaded.

    Raises:
        EmptySourceError: it is empty.
        MissingExtraError: there is no YAML reader.
        SourceError: it is no YAML, or names no classes or no images.
    """
    found = _load(file, name)
    names, notes = _names(found, name)
    ids = tuple(sorted(names))
    straight = ids == tuple(range(len(ids)))
    if not straight:
        notes += (
            f'The ids in "names" of {plain(name)} have gaps: ultralytics refuses that. Here the gaps are closed.',
        )
    classes, shared = told_apart([names[i] for i in ids], ids)
    root = _root(file, found.get("path"), name)
    splits: dict[str, tuple[Path, ...]] = {}
    for key, split in _SPLITS.items():
        if found.get(key) and split not in splits:
            places, missing = _places(root, found[key], key, name)
            notes += missing
            if places:
                splits[split] = places
    if not splits:
        message = f"{plain(name)} names no images: expected train, val or test. Write where the images of each lie."
        raise SourceError(message)
    return YoloConfig(name, root, classes, ids, splits, _LOADER if straight else None, (*notes, *shared))


def _load(file: Path, name: str) -> dict[str, Any]:
    try:
        import yaml
    except ImportError as error:
        what = "A YOLO data.yaml"
        raise MissingExtraError.of(what, extra="yaml") from error
    text = file.read_bytes()
    if not text.strip():
        message = f"{plain(name)} is empty. Write the names and the paths of the images into it."
        raise EmptySourceError(message)
    try:
        # The loader in C takes a tenth of the time, and deeply nested text crashes it.
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, LookupError, TypeError, AttributeError) as error:
        # A value that its tag does not fit ends in whatever its constructor happens to raise.
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f" at line {mark.line + 1}, column {mark.column + 1}"
        message = f"{plain(name)} is not YAML{where}: {plain(getattr(error, 'problem', None) or 'a value is broken')}."
        raise SourceError(message) from error
    except RecursionError as error:
        message = f"{plain(name)} nests too deeply to be read. Write the names as a plain list."
        raise SourceError(message) from error
    if not isinstance(found, dict):
        message = f"{plain(name)} is no data.yaml: expected keys such as train, val and names. Name the right file."
        raise SourceError(message)
    return found


def _names(found: Mapping[str, Any], name: str) -> tuple[dict[int, str], tuple[str, ...]]:
    """Return the class of each id, spelled as ultralytics spells it.

    Raises:
        SourceError: there are none, or they cannot be told.
    """
    names, count = found.get("names"), found.get("nc")
    if names is None and isinstance(count, int) and 0 < count < 10**6:
        return {i: f"class_{i}" for i in range(count)}, (f"{plain(name)} names no classes: called class_0, class_1 …",)
    pairs = dict(enumerate(names)) if isinstance(names, list) else names
    if not isinstance(pairs, dict) or not pairs:
        message = f'{plain(name)} has no "names". Write the class names as a list, or as id: name.'
        raise SourceError(message)
    for key, value in pairs.items():
        if isinstance(value, list | dict | set | tuple):
            message = f'"names" of {plain(name)} holds a list or an object at {quoted(str(key))}. Write one name an id.'
            raise SourceError(message)
    try:
        by_id = {int(key): str(value) for key, value in pairs.items()}
    except (TypeError, ValueError, OverflowError) as error:
        message = f'"names" of {plain(name)} has a key that is no integer. Write the class id before each name.'
        raise SourceError(message) from error
    if len(by_id) < len(pairs) or (isinstance(count, int) and count != len(by_id)):
        message = f"{plain(name)} has {len(by_id)} names and says nc: {plain(str(count))}. Make both the same."
        raise SourceError(message)
    odd = [str(value) for value in pairs.values() if isinstance(value, bool) or value is None]
    notes = (
        (f"YAML reads unquoted names such as no and off as {quoted(odd[0])}, and so does ultralytics.",) if odd else ()
    )
    return by_id, notes


def _root(file: Path, path: object, name: str) -> Path:
    """Return the folder that paths are relative to.

    Raises:
        SourceError: it is not there.
    """
    here = file.absolute().parent
    if path in (None, "", "."):
        return here.resolve()
    candidates = [Path(str(path)), here / str(path)]
    for folder in candidates:
        if (place := _place(folder, "")) is not None and place.is_dir():
            return place
    message = (
        f'The folder {quoted(str(path))} that {plain(name)} calls "path" is not there. Correct it, or leave it out.'
    )
    raise SourceError(message)


def _places(root: Path, said: object, key: str, name: str) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Return the folders and lists of one split; a missing test split is a note, since training does not need it.

    Raises:
        SourceError: one is not there.
    """
    places = []
    for one in said if isinstance(said, list) else [said]:
        text = str(one)
        place = _place(root, text)
        if place is None and text.startswith("../"):
            place = _place(root, text.removeprefix("../"))
        if place is not None:
            places.append(place)
        elif key == "test":
            return (), (f"{plain(name)} looks for test images in {quoted(text)}, which is not there.",)
        else:
            message = (
                f"{plain(name)} looks for the {key} images in {quoted(text)}, which is not there. Correct the path."
            )
            raise SourceError(message)
    return tuple(places), ()


def _place(root: Path, text: str) -> Path | None:
    """Return what is there; None for nothing, and for what no file can be called."""
    try:
        place = (root / text).resolve()
        return place if place.exists() else None
    except (OSError, ValueError):
        return None
