"""The layouts: ways to keep labels that are no table. Each is a file of its own: claim, read, done.

    paths ─▶ the first layout that claims them ─▶ Labels

Other packages add theirs as an entry point in the group `imbalance_audit.sources`, whose value is a `Layout`.
"""

from __future__ import annotations

import glob
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from imbalance_audit.display import plain
from imbalance_audit.errors import SourceError
from imbalance_audit.sources.failures import FOREIGN, translate
from imbalance_audit.sources.layouts.coco import COCO
from imbalance_audit.sources.layouts.conll import CONLL
from imbalance_audit.sources.layouts.folder_tree import FOLDER_TREE
from imbalance_audit.sources.layouts.label_studio import LABEL_STUDIO
from imbalance_audit.sources.layouts.lakes import DELTA, ICEBERG, read_remote_table
from imbalance_audit.sources.layouts.layout import Layout
from imbalance_audit.sources.layouts.masks import MASKS
from imbalance_audit.sources.layouts.npz import NPZ
from imbalance_audit.sources.layouts.text_list import TEXT_LIST
from imbalance_audit.sources.layouts.voc import VOC
from imbalance_audit.sources.layouts.webdataset import WEBDATASET
from imbalance_audit.sources.layouts.yolo import YOLO
from imbalance_audit.sources.places.paths import matching, shown_path
from imbalance_audit.sources.places.remote import is_remote
from imbalance_audit.sources.unheeded import refuse_unheeded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imbalance_audit.records import Labels, ReadOptions

GROUP = "imbalance_audit.sources"
"""The entry points of other packages' layouts."""

LAYOUTS: tuple[Layout, ...] = (
    DELTA, ICEBERG, COCO, LABEL_STUDIO, YOLO, VOC, CONLL, TEXT_LIST, NPZ, MASKS, FOLDER_TREE, WEBDATASET,
)  # fmt: skip
"""Our own layouts, in the order in which they are asked."""

_ANNOTATIONS = (COCO, YOLO, VOC)
"""Ways to annotate the same images: a folder with two of them does not say which one counts."""


def read_layout(named: Sequence[str], options: ReadOptions) -> Labels | None:
    """Return the labels of paths that are laid out in a known way; None where they are a table, or nothing yet.

    Raises:
        EmptySourceError: there is nothing in them.
        SourceError: they cannot be read.
    """
    if any(is_remote(name) for name in named):
        return read_remote_table(named, options)
    if not all(named):
        return None  # as a path, no name is the folder that we are in
    try:
        paths = [path for name in named for path in _behind(name)]
        layout = _layout_of(paths, options)
        if layout is None:
            return None
        if not paths:
            message = f"Nothing matches {plain(shown_path(named))}. Quote the pattern, and check the folder."
            raise SourceError(message)
        refuse_unheeded(options, layout.heeds | {"format"}, shown_path(named), layout.name)
        return layout.read(paths, options)
    except FOREIGN as error:
        raise translate(error, shown_path(named)) from error


@cache
def layouts() -> tuple[Layout, ...]:
    """Return every layout, our own first.

    Raises:
        SourceError: another package's layout cannot be loaded, or is none.
    """
    others = []
    for point in entry_points(group=GROUP):
        try:
            layout = point.load()
        except Exception as error:
            message = f"The source {plain(point.value)} of another package cannot be loaded: {plain(str(error))}."
            raise SourceError(message) from error
        if not isinstance(layout, Layout):
            message = f"The source {plain(point.value)} of another package is no Layout. Uninstall or mend the package."
            raise SourceError(message)
        others.append(layout)
    return (*LAYOUTS, *others)


def _layout_of(paths: Sequence[Path], options: ReadOptions) -> Layout | None:
    if options.format is not None:
        return next((layout for layout in layouts() if layout.name == options.format), None)
    found = next((layout for layout in layouts() if paths and layout.claims(paths)), None)
    if found in _ANNOTATIONS:
        _refuse_rivals([layout.name for layout in _ANNOTATIONS if layout.claims(paths)], paths)
    if found is None and len(paths) > 1:
        _refuse_mixture(paths)
    return found


def _refuse_rivals(names: Sequence[str], paths: Sequence[Path]) -> None:
    if len(names) > 1:
        shown = shown_path([str(path) for path in paths])
        message = f"{plain(shown)} holds annotations of several kinds: {', '.join(names)}. Pass --format with one."
        raise SourceError(message)


def _refuse_mixture(paths: Sequence[Path]) -> None:
    """Read as tables, what one of several paths holds would be left out."""
    kinds = [next((layout.name for layout in layouts() if layout.claims([path])), None) for path in paths]
    first = next((i for i, kind in enumerate(kinds) if kind is not None), None)
    if first is None:
        return
    one = f"{plain(shown_path([str(paths[first])]))} is {kinds[first]}"
    other = next((i for i, kind in enumerate(kinds) if kind != kinds[first]), None)
    if other is None:
        message = f"{one}, of which one is read at a time. Name it alone."
        raise SourceError(message)
    what = kinds[other] or f"not {kinds[first]}"
    message = f"{one} and {plain(shown_path([str(paths[other])]))} is {what}. Audit one kind at a time."
    raise SourceError(message)


def _behind(name: str) -> list[Path]:
    """Return the path of this name, or the paths that match it as a pattern."""
    if not Path(name).exists() and glob.has_magic(name):
        return matching(name)
    return [Path(name)]
