"""Live objects of Hugging Face's `datasets` library, which is not imported: they come with it loaded.

Only the columns in use are taken, as the data set holds them after `select`, `filter` and `shuffle`; no image is
decoded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from imbalance_audit.display import plain
from imbalance_audit.errors import SourceError
from imbalance_audit.sources.tables.features import class_names
from imbalance_audit.sources.tables.huggingface import LOADER
from imbalance_audit.sources.tidying.column_roles import find_roles, listed

if TYPE_CHECKING:
    from imbalance_audit.sources.reading_options import ReadOptions
    from imbalance_audit.sources.tidying.column_roles import Roles

_MODULES = ("datasets.arrow_dataset", "datasets.iterable_dataset", "datasets.dataset_dict")
SPLIT = "\0split of the dictionary"
"""The column that holds under which key of a dictionary a row stood."""


def is_hub_dataset(source: object) -> bool:
    """Return whether this is a data set of the library, or a dictionary with one for each split."""
    if isinstance(source, Mapping) and source and not _is_of_library(source):
        return all(map(_is_of_library, source.values()))
    return _is_of_library(source)


def frame_of(source: Any, options: ReadOptions) -> tuple[pl.LazyFrame, ReadOptions, dict[str, Any]]:  # noqa: ANN401 -- datasets is not imported here
    """Return the columns in use, options that name them, and what the data set says of its classes.

    Args:
        source: A `Dataset`, or a dictionary of them, whose keys are their splits.
        options: The user's wishes.

    Raises:
        SourceError: its rows can only be had by iterating, a column is missing, or splits number different classes.
    """
    parts = {str(key): part for key, part in source.items()} if isinstance(source, Mapping) else {"": source}
    if not parts:
        message = "The DatasetDict holds no split. Pass one that does."
        raise SourceError(message)
    frames: list[pl.LazyFrame] = []
    numbered: dict[tuple[str, ...] | None, str] = {}
    notes: dict[str, None] = {}
    resolved = options
    for split, part in parts.items():
        path = f"the split {plain(split)}" if split else "memory"
        _refuse_stream(part, path, options)
        flat = _flat(part, options)
        roles = find_roles(flat.column_names, _with_class_label(flat, options), path)
        resolved = replace(
            options, label=roles.label, split=roles.split, group=roles.group, id=roles.id, weight=roles.weight
        )
        frame = flat.select_columns(list(roles.columns())).to_polars().lazy()
        frames.append(frame.with_columns(pl.lit(split).alias(SPLIT)) if split and options.split is None else frame)
        numbered.setdefault(_names(flat, roles), split)
        if part.format["type"] == "custom":
            notes["The dataset has a transform, which was not applied: these are the labels before it."] = None
    if len(numbered) > 1:
        one, other = (f"{listed((names or ())[:5])} in {plain(split)}" for names, split in list(numbered.items())[:2])
        message = f"The splits number different classes: {one}, and {other}. One index means several; audit them apart."
        raise SourceError(message)
    if len(frames) > 1 or "" not in parts:
        resolved = resolved if options.split is not None else replace(resolved, split=SPLIT)
    classes = next(iter(numbered))
    said = {
        "classes": classes,
        "coded": classes is not None,
        "indexed_lists": classes is not None,
        "loader": classes and LOADER,
        "notes": tuple(notes),
    }
    return pl.concat(frames, how="vertical_relaxed"), resolved, said


def _with_class_label(part: Any, options: ReadOptions) -> ReadOptions:  # noqa: ANN401 -- datasets is not imported here
    """Name the only ClassLabel as the label, where the user names none: no column's name is better evidence."""
    labelled = [name for name, feature in part.features.items() if type(feature).__name__ == "ClassLabel"]
    return options if options.label or len(labelled) != 1 else replace(options, label=(labelled[0],))


def _is_of_library(source: object) -> bool:
    """Return whether this is of a class of the library, or of one derived from it; many a project has a datasets.py."""
    return any(base.__module__ in _MODULES for base in type(source).__mro__)


def _refuse_stream(part: Any, path: str, options: ReadOptions) -> None:  # noqa: ANN401 -- datasets is not imported here
    if hasattr(part, "num_rows"):
        return
    column = options.label[0] if options.label else "label"
    message = (
        f"{plain(path)} is of type {type(part).__name__}, whose labels can only be had by reading every sample. To do"
        f" so, pass [row[{column!r}] for row in dataset.select_columns([{column!r}])] and classes=dataset.features"
        f"[{column!r}].names."
    )
    raise SourceError(message)


def _flat(part: Any, options: ReadOptions) -> Any:  # noqa: ANN401 -- datasets is not imported here
    """Make columns of the keys inside objects, where one is asked for: `objects.category`."""
    asked = (*options.label, options.split, options.group, options.id, options.weight)
    inside = any(name is not None and name not in part.column_names and "." in name for name in asked)
    return part.flatten() if inside else part


def _names(part: Any, roles: Roles) -> tuple[str, ...] | None:  # noqa: ANN401 -- datasets is not imported here
    return class_names(part.features.to_dict(), roles.label[0]) if len(roles.label) == 1 else None
