"""Delta and Iceberg tables, read as of now through their logs: rows that were deleted are not counted."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.display import plain
from imbalance_audit.errors import MissingExtraError, SourceError
from imbalance_audit.sources.failures import reading
from imbalance_audit.sources.layouts.layout import Layout
from imbalance_audit.sources.memory.objects import read_frame
from imbalance_audit.sources.places.managed import ICEBERG_METADATA, is_delta, is_iceberg
from imbalance_audit.sources.places.paths import shown_path
from imbalance_audit.sources.places.remote import delta_table
from imbalance_audit.sources.split_words import splits_of_files
from imbalance_audit.sources.tidying.tidy import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from imbalance_audit.records import Labels, ReadOptions

_HEEDS = frozenset({"label", "split", "group", "id", "weight", "separator", "classes"})
_SPLIT = "\0split of the table"
"""The column that holds what the table's name says, where there are several."""


def scan_delta(path: str) -> pl.LazyFrame:
    """Return the rows of a Delta table, all from the version that is its newest now.

    Raises:
        MissingExtraError: deltalake is not installed.
        SourceError: the log cannot be read.
    """
    _need("deltalake", "Reading a Delta table", extra="delta")
    from deltalake import DeltaTable

    with reading(shown_path([path])):
        # An audit reads a table several times, and others may write to it meanwhile.
        return pl.scan_delta(path, version=DeltaTable(path).version())


def scan_iceberg(path: str) -> pl.LazyFrame:
    """Return the rows of an Iceberg table in the state that this metadata file describes.

    Raises:
        MissingExtraError: pyiceberg is not installed.
        SourceError: the metadata cannot be read.
    """
    _need("pyiceberg", "Reading an Iceberg table", extra="iceberg")
    if find_spec("polars_iceberg") is None:
        # Else Polars warns at every read that it plans with pyiceberg.
        os.environ.setdefault("POLARS_ICEBERG_PLANNER", "pyiceberg")
    with reading(shown_path([path])):
        return pl.scan_iceberg(path)


def _need(module: str, what: str, *, extra: str) -> None:
    if find_spec(module) is None:
        raise MissingExtraError.of(what, extra=extra)


def _claims(is_one: Callable[[Path], bool], paths: Sequence[Path]) -> bool:
    return all(is_one(path) for path in paths)


def _read_delta(paths: Sequence[Path], options: ReadOptions) -> Labels:
    return _read([scan_delta(str(path)) for path in paths], paths, options, kind="delta")


def _read_iceberg(paths: Sequence[Path], options: ReadOptions) -> Labels:
    frames = [scan_iceberg(str(_newest(path).absolute())) for path in paths]
    return _read(frames, paths, options, kind="iceberg")


def _read(frames: Sequence[pl.LazyFrame], paths: Sequence[Path], options: ReadOptions, *, kind: str) -> Labels:
    """Read several tables of the same columns as one; each takes its split from its name."""
    # A table is a folder, whose own name speaks.
    splits, note = splits_of_files([path.absolute() / "_" for path in paths])
    shown = shown_path([str(path) for path in paths])
    return _labels(frames, shown, splits, options, kind=kind, notes=(note,) if note else ())


def _labels(
    frames: Sequence[pl.LazyFrame],
    path: str,
    splits: Sequence[str | None],
    options: ReadOptions,
    *,
    kind: str,
    notes: tuple[str, ...] = (),
) -> Labels:
    if options.split is not None:
        notes = ()
    elif any(splits):
        frames = [
            frame.with_columns(pl.lit(split, dtype=pl.String).alias(_SPLIT))
            for frame, split in zip(frames, splits, strict=True)
        ]
        options = replace(options, split=_SPLIT)
    with reading(path):
        frame = pl.concat(frames) if len(frames) > 1 else frames[0]
        frame.collect_schema()
    return read_frame(frame, options, Origin(path=path, kind=kind, notes=notes))


def read_remote_table(named: Sequence[str], options: ReadOptions) -> Labels | None:
    """Return the labels of a remote Delta table; None where the names are not one.

    Raises:
        SourceError: it cannot be read, or is an Iceberg table.
    """
    table = delta_table(named[0]) if len(named) == 1 and options.format in (None, DELTA.name) else None
    if table is None:
        return None
    return _labels([scan_delta(str(table))], shown_path(named), (None,), options, kind=DELTA.name)


def _newest(path: Path) -> Path:
    """Return the metadata file that describes the table as it is now.

    A catalog knows it; without one, it is the file that the version hint names, else the one of the highest number.
    """
    if path.is_file():
        return path
    folder = path / "metadata"
    files = list(folder.glob(ICEBERG_METADATA))
    hint = folder / "version-hint.text"
    if hint.is_file():
        version = hint.read_text(encoding="utf-8", errors="replace").strip()
        hinted = [file for file in files if file.name.removeprefix("v").split(".")[0] == version]
        if len(hinted) == 1:
            return hinted[0]
    if not files:
        message = (
            f"{plain(path.name)} is no Iceberg table: it lacks metadata/{ICEBERG_METADATA}. Name the table's folder."
        )
        raise SourceError(message)
    highest = max(_number(file) for file in files)
    newest = [file for file in files if _number(file) == highest]
    return newest[0] if len(newest) == 1 else max(newest, key=_updated)


def _number(file: Path) -> int:
    found = re.match(r"v?([0-9]+)", file.name)
    return int(found[1]) if found else -1


def _updated(file: Path) -> int:
    try:
        return int(json.loads(file.read_bytes())["last-updated-ms"])
    except (ValueError, KeyError, TypeError) as error:
        message = f"{plain(file.name)} is no metadata of an Iceberg table. Name the right *.metadata.json."
        raise SourceError(message) from error


DELTA = Layout(name="delta", claims=partial(_claims, is_delta), read=_read_delta, heeds=_HEEDS)
ICEBERG = Layout(name="iceberg", claims=partial(_claims, is_iceberg), read=_read_iceberg, heeds=_HEEDS)
