"""The ids of a shard, kept beside its audit.json, so that ids can be checked between shards when they are merged.

A parquet file of the columns `id`, `split` and `label`, spelled out, one row for each row that has an id; its metadata
hold the fingerprint of the audit that it belongs to. Written and read as a stream: no table of ids is ever collected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.counting.named_values import named
from imbalance_audit.display import plain
from imbalance_audit.errors import AuditFileError, OptionError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from imbalance_audit.records import Labels

_FINGERPRINT = "imbalance-audit/fingerprint"


def save_ids(labels: Labels, path: Path, *, fingerprint: str) -> None:
    """Write the ids of labels.

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
    # Beside the target and moved over it, as `atomic` does: the table is too large to be bytes in memory.
    staged = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        named_ids.sink_parquet(staged, metadata={_FINGERPRINT: fingerprint})
        staged.replace(path)
    except OSError as error:
        message = f"Cannot write {plain(str(path))}: {error.strerror}. Name a place that can be written."
        raise OptionError(message) from error
    finally:
        staged.unlink(missing_ok=True)


def scan_ids(paths: Sequence[Path], *, fingerprints: Collection[str]) -> pl.LazyFrame:
    """Return the ids of several shards as one lazy label table.

    Raises:
        AuditFileError: a file cannot be read, or the files are not those of the audits of these fingerprints.
    """
    found = [_fingerprint(path) for path in paths]
    if sorted(found) != sorted(fingerprints):
        message = "The id files do not belong to these audits: expected one for each, written by the same scan."
        raise AuditFileError(message)
    return pl.concat([pl.scan_parquet(path, glob=False) for path in paths])


def _fingerprint(path: Path) -> str:
    try:
        return pl.read_parquet_metadata(path).get(_FINGERPRINT, "")
    except (OSError, pl.exceptions.PolarsError) as error:
        message = f"Cannot read {plain(str(path))} as a file of ids: `audit scan --keep-id-state` writes one."
        raise AuditFileError(message) from error
