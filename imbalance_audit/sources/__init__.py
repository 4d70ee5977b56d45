"""Where labels come from: files, pipelines and objects in memory, all read into one tidy lazy table.

options ─┐
source ──┴▶ files · sniffing ▶ a format's schema and scan ▶ columns ▶ tidy ▶ Labels
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from os import PathLike, fspath
from pathlib import Path

from imbalance_audit.display import plain
from imbalance_audit.errors import EmptySourceError, SourceError
from imbalance_audit.records import Labels, ReadOptions
from imbalance_audit.sources.failures import reading, translate
from imbalance_audit.sources.layouts.registry import read_layout
from imbalance_audit.sources.memory.objects import read_frame, read_memory
from imbalance_audit.sources.one_table import read_files
from imbalance_audit.sources.pipeline import run_pipeline
from imbalance_audit.sources.places.paths import shown_path
from imbalance_audit.sources.sniffing import FORMATS, PIPELINE, READERS, checked_format
from imbalance_audit.sources.tidying.encodings import MARKERS
from imbalance_audit.sources.tidying.tidy import Origin, check_contract
from imbalance_audit.sources.unheeded import COLUMNS, refuse_unheeded

__all__ = ["FORMATS", "READERS", "ReadOptions", "read", "reading", "translate"]


def read(source: object, options: ReadOptions | None = None) -> Labels:
    """Return the labels of a source as one lazy table, counting nothing.

    A text or a path is a file, a folder, a pattern such as `"data/*.parquet"`, an address such as
    `"s3://bucket/labels/"` (see `remote`), the folder of a Delta or Iceberg table, or a pipeline file; a list of paths
    (`pathlib.Path`, not text: a list of text is a list of labels) is several of them. Anything else is an object in
    memory. With several files, each takes its split from the words train, val and test in its name or its folder's,
    unless `options.split` names a column; one file alone has no split by its name.

    Only schemas are read here, and single aggregates where a dtype leaves open what a label is. Wrap the later
    `collect` in `reading(labels)`: then what goes wrong in mid-file names the file.

    Args:
        source: Where the labels are. `Labels` are returned as they are.
        options: How to read them.

    Raises:
        EmptySourceError: a file has no bytes.
        SourceError: the labels cannot be read, or not without guessing.

    >>> labels = read({"label": ["cat", "dog", None], "site": [1, 1, 2]}, ReadOptions(group="site"))
    >>> labels.frame.collect().rows()
    [('cat', '1'), ('dog', '1'), (None, '2')]
    """
    options = options or ReadOptions()
    if isinstance(source, Labels):
        return _settled(source, options, source.path)
    named = _paths(source)
    if options.format is not None:
        checked_format(options.format)
    if named is None:
        refuse_unheeded(options, COLUMNS, "The source", "an object in memory")
        return read_memory(source, options)
    if len(named) == 1 and _is_pipeline(Path(named[0]), options):
        return _read_pipeline(Path(named[0]), options)
    laid_out = read_layout(named, options)
    return read_files(named, options) if laid_out is None else laid_out


def _paths(source: object) -> tuple[str, ...] | None:
    """Return the paths that the source names; None for an object in memory."""
    if isinstance(source, str | PathLike):
        return (str(fspath(source)),)
    if isinstance(source, Sequence) and source and all(isinstance(one, PathLike) for one in source):
        return tuple(str(fspath(one)) for one in source)
    return None


def _is_pipeline(file: Path, options: ReadOptions) -> bool:
    claims = options.format == PIPELINE or (options.format is None and file.suffix.lower() == ".py")
    return claims and file.is_file()


def _read_pipeline(file: Path, options: ReadOptions) -> Labels:
    path = shown_path([str(file)])
    if not file.stat().st_size or not file.read_bytes().strip():
        message = f"{plain(file.name)} is empty. Define labels() in it."
        raise EmptySourceError(message)
    refuse_unheeded(options, COLUMNS | {"format"}, path, PIPELINE)
    made = run_pipeline(file)
    if isinstance(made, Labels):
        shown = made.path if made.path != Labels.path else path
        return replace(_settled(made, options, path), path=shown, kind=PIPELINE)
    origin = Origin(path=path, kind="pipeline")
    with reading(path):
        names = made.collect_schema().names()
    if _names_columns(options) or "label" not in names:
        return read_frame(made, options, origin)
    if any(marker in names for marker in MARKERS):
        check_contract(made, path)
        return Labels(frame=made, classes=options.classes, task="multilabel", path=path, kind="pipeline")
    split, group, identity, weight = (role if role in names else None for role in ("split", "group", "id", "weight"))
    found = replace(options, label=("label",), split=split, group=group, id=identity, weight=weight)
    return read_frame(made, found, origin)


def _names_columns(options: ReadOptions) -> bool:
    named = (options.label, options.split, options.group, options.id, options.weight, options.separator)
    return any(option not in (None, ()) for option in named)


def _settled(labels: Labels, options: ReadOptions, path: str) -> Labels:
    """Return tidy labels of the user's own, which only the declared classes can change."""
    if _names_columns(options):
        message = f"{plain(path)} gives tidy Labels, whose columns are settled. Leave the column options out."
        raise SourceError(message)
    check_contract(labels.frame, path)
    return labels if options.classes is None else replace(labels, classes=options.classes)
