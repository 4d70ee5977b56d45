"""A large COCO file, read a piece of its annotations at a time, so that memory does not grow with its polygons.

A piece ends at a `}` with `, {` after it. That might stand inside a text or a nested list, but then the piece would not
be JSON: it is decoded in brackets of its own, and a text or a list that is cut open never closes. So each piece that
can be decoded ends between two annotations, and where any cannot, the file is read whole.
"""

from __future__ import annotations

import mmap
import re
from collections import Counter
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec

from imbalance_audit.sources.layouts.coco_records import Annotation, Content

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imbalance_audit.sources.layouts.coco_records import Id

PIECE = 1 << 21
"""Bytes of a piece: few enough to stay in the processor's cache while they are decoded."""

_KEY = b'"annotations"'
_OPENING = re.compile(rb'"annotations"\s*:\s*\[')
_BETWEEN = re.compile(rb"\}\s*,\s*(?=\{)")
_DECODER = msgspec.json.Decoder(list[Annotation])
_SHORT = 8
"""Pieces up to which a file, or what is left of it, is read at once."""


@dataclass
class Annotations:
    """The fields of all annotations, in order.

    Attributes:
        image_ids: The image of each.
        category_ids: The category of each.
        crowds: How often each value of `iscrowd` stands.
    """

    image_ids: list[Id] = field(default_factory=list)
    category_ids: list[Id] = field(default_factory=list)
    crowds: Counter[object] = field(default_factory=Counter)

    def add(self, annotations: Sequence[Annotation]) -> None:
        """Add some."""
        self.image_ids.extend(map(attrgetter("image_id"), annotations))
        self.category_ids.extend(map(attrgetter("category_id"), annotations))
        self.crowds.update(map(attrgetter("iscrowd"), annotations))


def read_pieces(path: Path, size: int = PIECE) -> tuple[Content, Annotations] | None:
    """Return what a file holds beside annotations, and its annotations; None for a file to be read at once.

    That is a short one, a broken one, or one that is laid out otherwise.

    Args:
        path: The file.
        size: The bytes of a piece.
    """
    if path.stat().st_size <= _SHORT * size:
        return None
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as text:
        key = text.find(_KEY)
        opening = _OPENING.match(text, key) if key >= 0 else None
        if opening is None:
            return None
        start = opening.end()
        del opening  # It holds on to the mapped file.
        try:
            before = msgspec.json.decode(text[:key] + b'"annotations":[]}', type=Content)
            found = Annotations()
            start = _add_pieces(text, start, size, found)
            if len(text) - start > _SHORT * size or text.find(_KEY, start) >= 0:
                return None
            after = msgspec.json.decode(b'{"annotations":[' + text[start:], type=Content)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return None
    if None not in (before.images, after.images) or None not in (before.categories, after.categories):
        return None
    found.add(after.annotations or ())
    images = before.images if after.images is None else after.images
    return Content(images, None, before.categories if after.categories is None else after.categories), found


def _add_pieces(text: mmap.mmap, start: int, size: int, found: Annotations) -> int:
    """Add the annotations of each piece, and return where the first one that cannot be decoded begins."""
    piece = memoryview(bytearray(b"[" + bytes(size + 1)))
    while len(text) - start > size:
        cut = text.rfind(b"}", start, start + size)
        while cut >= 0 and not _BETWEEN.match(text, cut):
            cut = text.rfind(b"}", start, cut)
        if cut < 0:
            break
        end = cut + 2 - start
        with memoryview(text) as whole:
            piece[1:end] = whole[start : cut + 1]
        piece[end] = ord("]")
        try:
            found.add(_DECODER.decode(piece[: end + 1]))
        except msgspec.DecodeError:
            break
        start = text.find(b"{", cut)
        if hasattr(mmap, "MADV_DONTNEED"):
            # What was read need not stay in memory; the system keeps it as long as it likes.
            text.madvise(mmap.MADV_DONTNEED, 0, start - start % mmap.PAGESIZE)
    return start
