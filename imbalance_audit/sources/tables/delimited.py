"""CSV and TSV, read as text throughout: `001` is not 1, `None` is a class, and an empty cell is no label."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from imbalance_audit.display import plain
from imbalance_audit.errors import SourceError
from imbalance_audit.sources.tables.formats import Format

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imbalance_audit.records import ReadOptions
    from imbalance_audit.sources.places.remote import Location
    from imbalance_audit.sources.tables.formats import Schema

_TAB_SUFFIXES = (".tsv", ".tab")


def _schema(file: Location, options: ReadOptions) -> Schema:
    names = list(_open([file], _separator(file, options), options).collect_schema())
    if any("\ufffd" in name for name in names):
        message = f"{plain(file.name)} is not UTF-8 text. Convert it first, for example: iconv -f LATIN1 -t UTF-8."
        raise SourceError(message)
    if any("\0" in name for name in names):
        message = f"{plain(file.name)} is no CSV text: its first line holds NUL bytes. Save it as UTF-8 text."
        raise SourceError(message)
    if any("\r" in name for name in names):
        message = f"{plain(file.name)} ends its lines with a bare carriage return. Convert it to line feeds first."
        raise SourceError(message)
    return {name: pl.String() for name in names}


def _scan(
    files: Sequence[Location],
    schema: Schema,
    used: Mapping[str, pl.DataType],  # noqa: ARG001 -- every format has this signature
    options: ReadOptions,
    path_column: str | None,
) -> pl.LazyFrame:
    frame = _open(files, _separator(files[0], options), options, path_column)
    if len(schema) == 1:
        return frame
    # Polars makes a blank line a row without values, which would count as a sample. And it skips to the end of the
    # line after the last column in use, so a row with too many fields, whose label has moved, would pass unseen; asked
    # for every column, it raises.
    return frame.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in schema))


def _open(
    files: Sequence[Location], separator: str, options: ReadOptions, path_column: str | None = None
) -> pl.LazyFrame:
    tabbed = _bare_suffix(files[0]) in _TAB_SUFFIXES
    settings: dict[str, Any] = {"quote_char": None} if tabbed else {}  # a lone quote in a TSV would merge its rows
    return pl.scan_csv(
        [str(file) for file in files],
        separator=separator,
        has_header=options.header,
        infer_schema=False,
        glob=False,
        include_file_paths=path_column,
        **settings,
    )


def _separator(file: Location, options: ReadOptions) -> str:
    """Return the tab for TSV; else the comma, or what stands in a first row that holds no comma at all."""
    if _bare_suffix(file) in _TAB_SUFFIXES:
        return "\t"
    names = list(_open([file], ",", options).collect_schema())
    if len(names) > 1:
        return ","
    for separator in ("\t", ";"):
        if len(_open([file], separator, options).collect_schema()) > 1:
            return separator
    return ","


def _bare_suffix(file: Location) -> str:
    suffixes = [suffix.lower() for suffix in file.suffixes]
    return next((suffix for suffix in reversed(suffixes) if suffix not in (".gz", ".zst")), "")


CSV = Format(
    name="csv",
    suffixes=(".csv", *_TAB_SUFFIXES),
    schema=_schema,
    scan=_scan,
    untyped=True,
    compressible=True,
    headed=True,
)
