"""The ids of a shard, kept beside its audit.json, so that ids can be checked between shards when they are merged.

A parquet file of the columns `id`, `split` and `label`, spelled out, one row for each row that has an id. The audit
that it belongs to keeps its SHA-256, so that it is taken for no other, and once. Written and read as a stream: no table
of ids is ever collected.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.counting.named_values import named
from imbalance_audit.display import plain
from imbalance_audit.errors import AuditFileError, OptionError
from imbalance_audit.files.own_kinds import ID_TABLE, IDS_KEY
from imbalance_audit.files.staging import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imbalance_audit.records import Labels


_COLUMNS = ("id", "split", "label")


def save_ids(labels: Labels, path: Path, *, fingerprint: str) -> str:
    """Write the ids of labels and return the SHA-256 of the file.

    Raises:
        OptionError: the labels have no ids, or the file cannot be written.
    """
    columns = labels.frame.collect_schema().names()
    if "id" not in columns:
        message = "There are no ids to keep. Name their column with --id."
        raise OptionError(message)
    frame = labels.frame if "split" in columns else labels.frame.with_columns(split=pl.lit(None, pl.String))
    named_ids = frame.filter(pl.col("id").is_not_null()).select(
        named("id", {}), named("split", labels.split_names), named("label", labels.names)
    )
    with transaction() as writing, writing.filling(path, ID_TABLE) as part:
        named_ids.sink_parquet(part, metadata={IDS_KEY: fingerprint})
        return _digest(part)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, ValueError) as error:
        raise _unreadable(path) from error


def scan_ids(paths: Sequence[Path], *, digests: Sequence[str | None]) -> pl.LazyFrame:
    """Return the ids of several shards as one lazy label table.

    Args:
        paths: The files of ids.
        digests: What each audit keeps of its own; None where it keeps nothing.

    Raises:
        AuditFileError: a file cannot be read, or the files are not those of the audits, one for each.
    """
    if None in digests:
        message = "An audit knows of no id file. Scan its shard again with --keep-id-state, or leave --id-state out."
        raise AuditFileError(message)
    if Counter(map(_digest, paths)) != Counter(digests):
        message = "The id files do not belong to these audits: expected one for each, written by the same scan."
        raise AuditFileError(message)
    for path in paths:
        _check(path)
    return pl.concat([pl.scan_parquet(path, glob=False) for path in paths])


def _check(path: Path) -> None:
    try:
        schema = pl.read_parquet_schema(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise _unreadable(path) from error
    if schema != dict.fromkeys(_COLUMNS, pl.String):
        raise _unreadable(path)


def _unreadable(path: Path) -> AuditFileError:
    return AuditFileError(f"Cannot read {plain(str(path))} as a file of ids: `audit scan --keep-id-state` writes one.")
