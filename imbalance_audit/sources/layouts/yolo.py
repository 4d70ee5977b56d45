"""YOLO: a `data.yaml`, folders of images, and beside them a text file of boxes for each image.

The label file of an image is found by ultralytics' rule: the last `/images/` of its path becomes `/labels/`, its suffix
`.txt`. An image whose file is empty or absent is background: one row without a label. Of a line only the class is kept,
so boxes, polygons, keypoints and oriented boxes are all counted alike. A `labels.cache` is a pickle and never opened.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import SourceError
from imbalance_audit.sources.failures import translate
from imbalance_audit.sources.layouts.layout import Layout
from imbalance_audit.sources.layouts.yolo_config import read_config
from imbalance_audit.sources.places.folders import walk
from imbalance_audit.sources.places.paths import shown_path
from imbalance_audit.sources.reading_progress import steps
from imbalance_audit.sources.tidying.tidy import Origin, tidy_parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from imbalance_audit.records import Labels, ReadOptions
    from imbalance_audit.sources.layouts.yolo_config import YoloConfig

_CONFIGS = ("data.yaml", "data.yml", "dataset.yaml")
_KEYS = re.compile(rb"""(?:^|[{,\s"'])(train|val|validation|test|names)["']?\s*:""")
_HEAD = 1 << 16
_IMAGES = ("bmp", "dng", "jpeg", "jpg", "mpo", "png", "tif", "tiff", "webp", "pfm", "heic")
_CHUNK = 1 << 14
"""Bytes read at once. A buffer above 128 KB would be mapped anew for each file, at many times the cost."""

_NUMBER = rb"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e-?[0-9]+)?"
_LINE = re.compile(rb"^(-?[0-9]+)(?:\.0*)?(?: " + _NUMBER + rb"){4,}$", re.MULTILINE)
"""A line as nearly all files write it. What it does not match is looked at more closely."""


def _claims(paths: Sequence[Path]) -> bool:
    config = _config(paths)
    if config is None:
        return False
    try:
        with config.open("rb") as stream:
            keys = set(_KEYS.findall(stream.read(_HEAD)))
    except OSError:
        return False
    return b"names" in keys or bool(keys & {b"train", b"val"})


def _config(paths: Sequence[Path]) -> Path | None:
    if len(paths) != 1:
        return None
    if paths[0].is_dir():
        return next((file for name in _CONFIGS if (file := paths[0] / name).is_file()), None)
    return paths[0] if paths[0].suffix.lower() in (".yaml", ".yml") and paths[0].is_file() else None


def _read(paths: Sequence[Path], options: ReadOptions) -> Labels:
    path = shown_path([str(one) for one in paths])
    file = _config(paths)
    if file is None:
        message = f"{plain(path)} is no data.yaml, and no folder with one. Name the data.yaml of one data set."
        raise SourceError(message)
    config = read_config(file, file.name)
    codes = _Codes(config)
    frames, notes = [], list(config.notes)
    for split, places in config.splits.items():
        rows, more = _split(config, split, places, codes)
        frames.append(rows)
        notes += more
    names = pl.Enum([*config.classes, *codes.odd])
    frame = pl.concat(frames).lazy().with_columns(pl.col("label").cat.to(names))
    origin = Origin(
        path=path, kind="yolo", unit="box", classes=config.classes, loader=config.loader, notes=tuple(notes)
    )
    return tidy_parts(frame, options, origin)


class _Codes(dict[bytes, int]):
    """Code by the class as a file spells it; ids that `names` lacks get codes of their own after it."""

    def __init__(self, config: YoloConfig) -> None:
        super().__init__()
        self.places = {identity: place for place, identity in enumerate(config.ids)}
        self.odd: list[str] = []

    def __missing__(self, text: bytes) -> int:
        number = int(text)
        if number not in self.places:
            self.places[number] = len(self.places)
            self.odd.append(f"class {number}")
        self[text] = self.places[number]
        return self[text]


def _split(config: YoloConfig, split: str, places: Sequence[Path], codes: _Codes) -> tuple[pl.DataFrame, list[str]]:
    """Return a row for each box, and one for each image without any.

    Raises:
        SourceError: there are no images, or a label file cannot be read.
    """
    images = sorted(image for place in places for image in _images(place, config))
    ids: list[str] = []
    boxes: list[int] = []
    labels: list[int] = []
    gone, root = 0, f"{config.root}{os.sep}"
    for image in steps(images, f"{split} labels", len(images)):
        text = _content(_label_path(image), root)
        if text is None and not os.path.exists(image):  # noqa: PTH110 -- asked of each listed image
            gone += 1
            continue
        found = _LINE.findall(text) if text else []
        if text and len(found) != text.count(b"\n") + (not text.endswith(b"\n")):
            found = list(_classes(text, _shown(_label_path(image), root)))
        ids.append(_shown(image, root))
        boxes.append(len(found))
        labels.extend(map(codes.__getitem__, found))
    if not ids and split != "test":
        message = f"{plain(config.name)} leads to no {split} images. Their suffixes are {', '.join(_IMAGES)}."
        raise SourceError(message)
    rows = pl.DataFrame({"id": pl.Series(ids, dtype=pl.String), "boxes": pl.Series(boxes, dtype=pl.UInt32)})
    several = rows.filter(pl.col("boxes") > 0).select(
        pl.col("id").repeat_by("boxes").explode(empty_as_null=True, keep_nulls=True)
    )
    frame = pl.concat(
        [
            several.with_columns(label=pl.Series(labels, dtype=pl.UInt32)),
            rows.filter(pl.col("boxes") == 0).select("id", label=pl.lit(None, pl.UInt32)),
        ]
    ).select("label", "id", split=pl.lit(split))
    notes = [f"Listed {split} images that are not there and have no label file, left out: {gone:,}."] if gone else []
    return frame, notes if ids else [*notes, f"{plain(config.name)} leads to no test images: there is no test split."]


def _label_path(image: str) -> str:
    before, folder, after = image.rpartition(f"{os.sep}images{os.sep}")
    path = f"{before}{os.sep}labels{os.sep}{after}" if folder else image
    return path.rpartition(".")[0] + ".txt"


def _content(path: str, root: str) -> bytes | None:
    """Return the bytes of a file; None where there is none. A pipe is empty: opening it must not wait."""
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise translate(error, _shown(path, root)) from error
    try:
        text = os.read(opened, _CHUNK)
        while len(text) % _CHUNK == 0 and (more := os.read(opened, _CHUNK)):
            text += more
    except OSError as error:
        raise translate(error, _shown(path, root)) from error
    finally:
        os.close(opened)
    return text


def _classes(text: bytes, name: str) -> Iterator[bytes]:
    """Yield the class of each line, checked as ultralytics does: five numbers or more, the first of them whole.

    Raises:
        SourceError: a line is something else.
    """
    for number, line in enumerate(text.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        fields = line.split()
        if not fields:
            continue
        try:
            values = [float(field) for field in fields]
            whole = int(values[0])
        except (ValueError, OverflowError):
            values, whole = [], 0
        if len(values) < 5 or whole != values[0] or any(value - value for value in values):
            message = (
                f"{plain(name)}, line {number}: expected a class id and at least four numbers, got"
                f" {quoted(line.decode('utf-8', 'replace'))}. Correct it, or delete the line."
            )
            raise SourceError(message)
        yield str(whole).encode()


def _images(place: Path, config: YoloConfig) -> Iterator[str]:
    """Yield the paths of images in a folder, whatever its depth, or in a list of them."""
    if place.is_dir():
        for folder, names in walk(str(place), keep=_wanted).files:
            yield from (f"{folder}{os.sep}{name}" for name in names)
        return
    if place.suffix.lower() != ".txt":
        message = f"{plain(config.name)} names {quoted(place.name)}, which is neither a folder nor a .txt. Correct it."
        raise SourceError(message)
    for line in place.read_text(encoding="utf-8-sig").strip().splitlines():
        if line.rpartition(".")[2].lower() in _IMAGES and "\0" not in line:
            # As they stand, other relative paths would be read from wherever the command runs.
            yield os.path.normpath(place.parent / line if line.startswith("./") else config.root / line)


def _wanted(entry: os.DirEntry[str]) -> bool:
    return not entry.name.startswith(".") and (entry.is_dir() or entry.name.rpartition(".")[2].lower() in _IMAGES)


def _shown(path: str, root: str) -> str:
    """Return a path below the root; one elsewhere by its way from there, so that it is never absolute."""
    return path[len(root) :] if path.startswith(root) else os.path.relpath(path, root)


YOLO = Layout(name="yolo", claims=_claims, read=_read)
