"""COCO and LVIS: JSON files of images, annotations and categories.

The index of a class is the rank of its id among the sorted ids, whatever gaps they have: detectron2's
`load_coco_json` and DALI's `COCOReader` number classes so. An image without annotations is one row without a label.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import SourceError
from imbalance_audit.sources.layouts.coco_file import read_coco
from imbalance_audit.sources.layouts.json_head import json_head
from imbalance_audit.sources.layouts.layout import Layout
from imbalance_audit.sources.places.paths import shown_path
from imbalance_audit.sources.reading_progress import steps
from imbalance_audit.sources.split_words import splits_of_files
from imbalance_audit.sources.tidying.tidy import Origin, tidy_parts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imbalance_audit.records import Labels, ReadOptions
    from imbalance_audit.sources.layouts.coco_file import CocoFile
    from imbalance_audit.sources.layouts.coco_records import Category, Id

_FOLDERS = (
    *("_annotations.coco.json", "*/_annotations.coco.json"),
    *("instances_*.json", "annotations/instances_*.json", "lvis_*.json", "annotations/lvis_*.json"),
)
"""Where annotation files lie in a folder: as Roboflow exports them, and as COCO and LVIS are laid out."""

_PARTS = ("images", "annotations", "categories")
_RARE, _COMMON = 10, 100
"""Images up to which LVIS calls a class rare, and common (Gupta et al. 2019, section 3)."""


def _claims(paths: Sequence[Path]) -> bool:
    found = [_files(path) for path in paths]
    return bool(found) and all(files and all(map(_is_coco, files)) for files in found)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path] if path.suffix.lower() == ".json" else []
    return next((found for pattern in _FOLDERS if (found := sorted(path.glob(pattern)))), [])


def _is_coco(file: Path) -> bool:
    head = json_head(file)
    if head.opening == "[":
        return {"image_id", "category_id", "score"} <= head.keys.keys()
    found = [head.keys[part] for part in _PARTS if part in head.keys]
    lists = [value for value in found if value in ("[{", "[]")]
    return not head.several and len(lists) == len(found) >= (2 if head.whole else 1)


def _read(paths: Sequence[Path], options: ReadOptions) -> Labels:
    path = shown_path([str(one) for one in paths])
    files = list({file.resolve(): file for one in paths for file in _named(one)}.values())
    splits, note = splits_of_files([file.absolute() for file in files])
    shared = os.path.commonpath([file.absolute().parent for file in files])
    parts: list[_Part] = []
    first: CocoFile | None = None
    odd: dict[str, int] = {}
    for file, split in steps(zip(files, splits, strict=True), "annotation files", len(files)):
        below = file.absolute().relative_to(shared)
        content = read_coco(file, path if len(files) == 1 else below.as_posix())
        first = first or content
        _check_same_classes(first, content)
        parts.append(_part(content, below.parent.as_posix(), split, odd))
    frame = pl.concat([part.frame for part in parts]).lazy()
    classes = tuple(str(category.name) for category in parts[0].categories)
    return tidy_parts(
        frame.with_columns(pl.col("label").cat.to(pl.Enum([*classes, *odd]))).drop([] if any(splits) else ["split"]),
        options,
        Origin(
            path=path,
            kind="coco",
            unit="box",
            classes=classes,
            loader=_loader(parts[0].categories),
            notes=(*([note] if note else ()), *dict.fromkeys(note for part in parts for note in part.notes)),
        ),
    )


def _named(path: Path) -> list[Path]:
    files = (_files(path) or sorted(path.glob("*.json"))) if path.is_dir() else [path]
    if not files:
        message = f"The folder {plain(shown_path([str(path)]))} holds no .json file. Name the annotation files."
        raise SourceError(message)
    return files


def _check_same_classes(first: CocoFile, other: CocoFile) -> None:
    """Refuse files whose class indices do not agree.

    Raises:
        SourceError: they do not.
    """
    pairs = [[(category.id, category.name) for category in file.categories] for file in (first, other)]
    if pairs[0] == pairs[1]:
        return
    odd = sorted({name for _, name in {*pairs[0]} ^ {*pairs[1]}}, key=str)
    message = (
        f"The categories of {plain(first.name)} and {plain(other.name)} differ, at {quoted(str(odd[0]))}: an index"
        " would stand for two classes. Write the same categories into both, or audit them apart."
    )
    raise SourceError(message)


@dataclass(frozen=True)
class _Part:
    frame: pl.DataFrame
    categories: tuple[Category, ...]
    notes: tuple[str, ...]


def _part(file: CocoFile, folder: str, split: str | None, odd: dict[str, int]) -> _Part:
    """Return the rows of one file: a label as the index of its class, the path of the image as its id."""
    image, respelled = _places(file.image_ids, [image.id for image in file.images])
    label, recoded = _places(file.category_ids, [category.id for category in file.categories])
    lost = image.null_count()
    if lost and lost == len(image):
        message = f"No annotation of {plain(file.name)} belongs to one of its images. Check the ids of its images."
        raise SourceError(message)
    if unknown := label.null_count():
        label = _with_odd(label, file, odd)
    boxes = pl.DataFrame({"image": image, "label": label}).drop_nulls("image")
    rows = pl.DataFrame({"image": pl.int_range(len(file.images), dtype=pl.UInt32, eager=True)})
    bare = rows.join(boxes, on="image", how="anti").with_columns(label=pl.lit(None, pl.UInt32))
    ids = _ids(file, folder)
    notes = [
        ("belong to no image, left out as pycocotools never meets them", lost),
        ("are crowds, counted; detectron2 and torchvision's reference leave them out of training", file.crowds),
        ("are of a category that is not declared, counted as such", unknown),
        ("spell an id as text where it is a number, or the reverse, matched as loaders do not", respelled + recoded),
    ]
    return _Part(
        pl.concat([boxes, bare]).select(
            "label", id=pl.lit(ids).gather(pl.col("image")), split=pl.lit(split, pl.String)
        ),
        file.categories,
        (
            *file.notes,
            *(f"Annotations of {plain(file.name)} that {what}: {n:,}." for what, n in notes if n),
            *_lvis(file, boxes),
        ),
    )


def _places(ids: list[Id], known: Sequence[Id]) -> tuple[pl.Series, int]:
    """Return the place of each id among the known ones, null where it is none, and how many were spelled otherwise."""
    numbers = pl.int_range(len(known), dtype=pl.UInt32, eager=True)
    try:
        found = pl.Series(ids, dtype=pl.Int64).replace_strict(
            pl.Series(known, dtype=pl.Int64), numbers, default=None, return_dtype=pl.UInt32
        )
        if not found.null_count():
            return found, 0
    except (TypeError, OverflowError):
        pass  # Not all of them are integers.
    exact = {one: place for place, one in enumerate(known)}
    spelled = {str(one): place for one, place in exact.items()}
    straight = [exact.get(one) for one in ids]
    places = [spelled.get(str(one)) if at is None else at for one, at in zip(ids, straight, strict=True)]
    return pl.Series(places, dtype=pl.UInt32), straight.count(None) - places.count(None)


def _with_odd(label: pl.Series, file: CocoFile, odd: dict[str, int]) -> pl.Series:
    """Give each category that is not declared a code after those of the classes."""
    codes: list[int] = label.to_list()
    for row in label.is_null().arg_true():
        name = f"category_id {file.category_ids[row]}"
        codes[row] = odd.setdefault(name, len(file.categories) + len(odd))
    return pl.Series(codes, dtype=pl.UInt32)


def _ids(file: CocoFile, folder: str) -> pl.Series:
    """Return the paths of the images; their ids where paths are missing or name several.

    They are categorical: each stands on many rows, where numbers are told apart faster than texts.
    """
    paths = [image.file_name for image in file.images]
    if None in paths or len(set(paths)) < len(paths):
        ids = [str(image.id) for image in file.images]
    else:
        ids = [str(path) if folder == "." else f"{folder}/{path}" for path in paths]
    return pl.Series(ids, dtype=pl.String).cast(pl.Categorical)


def _loader(categories: Sequence[Category]) -> str:
    lvis = any(category.frequency is not None for category in categories)
    straight = [category.id for category in categories] == list(range(1, len(categories) + 1))
    return f"detectron2.data.datasets.load_{'lvis' if lvis and straight else 'coco'}_json"


def _lvis(file: CocoFile, boxes: pl.DataFrame) -> list[str]:
    """Return what LVIS says of its classes beyond the annotations, and where it does not fit them."""
    notes = []
    partial = sum(bool(image.not_exhaustive_category_ids) for image in file.images)
    if partial or any(image.neg_category_ids for image in file.images):
        notes.append(
            f"{plain(file.name)} is annotated for some classes an image: a class without boxes may still be there."
            f" Images that lack boxes of a class (not_exhaustive_category_ids): {partial:,}."
        )
    stated = {
        i: one for i, one in enumerate(file.categories) if one.frequency is not None or one.image_count is not None
    }
    if not stated:
        return notes
    counted = dict(boxes.unique().group_by("label").len().iter_rows())
    wrong = [
        i
        for i, one in stated.items()
        if one.image_count not in (None, counted.get(i, 0)) or one.frequency not in (None, _band(counted.get(i, 0)))
    ]
    if wrong:
        one, n = file.categories[wrong[0]], counted.get(wrong[0], 0)
        says = ", ".join(plain(str(value)) for value in (one.frequency, one.image_count) if value is not None)
        notes.append(
            f"{plain(file.name)} states another frequency or image_count than it holds for {len(wrong):,} of"
            f" {len(stated):,} classes, such as {quoted(str(one.name))}: {says} stated, {_band(n)}, {n:,} found. A part"
            " of a data set states what the whole holds."
        )
    return notes


def _band(images: int) -> str:
    return "r" if images <= _RARE else "c" if images <= _COMMON else "f"


COCO = Layout(name="coco", claims=_claims, read=_read)
