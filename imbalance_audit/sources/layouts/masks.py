"""Segmentation masks: images whose pixels are class indices, in a folder or in a folder for each split.

A palette image and a grey one hold indices, of 1, 8 or 16 bits. An image of colours holds none without its colour map,
and a format that loses detail, such as JPEG, makes classes of its own along every edge: both are refused.
"""

from __future__ import annotations

import os
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import islice
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal, NamedTuple

import polars as pl

from imbalance_audit.display import plain
from imbalance_audit.errors import AuditError, EmptySourceError, MissingExtraError, SourceError
from imbalance_audit.sources.layouts.layout import Layout
from imbalance_audit.sources.places.folders import listing, path_texts, shown_suffixes, suffix_counts, suffixes_of, walk
from imbalance_audit.sources.places.paths import shown_path
from imbalance_audit.sources.reading_progress import steps
from imbalance_audit.sources.split_words import split_of_name
from imbalance_audit.sources.tidying.column_roles import listed
from imbalance_audit.sources.tidying.tidy import Origin, tidy_parts

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence

    from PIL.Image import Image

    from imbalance_audit.records import Labels, ReadOptions

_SUFFIXES = (".png",)
_NAMES = frozenset(
    ("annotations", "gtfine", "masks", "segmentationclass", "segmentationclassaug", "segmentationclassraw",
     "testannot", "trainannot", "valannot")
)  # fmt: skip
"""What folders of masks are called, in lower case."""
_EXACT = ("BMP", "GIF", "PNG", "PPM", "TIFF")
_LOSSY = ("JPEG", "JPEG2000", "WEBP")
_BYTES = ("1", "L", "P")
_WIDER: dict[str, tuple[type[pl.UInt16 | pl.Int32], Literal["little", "big"]]] = {
    "I;16": (pl.UInt16, "little"),
    "I;16B": (pl.UInt16, "big"),
    "I": (pl.Int32, sys.byteorder),
}
"""How Pillow keeps pixels of more than 8 bits."""
_VOID = 255
_LOOKED_AT = 64
_HEAD = 26
_GREY, _PALETTE = 0, 3
"""Colour types in the header of a PNG file."""


class _Mask(NamedTuple):
    """One file.

    Attributes:
        path: Where it lies.
        id: Its path below the folder that the user spoke of.
        split: The split that the nearest of its folders speaks of.
    """

    path: str
    id: str
    split: str | None


def claims(paths: Sequence[Path]) -> bool:
    """Tell whether these are folders that are called as masks are, or hold such, with a PNG of indices in them."""
    try:
        return all(path.is_dir() and any(map(_begins_so, _called_so(path))) for path in paths)
    except (OSError, SourceError):
        return False


def read(paths: Sequence[Path], options: ReadOptions) -> Labels:
    """Return a row for each class in each mask, weighted by its pixels.

    Raises:
        EmptySourceError: there are no masks.
        MissingExtraError: Pillow is not installed.
        SourceError: a mask cannot be read, or holds no class indices.
    """
    try:
        import PIL.Image  # noqa: F401 -- asked for before any file is
    except ImportError as error:
        what = "Reading masks"
        raise MissingExtraError.of(what, extra="masks") from error
    path = shown_path([str(one) for one in paths])
    masks, notes = _find(paths, suffixes_of(options.extensions, _SUFFIXES), path)
    with warnings.catch_warnings():
        # Of a large image, which a mask may well be; one large enough to fill the memory is an error.
        warnings.simplefilter("ignore")
        with ThreadPoolExecutor() as pool, closing(_ahead(pool, masks)) as counted:
            table = _table(masks, steps(counted, "masks", len(masks)))
    frame, escaped = table
    if escaped:
        notes.append(f"File names that are not UTF-8 text, written with escapes in the ids: {escaped:,}.")
    if options.classes is None:
        notes += _gaps(frame["label"])
    return tidy_parts(frame.lazy(), options, Origin(path=path, kind="masks", unit="pixel", notes=tuple(notes)))


