"""Writes the label index of a source: a second streaming pass, of which no row stays in memory."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.counting.named_values import named
from imbalance_audit.errors import MissingExtraError, OptionError
from imbalance_audit.files.index import IndexHeader, IndexWriter
from imbalance_audit.sources import reading

if TYPE_CHECKING:
    from os import PathLike

    from imbalance_audit.records import Audit, Labels

CHUNK = 1 << 20
"""Rows that are grouped at a time."""

_FOUR_BYTES = 1 << 31


def write_index(labels: Labels, audit: Audit, path: str | PathLike[str]) -> None:
    """Write which rows each class of an audit has. Rows are numbered from 0 in the train split, or in the whole table.

    Rows whose label is no class of the audit get no place, but a number.

    Args:
        labels: The labels that were audited.
        audit: Their audit.
        path: Where to.

    Raises:
        MissingExtraError: numpy is not installed, which comes with torch.
        OptionError: a row is not one sample with one label, or the path cannot be written.
        SourceError: the labels cannot be read.
    """
    if find_spec("numpy") is None:
        wanted_by = "Writing a label index"
        raise MissingExtraError.of(wanted_by, extra="torch")
    columns = labels.frame.collect_schema().names()
    if labels.several or "weight" in columns:
        what = "several labels a sample" if labels.several else "a table that is counted already"
        message = f"Expected one label in each row, got {what}. Index a table with a row for each sample."
        raise OptionError(message)
    split = audit.counts.training
    counts = audit.counts.of_split(split)
    per_label = counts.per_label()
    header = IndexHeader(
        classes=audit.classes,
        counts=tuple(per_label.get(name, 0) for name in audit.classes),
        rows=counts.total_samples,
        width=4 if counts.total_samples < _FOUR_BYTES else 8,
        split=split,
        fingerprint=audit.source.fingerprint,
    )
    with reading(labels), IndexWriter(Path(path), header) as writer:
        _fill(writer, _codes(labels, audit.classes, split), pl.Int32 if header.width == 4 else pl.Int64)


def _codes(labels: Labels, classes: tuple[str, ...], split: str | None) -> pl.LazyFrame:
    rows = labels.frame
    if split is not None:
        rows = rows.filter(named("split", labels.split_names) == split)
    return rows.select(
        code=named("label", labels.names).replace_strict(
            pl.Series(classes, dtype=pl.String),
            pl.int_range(len(classes), eager=True),
            default=None,
            return_dtype=pl.Int32,
        )
    )


def _fill(writer: IndexWriter, codes: pl.LazyFrame, dtype: type[pl.Int32 | pl.Int64]) -> None:
    first = 0
    for chunk in codes.collect_batches(chunk_size=CHUNK, maintain_order=True, engine="streaming"):
        numbered = chunk.with_columns(row=pl.int_range(first, first + chunk.height, dtype=pl.Int64).cast(dtype))
        first += chunk.height
        grouped = numbered.drop_nulls().sort("code", maintain_order=True)
        rows = memoryview(grouped["row"].to_numpy())  # type: ignore[arg-type]  # -- an array gives its bytes
        at = 0
        for code, count in grouped.group_by("code", maintain_order=True).len().iter_rows():
            writer.add(code, rows[at : at + count])
            at += count
