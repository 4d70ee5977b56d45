"""The fields of a COCO file that class counts need; msgspec skips every other. It needs these types when it runs."""

from __future__ import annotations

import msgspec

Id = int | str | float | None
"""What files have for an id. Loaders compare ids as they are: 1 and 1.0 are one id, 1 and "1" are two."""


class Image(msgspec.Struct, gc=False):
    """One image, with or without annotations; its last two fields are of LVIS."""

    id: Id = None
    file_name: str | int | None = None
    not_exhaustive_category_ids: list[Id] | None = None
    neg_category_ids: list[Id] | None = None


class Annotation(msgspec.Struct, gc=False):
    """One object in an image."""

    image_id: Id = None
    category_id: Id = None
    iscrowd: int | float | str | bool | None = 0


class Category(msgspec.Struct, gc=False):
    """One class; its last two fields are of LVIS."""

    id: Id = None
    name: str | int | float | None = None
    keypoints: list[str | int] | None = None
    frequency: str | None = None
    image_count: int | float | None = None


class Content(msgspec.Struct, gc=False):
    """A file, or the parts of it before and after most of its annotations."""

    images: list[Image] | None = None
    annotations: list[Annotation] | None = None
    categories: list[Category] | None = None


class Segment(msgspec.Struct, gc=False):
    """One segment of a panoptic annotation."""

    category_id: Id = None
    iscrowd: int | float | str | bool | None = 0


class OddAnnotation(msgspec.Struct, gc=False):
    """An annotation without a category of its own: panoptic, or a caption."""

    image_id: Id = None
    caption: str | None = None
    segments_info: list[Segment] | None = None


class OddContent(msgspec.Struct, gc=False):
    """A file of such annotations."""

    annotations: list[OddAnnotation]