MASKS = Layout(name="masks", claims=claims, read=read, heeds=frozenset({"classes", "extensions"}))


def _called_so(root: Path) -> list[Path]:
    """Return the folder where it is called as masks are, else those in it and in its folders that are."""
    if root.absolute().name.lower() in _NAMES:
        return [root]
    first = [root / name for name in sorted(listing(str(root)).folders) if not name.startswith(".")]
    found = [folder for folder in first if folder.name.lower() in _NAMES]
    for folder in [one for one in first if one not in found][:_LOOKED_AT]:
        found += [folder / name for name in sorted(listing(str(folder)).folders) if name.lower() in _NAMES]
    return found


def _begins_so(folder: Path) -> bool:
    """Look at the first PNG in the folder or in one of its folders."""
    for below, _ in zip([folder, *map(Path, _folders(folder))], range(_LOOKED_AT), strict=False):
        with os.scandir(below) as entries:
            some = islice(entries, _LOOKED_AT)
            first = [entry for entry in some if entry.name.lower().endswith(_SUFFIXES) and entry.is_file()]
        if first:
            with Path(first[0].path).open("rb") as stream:
                head = stream.read(_HEAD)
            return head.startswith(b"\x89PNG") and len(head) == _HEAD and head[25] in (_GREY, _PALETTE)
    return False


def _folders(folder: Path) -> Iterable[Path]:
    return (folder / name for name in sorted(listing(str(folder)).folders))


def _find(paths: Sequence[Path], suffixes: tuple[str, ...], path: str) -> tuple[list[_Mask], list[str]]:
    """Return the masks in path order, and what was left out."""
    notes: list[str] = []
    masks: list[_Mask] = []
    others: list[str] = []
    top = Path(os.path.commonpath([one.absolute().parent for one in paths])) if len(paths) > 1 else paths[0].absolute()
    for root in {one.resolve(): one for one in paths}.values():
        if not root.is_dir():
            message = f"{plain(root.name)} is no folder. Name the folder that holds the masks."
            raise SourceError(message)
        folders = _called_so(root)
        if folders and folders != [root]:
            shown = listed([folder.relative_to(root).as_posix() for folder in folders])
            notes.append(f"Only the folders that are called as masks are were read: {shown}.")
        for folder in folders or [root]:
            for below, names in walk(str(folder.absolute()), below=None if folder == root else str(root)).files:
                kept = [name for name in names if name.lower().endswith(suffixes)]
                others += set(names).difference(kept)
                inside = PurePath(below).relative_to(top)
                split = next((found for part in reversed(inside.parts) if (found := _split(part))), None)
                masks += [_Mask(f"{below}{os.sep}{name}", (inside / name).as_posix(), split) for name in kept]
    counts = suffix_counts(others)
    if not masks:
        raise _no_masks(counts, suffixes, path)
    if counts:
        notes.append(f"Files that do not end in {', '.join(suffixes)} left out: {shown_suffixes(counts)}.")
    return masks, notes


def _split(folder: str) -> str | None:
    """Return the split of a folder's name, where `trainannot` is one too."""
    return split_of_name(folder.lower().removesuffix("annot"))


def _no_masks(others: dict[str, int], suffixes: Sequence[str], path: str) -> SourceError:
    wanted = ", ".join(map(plain, suffixes))
    if others.keys() & {".jpg", ".jpeg"}:
        message = (
            f"{plain(path)} holds JPEG images and no mask that ends in {wanted}. JPEG changes pixels, so their values"
            " are no classes. Save the masks as PNG."
        )
        return SourceError(message)
    return EmptySourceError(f"{plain(path)} holds no mask that ends in {wanted}: there is nothing to check.")


