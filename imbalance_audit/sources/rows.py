"""The rows of a table with the columns that are asked for, whatever they are for: files, or a frame in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

import polars as pl

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import EmptySourceError, SourceError
from imbalance_audit.records import ReadOptions
from imbalance_audit.sources.failures import FOREIGN, reading, translate
from imbalance_audit.sources.places.paths import find_files, shown_path
from imbalance_audit.sources.sniffing import format_of_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imbalance_audit.sources.places.paths import DataFile
    from imbalance_audit.sources.tables.formats import Format


@dataclass(frozen=True)
class Table:
    """A table that is not read yet.

    Attributes:
        path: What the user calls it.
        schema: Its columns.
        untyped: Numbers and text cannot be told apart (CSV).
        frame: Its rows, where it is in memory.
        files: Its files, else.
        reader: Their format.
        options: How they are read.
    """

    path: str
    schema: Mapping[str, pl.DataType]
    untyped: bool = False
    frame: pl.LazyFrame | None = None
    files: tuple[DataFile, ...] = ()
    reader: Format | None = None
    options: ReadOptions = field(default_factory=ReadOptions)

    def rows(self, columns: Sequence[str], *, lists: Sequence[str] = ()) -> pl.DataFrame:
        """Return these columns, in the order of the rows.

        Args:
            columns: Which.
            lists: Those of them that may hold lists; JSON text does not say so by itself.

        Raises:
            EmptySourceError: there are no rows.
            SourceError: they cannot be read.
        """
        with reading(self.path):
            found = self._scan(list(columns), lists).select(columns).collect(engine="streaming")
        if not found.height:
            message = f"{plain(self.path)} has no rows. Write the predictions into it first."
            raise EmptySourceError(message)
        return found

    def _scan(self, columns: list[str], lists: Sequence[str]) -> pl.LazyFrame:
        if self.frame is not None or self.reader is None:
            return pl.LazyFrame() if self.frame is None else self.frame
        paths = [file.path for file in self.files]
        used = {name: self.schema[name] for name in columns}
        if self.reader.settle is not None:
            used = self.reader.settle(paths, used, {}, [name for name in lists if name in used], self.path)
        return self.reader.scan(paths, dict(self.schema), used, self.options, None)


def open_table(source: object, options: ReadOptions) -> Table:
    """Return the table of a path, of several paths, or of a frame or a dict of columns in memory.

    Raises:
        EmptySourceError: a file has no bytes.
        SourceError: it is no table, or its files are not of one schema.
    """
    if isinstance(source, str | PathLike):
        return _open_files((str(fspath(source)),), options)
    if isinstance(source, pl.LazyFrame | pl.DataFrame):
        frame = source.lazy()
    elif isinstance(source, Mapping):
        frame = _columns_frame(source)
    elif type(source).__module__.partition(".")[0] == "pandas" and hasattr(source, "columns"):
        frame = _pandas_frame(source)
    else:
        message = f"{type(source).__name__} is no table. Pass a path, a polars or pandas frame, or a dict of columns."
        raise SourceError(message)
    with reading("memory"):
        return Table(path="memory", schema=dict(frame.collect_schema()), frame=frame, options=options)


def _open_files(named: Sequence[str], options: ReadOptions) -> Table:
    path = shown_path(named)
    reader, files = format_of_all(find_files(named), options.format, path)
    schemas = []
    for file in files:
        try:
            schemas.append(dict(reader.schema(file.path, options)))
        except FOREIGN as error:
            raise translate(error, file.name) from error
    for file, schema in zip(files, schemas, strict=True):
        if schema != schemas[0]:
            message = (
                f"{plain(file.name)} has other columns, or of other types, than {plain(files[0].name)}. Name files of"
                " one table only."
            )
            raise SourceError(message)
    return Table(path=path, schema=schemas[0], untyped=reader.untyped, files=files, reader=reader, options=options)


def _columns_frame(columns: Mapping[Any, Any]) -> pl.LazyFrame:
    series = []
    for name, values in columns.items():
        try:
            array = values.detach().cpu().numpy() if hasattr(values, "detach") else values
            series.append(pl.Series(str(name), array, strict=True))
        except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
            message = f"Column {quoted(str(name))} of the dict is no column: {plain(str(error).splitlines()[0])}."
            raise SourceError(message) from error
    if len({len(one) for one in series}) != 1:
        message = f"Expected columns of one length in the dict, got {[len(one) for one in series]}. Give each row one."
        raise SourceError(message)
    return pl.DataFrame(series).lazy()


def _pandas_frame(source: Any) -> pl.LazyFrame:  # noqa: ANN401 -- pandas is not imported here
    try:
        return pl.from_pandas(source).lazy()
    except (TypeError, ValueError, ImportError, pl.exceptions.PolarsError) as error:
        message = f"The pandas frame cannot be read: {plain(str(error).splitlines()[0])}. Give each column one type."
        raise SourceError(message) from error
    except Exception as error:
        # pyarrow, which Polars converts pandas objects with, has exceptions of its own and is not imported here.
        if not type(error).__module__.startswith("pyarrow"):
            raise
        message = f"The pandas frame cannot be read: {plain(str(error).splitlines()[0])}. Give each column one type."
        raise SourceError(message) from error
