"""What a COCO file holds that class counts need, and nothing else of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import SourceError
from imbalance_audit.sources.layouts.coco_pieces import Annotations, read_pieces
from imbalance_audit.sources.layouts.coco_records import Annotation, Content, OddContent
from imbalance_audit.sources.layouts.json_file import read_json
from imbalance_audit.sources.layouts.json_head import json_head
from imbalance_audit.sources.tidying.declared_classes import told_apart

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imbalance_audit.sources.layouts.coco_records import Category, Id, Image


@dataclass(frozen=True)
class CocoFile:
    """The content of one file, with its categories checked.

    Attributes:
        name: What it is called.
        images: Its images, each id once.
        image_ids: The image of each annotation; of a panoptic file, of each segment.
        category_ids: The category of each.
        crowds: How many of them are crowds.
        categories: Its categories by rising id: the order in which detectron2 and DALI number them.
        notes: What is odd.
    """

    name: str
    images: tuple[Image, ...]
    image_ids: list[Id]
    category_ids: list[Id]
    crowds: int
    categories: tuple[Category, ...]
    notes: tuple[str, ...]


def read_coco(path: Path, name: str) -> CocoFile:
    """Read one annotation file.

    Raises:
        EmptySourceError: the file has no bytes.
        SourceError: it is no annotation file, or one without classes.
    """
    head = json_head(path)
    if head.opening == "[":
        what = "detection results, not labels" if "score" in head.keys else "a list, not a COCO file"
        message = f"{plain(name)} is {what}. Name the file with images, annotations and categories."
        raise SourceError(message)
    content, annotations, notes = _content(path, name)
    if not content.categories:
        message = f'{plain(name)} has no "categories", so its classes have no names. Name a file that has them.'
        raise SourceError(message)
    categories, more = _checked_categories(content.categories, name)
    images, again = _checked_images(content.images or (), name)
    return CocoFile(
        name=name,
        images=images,
        image_ids=annotations.image_ids,
        category_ids=annotations.category_ids,
        crowds=sum(n for crowd, n in annotations.crowds.items() if crowd not in (None, 0, "0")),
        categories=categories,
        notes=(*notes, *more, *again),
    )


def _content(path: Path, name: str) -> tuple[Content, Annotations, tuple[str, ...]]:
    """Return the content of a file without its annotations, these, and notes.

    Raises:
        EmptySourceError: the file has no bytes.
        SourceError: it is no annotation file.
    """
    pieces = read_pieces(path)
    if pieces is not None and pieces[0].images is not None and pieces[1].category_ids[:1] != [None]:
        return *pieces, ()
    content, notes = read_json(path, Content, name)
    found = content.annotations
    if content.images is None or found is None:
        missing = "images" if content.images is None else "annotations"
        message = f"{plain(name)} has no {quoted(missing)}, so it is no COCO annotation file. Name another one."
        raise SourceError(message)
    if found and found[0].category_id is None:
        found, more = _odd_annotations(path, name, found)
        notes += more
    annotations = Annotations()
    annotations.add(found)
    return content, annotations, notes


def _checked_images(images: Sequence[Image], name: str) -> tuple[tuple[Image, ...], tuple[str, ...]]:
    """Return the images, each id once.

    Raises:
        SourceError: an image has no id.
    """
    once = {image.id: image for image in images}
    if any(identity is None or identity != identity for identity in once):
        message = f"{plain(name)} has an image without id, to which no annotation can belong. Give each image an id."
        raise SourceError(message)
    repeats = len(images) - len(once)
    note = f"Images of {plain(name)} listed again under the same id, each counted once as by pycocotools: {repeats:,}."
    return tuple(once.values()), (note,) if repeats else ()


def _odd_annotations(path: Path, name: str, annotations: list[Annotation]) -> tuple[list[Annotation], tuple[str, ...]]:
    """Return the segments of a panoptic file; annotations without a class stay as they are in any other.

    Raises:
        SourceError: the annotations are captions.
    """
    odd = read_json(path, OddContent, name)[0].annotations
    if all(one.segments_info is not None for one in odd):
        segments = [
            Annotation(one.image_id, segment.category_id, segment.iscrowd)
            for one in odd
            for segment in one.segments_info or ()
        ]
        return segments, (f"{plain(name)} is panoptic: each segment is counted.",)
    if all(one.caption is not None for one in odd):
        message = f"{plain(name)} holds captions, which have no classes. Name the instances file."
        raise SourceError(message)
    return annotations, ()


def _checked_categories(categories: Sequence[Category], name: str) -> tuple[tuple[Category, ...], tuple[str, ...]]:
    """Return the categories by rising id, each with a name of its own.

    Raises:
        SourceError: a category has no id or no name, or ids cannot be told apart or put in order.
    """
    once: dict[Id, Category] = {}
    for category in categories:
        if category.id is None or category.name is None or category.id != category.id:
            lacks = "name" if category.name is None else "id"
            message = f"{plain(name)} has a category without {lacks}. Give each category an id and a name."
            raise SourceError(message)
        category.name = str(category.name)
        if once.setdefault(category.id, category).name != category.name:
            message = (
                f"{plain(name)} gives the category id {plain(str(category.id))} two names,"
                f" {quoted(str(once[category.id].name))} and {quoted(category.name)}. Give each its own id."
            )
            raise SourceError(message)
    if len({isinstance(identity, str) for identity in once}) > 1:
        message = f"{plain(name)} mixes category ids that are numbers and text, which have no order. Write one kind."
        raise SourceError(message)
    ordered = tuple(sorted(once.values(), key=lambda category: category.id))  # type: ignore[arg-type, return-value]  # -- ids of one kind
    names, notes = told_apart([str(category.name) for category in ordered], [category.id for category in ordered])
    for category, apart in zip(ordered, names, strict=True):
        category.name = apart
    if posed := sum(category.keypoints is not None for category in ordered):
        notes += (f"Categories with keypoints, whose annotations count as boxes: {posed:,}.",)
    if isinstance(ordered[0].id, str):
        notes += ('Category ids are text, so their order is that of text: "10" before "2".',)
    return ordered, notes
