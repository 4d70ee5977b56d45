"""A folder for each class: ImageFolder's tree, with or without a folder for each split above the classes.

    root/cat/1.jpg        root/train/cat/1.jpg
    root/dog/a/2.jpg      root/val/cat/2.jpg

The classes are what torchvision's `find_classes` returns for the folder that is trained on: every folder in it, empty
and hidden ones included, in code-point order. `allow_empty=True` numbers them so, and without it torchvision stops at a
folder that has no sample. An index is therefore never another than the loader's.
"""

from __future__ import annotations

import os
from bisect import bisect_left as bisect
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import EmptySourceError, SourceError
from imbalance_audit.sources.layouts.class_tree import Tree
from imbalance_audit.sources.layouts.layout import Layout
from imbalance_audit.sources.layouts.tree_notes import notes_of
from imbalance_audit.sources.places.folders import (
    IMAGES,
    listing,
    path_texts,
    shown_suffixes,
    suffix_counts,
    suffixes_of,
    walk,
)
from imbalance_audit.sources.places.paths import shown_path
from imbalance_audit.sources.reading_progress import steps
from imbalance_audit.sources.split_words import split_of_name
from imbalance_audit.sources.tidying.tidy import Origin, tidy_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imbalance_audit.records import Labels, ReadOptions

LOADER = "torchvision.datasets.ImageFolder"

_MEDIA = (*IMAGES, ".avif", ".dcm", ".flac", ".gif", ".heic", ".jxl", ".mp3", ".mp4", ".npy", ".ogg", ".wav")
"""What class folders usually hold: such a tree is met with the advice to name its suffix."""
_TABLES = tuple(
    f".{name}{packed}"
    for name in ("arrow", "csv", "feather", "ipc", "jsonl", "ndjson", "parquet", "tsv")
    for packed in ("", ".gz", ".zst")
)
_NO_CLASSES = frozenset(
    ("annotations", "image", "images", "imagesets", "img", "imgs", "jpegimages", "labels", "masks", "segmentationclass")
)
"""Folders of data sets that keep their labels elsewhere than in the folder's name."""
_LOOKED_AT = 64


def claims(paths: Sequence[Path]) -> bool:
    """Tell whether these are folders that hold images, sounds or videos one to three folders down, and no table."""
    try:
        return all(_looks_so(str(path)) for path in paths)
    except (OSError, SourceError):
        return False


def read(paths: Sequence[Path], options: ReadOptions) -> Labels:
    """Return a row for each sample, in the order of ImageFolder's walk, split after split.

    Raises:
        EmptySourceError: there are no samples.
        SourceError: a folder cannot be listed, or a class is not UTF-8 text.
    """
    suffixes = suffixes_of(options.extensions, IMAGES)
    path = shown_path([str(one) for one in paths])
    roots, left_out = _roots(paths, suffixes)
    base = str(paths[0]) if len(paths) == 1 else os.path.commonpath([Path(root).parent for root, _ in roots])
    trees = [_tree(root, split, suffixes, base) for root, split in roots]
    if not any(tree.ids or tree.unlabelled for tree in trees):
        raise _no_samples(trees, suffixes, path)
    trained = [tree for tree in trees if tree.split == "train"] or [tree for tree in trees if tree.runs]
    classes = tuple(sorted({name for tree in trained for name in tree.classes}))
    agreed = len({tree.classes for tree in trained}) <= 1
    frame, escaped = _frame(trees)
    loose = () if len(paths) > 1 or roots[0][0] == base else _loose_files(base)
    notes = (*loose, *notes_of(trees, trained, left_out=left_out, escaped=escaped, suffixes=suffixes))
    origin = Origin(
        path=path,
        kind="folder-tree",
        unit="image",
        classes=classes or None,
        loader=LOADER if agreed and classes else None,
        notes=notes,
    )
    return tidy_parts(frame, options, origin)


FOLDER_TREE = Layout(name="folder-tree", claims=claims, read=read, heeds=frozenset({"classes", "extensions"}))


def _looks_so(root: str) -> bool:
    """Look for one image, in at most 64 folders of a level and 64 entries of each."""
    if not Path(root).is_dir():
        return False
    level = [root]
    for depth in range(4):
        below = []
        for folder in level[:_LOOKED_AT]:
            folders, files = listing(folder, _LOOKED_AT if depth else None)
            if _NO_CLASSES.intersection(map(str.lower, folders)) or any(n.lower().endswith(_TABLES) for n in files):
                return False
            if depth and any(name.lower().endswith(_MEDIA) for name in files):
                return True
            below += [f"{folder}{os.sep}{name}" for name in sorted(folders) if not name.startswith(".")]
        level = below
    return False


