"""What every file format supplies, and every layout that is no table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import polars as pl

    from imbalance_audit.records import Labels
    from imbalance_audit.sources.nested import Paths
    from imbalance_audit.sources.options import ReadOptions

Schema = dict[str, "pl.DataType"]


class ReadSchema(Protocol):
    """Return the columns of one file, without reading its rows."""

    def __call__(self, file: Path, options: ReadOptions) -> Schema:
        """Read the footer, the header, or the first rows."""


class ScanFiles(Protocol):
    """Return the used columns of files that share one schema, and each row's path where a column is named for it."""

    def __call__(
        self,
        files: Sequence[Path],
        schema: Schema,
        used: Mapping[str, pl.DataType],
        options: ReadOptions,
        path_column: str | None,
    ) -> pl.LazyFrame:
        """Scan, collecting nothing."""


class ReadMetadata(Protocol):
    """Return the text that Hugging Face's library left in one file's metadata, if it did."""

    def __call__(self, file: Path) -> str | None:
        """Read the footer, or the head."""


class Settle(Protocol):
    """Return the dtypes of the used columns, where the first rows do not settle them."""

    def __call__(self, files: Sequence[Path], used: Schema, paths: Paths, label: Sequence[str], path: str) -> Schema:
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
        compressible: Whether the file may be packed with gzip or zstd.
    """

    name: str
    suffixes: tuple[str, ...]
    schema: ReadSchema
    scan: ScanFiles
    magic: bytes = b""
    huggingface: ReadMetadata | None = None
    settle: Settle | None = None
    untyped: bool = False
    compressible: bool = False


class Claims(Protocol):
    """Tell whether these paths are laid out so, by names and first bytes alone: it is asked of every source."""

    def __call__(self, paths: Sequence[Path]) -> bool:
        """Look, and raise nothing."""


class ReadLayout(Protocol):
    """Return the labels of what is laid out so."""

    def __call__(self, paths: Sequence[Path], options: ReadOptions) -> Labels:
        """Read, or raise `SourceError`."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A way to keep labels that is no table of columns: a folder for each class, an annotation file, a tar.

    Attributes:
        name: What `format=` calls it.
        claims: Whether it knows these paths without being named.
        read: Its labels, through `tidy_parts` or `tidy`.
        heeds: The names of the reading options that mean something here; any other is refused.
    """

    name: str
    claims: Claims
    read: ReadLayout
    heeds: frozenset[str] = frozenset({"classes"})