def _ahead(pool: ThreadPoolExecutor, masks: Sequence[_Mask]) -> Generator[dict[int, int]]:
    """Yield the counts of each mask, in order, some being counted ahead; closed early, nothing more is begun."""
    pending = iter(masks)
    begun = [pool.submit(_count, mask) for mask in islice(pending, _LOOKED_AT)]
    while begun:
        yield begun.pop(0).result()
        begun += [pool.submit(_count, mask) for mask in islice(pending, 1)]


def _count(mask: _Mask) -> dict[int, int]:
    """Return how many pixels of the mask have each value.

    Raises:
        SourceError: it cannot be read, or its values are no class indices.
    """
    from PIL import Image

    name = plain(mask.id)
    try:
        with Image.open(mask.path, formats=(*_EXACT, *_LOSSY)) as image:
            _refuse(image, name)
            return _histogram(image)
    except AuditError:
        raise
    except Exception as error:  # Pillow's decoders raise whatever a damaged file leads them to.
        why = plain(str(error).replace(mask.path, name).partition("\n")[0]).rstrip(".") or type(error).__name__
        message = f"{name} cannot be read as an image: {why}. Check that the file is complete."
        raise SourceError(message) from error


def _refuse(image: Image, name: str) -> None:
    if image.format in _LOSSY:
        message = (
            f"{name} is {image.format}, which changes pixels, so that their values are no classes. Save the masks as"
            " PNG from where they were drawn."
        )
        raise SourceError(message)
    if image.mode not in (*_BYTES, *_WIDER):
        message = (
            f"{name} holds colours or fractions (mode {plain(image.mode)}), and a mask holds a class index a pixel."
            " Turn its colour map into indices first, or name the suffix of the index masks with --extensions."
        )
        raise SourceError(message)


def _histogram(image: Image) -> dict[int, int]:
    if image.mode in _BYTES:
        # Pillow counts the set pixels of a one-bit image as 255; arrays and tensors of it hold 1.
        set_to = 1 if image.mode == "1" else _VOID
        counts = image.histogram()
        return {set_to if value == _VOID else value: n for value, n in enumerate(counts) if n}
    width, height = image.size
    dtype, order = _WIDER[image.mode]
    pixels = pl.Series([image.tobytes()]).bin.reinterpret(dtype=pl.Array(dtype, width * height), endianness=order)
    return dict(pixels.explode().value_counts().iter_rows())


def _table(masks: Sequence[_Mask], counted: Iterable[dict[int, int]]) -> tuple[pl.DataFrame, int]:
    """Return a row for each value in each mask, and how many ids hold bytes that are no text."""
    labels: list[int] = []
    weights: list[int] = []
    runs: list[int] = []
    for counts in counted:
        values = sorted(counts)
        labels += values
        weights += [counts[value] for value in values]
        runs.append(len(values))
    ids, escaped = path_texts([mask.id for mask in masks])
    columns = {"id": ids, "run": pl.Series(runs)}
    if any(mask.split is not None for mask in masks):
        columns["split"] = pl.Series([mask.split for mask in masks], dtype=pl.String)
    repeated = pl.DataFrame(columns).select(pl.all().exclude("run").repeat_by("run").explode(empty_as_null=False))
    parts = {"label": pl.Series(labels, dtype=pl.Int64), "weight": pl.Series(weights, dtype=pl.Int64)}
    return repeated.with_columns(**parts), escaped


def _gaps(labels: pl.Series) -> list[str]:
    """Say which values do not occur below the largest: an index into the logits counts them, too."""
    seen = set(labels.unique())
    largest = max(seen - {_VOID}, default=0)
    gaps = [str(value) for value in range(largest) if value not in seen]
    if not gaps or seen <= {0, _VOID}:
        return []
    return [
        f"No pixel has the value {', '.join(gaps[:8])}{' …' if len(gaps) > 8 else ''}, though some have {largest}:"
        " name every class with --classes, in index order, where values are indices into the logits."
    ]
