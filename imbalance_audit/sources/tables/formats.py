"""What every file format supplies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from imbalance_audit.records import ReadOptions
    from imbalance_audit.sources.places.remote import Location
    from imbalance_audit.sources.tidying.nested import Paths

Schema = dict[str, "pl.DataType"]


class ReadSchema(Protocol):
    """Return the columns of one file, without reading its rows."""

    def __call__(self, file: Location, options: ReadOptions) -> Schema:
        """Read the footer, the header, or the first rows."""


class ScanFiles(Protocol):
    """Return the used columns of files that share one schema, and each row's path where a column is named for it."""

    def __call__(
        self,
        files: Sequence[Location],
        schema: Schema,
        used: Mapping[str, pl.DataType],
        options: ReadOptions,
        path_column: str | None,
    ) -> pl.LazyFrame:
        """Scan, collecting nothing."""


class ReadMetadata(Protocol):
    """Return the text that Hugging Face's library left in one file's metadata, if it did."""

    def __call__(self, file: Location) -> str | None:
        """Read the footer, or the head."""


class Settle(Protocol):
    """Return the dtypes of the used columns, where the first rows do not settle them."""

    def __call__(
        self, files: Sequence[Location], used: Schema, paths: Paths, label: Sequence[str], path: str
    ) -> Schema:
        """Read what is needed to decide; a name in `paths` is that of a key inside an object."""


@dataclass(frozen=True, kw_only=True)
class Format:
    """One file format.

    Attributes:
        name: What `format=` calls it.
        suffixes: In lower case, without the suffix of a compression.
        schema: The columns of a file.
        scan: The rows of files.
        magic: What such a file begins with; empty for text.
        huggingface: The metadata of Hugging Face's library in a file; None where the format has no place for it.
        settle: Fixes dtypes over all files; None where each file states its own.
        untyped: Numbers and text cannot be told apart.
        local: Whether it is read from this machine's files only.
        compressible: Whether the file may be packed with gzip or zstd.
        headed: Whether its first row names the columns, unless the user says that it does not.
    """

    name: str
    suffixes: tuple[str, ...]
    schema: ReadSchema
    scan: ScanFiles
    magic: bytes = b""
    huggingface: ReadMetadata | None = None
    settle: Settle | None = None
    untyped: bool = False
    local: bool = False
    compressible: bool = False
    headed: bool = False