def _roots(paths: Sequence[Path], suffixes: tuple[str, ...]) -> tuple[list[tuple[str, str | None]], list[str]]:
    """Return each folder of class folders and its split, and the names of folders that are neither."""
    for path in paths:
        if not path.is_dir():
            message = f"{plain(path.name)} is no folder, and a folder tree is one. Name the folder above the classes."
            raise SourceError(message)
    if len(paths) > 1:
        once = {path.resolve(): path.absolute() for path in paths}.values()
        return [(str(path), split_of_name(path.name) or path.name) for path in once], []
    root = str(paths[0])
    folders = sorted(name for name in listing(root).folders if not name.startswith("."))
    named = {name: split for name in folders if (split := split_of_name(name)) is not None}
    splits = _split_folders(root, folders, named, suffixes) if named else []
    if not splits:
        sure = len(set(named.values())) > 1 or 0 < len(named) == len(folders)
        if sure and not any(listing(f"{root}{os.sep}{name}").folders for name in named):
            shown = ", ".join(map(quoted, named))
            message = (
                f"{plain(shown_path([root]))} holds splits ({shown}) without class folders, so their files have no"
                " label. Name what holds the labels."
            )
            raise SourceError(message)
        return [(root, None)], []
    return (
        [(f"{root}{os.sep}{name}", named.get(name, name)) for name in splits],
        [name for name in folders if name not in splits],
    )


def _split_folders(root: str, folders: Sequence[str], named: dict[str, str], suffixes: tuple[str, ...]) -> list[str]:
    """Return the folders that are splits; none where those that a split word names are classes, such as the vehicle.

    A split holds class folders. A folder without a split word is a split too where it has a class folder that a named
    one has. Where a single folder is named so, and another holds samples and shares no class folder, these are classes.
    """
    inside = {name: set(listing(f"{root}{os.sep}{name}").folders) for name in folders}
    classes = set().union(*(inside[name] for name in named))
    if not classes:
        return []
    splits = [name for name in folders if name in named or not classes.isdisjoint(inside[name])]
    others = [name for name in folders if name not in splits]
    if len(splits) == 1 and any(_holds(f"{root}{os.sep}{name}", suffixes) for name in others):
        return []
    return splits


def _loose_files(root: str) -> tuple[str, ...]:
    """Return a note on files beside the folders of the splits."""
    counts = suffix_counts(name for name in listing(root).files if not name.startswith("."))
    return (f"Files beside the splits left out: {shown_suffixes(counts)}.",) if counts else ()


def _holds(folder: str, suffixes: tuple[str, ...]) -> bool:
    return any(name.lower().endswith(suffixes) for _, files in walk(folder).files for name in files)


def _tree(root: str, split: str | None, suffixes: tuple[str, ...], base: str) -> Tree:
    tree = Tree(name=Path(root).name, split=split)
    folders, loose = listing(root)
    samples = sorted(name for name in loose if name.lower().endswith(suffixes))
    tree.others = suffix_counts(name for name in loose if not name.lower().endswith(suffixes))
    if folders or split is None:
        tree.beside = len(samples)
    else:
        tree.unlabelled = [_prefix(root, base) + name for name in samples]
    for name in steps(sorted(folders), "class folders", len(folders)):
        found, circles = walk(f"{root}{os.sep}{name}", below=root)
        tree.circles += circles
        before = len(tree.ids)
        for folder, files in found:
            kept = [file for file in files if file.lower().endswith(suffixes)]
            if len(kept) < len(files):
                tree.others += suffix_counts(set(files).difference(kept))
            prefix = _prefix(folder, base)
            tree.ids += [prefix + file for file in kept]
            # The names are sorted.
            tree.hidden += bisect(kept, "/") - bisect(kept, ".")
        tree.runs.append((name, len(tree.ids) - before))
    return tree


def _prefix(folder: str, base: str) -> str:
    return folder[len(base) :].lstrip(os.sep).replace(os.sep, "/") + "/"


def _no_samples(trees: Sequence[Tree], suffixes: Sequence[str], path: str) -> SourceError:
    others = sum((tree.others for tree in trees), Counter[str]())
    beside = sum(tree.beside for tree in trees)
    wanted = ", ".join(map(plain, suffixes))
    if beside:
        return SourceError(
            f"{plain(path)} holds {beside:,} samples and no class folder with one. Name the folder above the classes."
        )
    if others:
        way_out = "Pass the suffix of the samples, such as --extensions .wav"
        return SourceError(
            f"{plain(path)} holds no file that ends in {wanted}. It holds {shown_suffixes(others)}. {way_out}."
        )
    return EmptySourceError(f"{plain(path)} holds no file that ends in {wanted}: there is nothing to check.")


def _frame(trees: Sequence[Tree]) -> tuple[pl.LazyFrame, int]:
    """Return the rows, and how many ids hold bytes that are no text."""
    labels = [run for tree in trees for run in (*tree.runs, (None, len(tree.unlabelled)))]
    splits = [(tree.split, len(tree.ids) + len(tree.unlabelled)) for tree in trees]
    ids = [one for tree in trees for one in (*tree.ids, *tree.unlabelled)]
    texts, escaped = path_texts(ids)
    columns = {"label": _repeated(labels), "id": texts}
    if any(split is not None for split, _ in splits):
        columns["split"] = _repeated(splits)
    return pl.LazyFrame(columns), escaped


def _repeated(runs: Sequence[tuple[str | None, int]]) -> pl.Series:
    """Return each value as often as its run is long."""
    for value, _ in runs:
        try:
            (value or "").encode()
        except UnicodeEncodeError as error:
            shown = quoted(os.fsencode(value or "").decode(errors="backslashreplace"))
            message = f"The folder name {shown} is not UTF-8 text. Rename the folder."
            raise SourceError(message) from error
    kept = [(value, n) for value, n in runs if n]
    values = pl.Series([value for value, _ in kept], dtype=pl.String)
    return values.repeat_by(pl.Series([n for _, n in kept], dtype=pl.UInt32)).explode(empty_as_null=False)
