"""A weight for each sample, written as a table keyed by id: for loops and libraries that take sample weights.

Rows stream from the source to the file; they are never collected.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.counting.named_values import named
from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import OptionError
from imbalance_audit.sources import reading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from imbalance_audit.records import ClassWeights, Labels


def write_sample_weights(weights: ClassWeights, labels: Labels, path: str | PathLike[str]) -> Path:
    """Write a parquet file of `id` and `weight` (float32), a row for each row of the labels, in their order.

    Where the weights come from a split, the rows of this split are written. Weights of group × class look at both. A
    row whose label is no class, or which has none, gets null: it has no place in a loss.

    Args:
        weights: The weights of the classes, or of group × class.
        labels: The labels, as `scan_labels` counted them.
        path: The file to write. It appears when it is complete.

    Raises:
        SourceError: the labels cannot be read.
        OptionError: there is no id, a sample has several labels, or the split or the groups of the weights are missing.
    """
    with reading(labels):
        _refuse(labels, labels.frame.collect_schema().names(), weights)
        return _sink(_weighed(labels, weights), Path(path))


def _refuse(labels: Labels, columns: Sequence[str], weights: ClassWeights) -> None:
    if labels.several:
        message = "Expected one label a sample, got several: a weight for each sample is not defined. Use pos_weight."
        raise OptionError(message)
    if "id" not in columns:
        message = "A weight for each sample needs the column that tells samples apart: name it with id (--id)."
        raise OptionError(message)
    if weights.groups and "group" not in columns:
        message = "These weights are for group and class: name the column of groups with group (--group)."
        raise OptionError(message)
    if weights.split is not None and "split" not in columns:
        shown = quoted(weights.split, longest=40)
        message = f"These weights are for the split {shown}, and {plain(labels.path)} has no splits. Name their column."
        raise OptionError(message)


def _weighed(labels: Labels, weights: ClassWeights) -> pl.LazyFrame:
    rows = labels.frame
    if weights.split is not None:
        rows = rows.filter(named("split", labels.split_names) == weights.split)
    group = [named("group", {})] if weights.groups else []
    keyed = rows.select("id", named("label", labels.names), *group)
    size = len(weights.classes)
    table: dict[str, list[str] | list[float]] = {"label": list(weights.classes), "weight": list(weights.weight)}
    if weights.group_weight is not None:
        table = {
            "group": [group for group in weights.groups for _ in range(size)],
            "label": list(weights.classes) * len(weights.groups),
            "weight": [w for row in weights.group_weight for w in row],
        }
    keys = [name for name in table if name != "weight"]
    known = pl.LazyFrame(table, schema_overrides={"weight": pl.Float32})
    return keyed.join(known, on=keys, how="left", maintain_order="left").select("id", "weight")


def _sink(rows: pl.LazyFrame, target: Path) -> Path:
    """Stream into a file beside the target, then move it over it: a reader never meets half of one."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", suffix=".part", dir=target.parent)
    except OSError as error:
        message = f"Cannot write {plain(str(target))}: {error.strerror}. Name a place that can be written."
        raise OptionError(message) from error
    os.close(handle)
    temporary = Path(name)
    try:
        rows.sink_parquet(temporary, engine="streaming")
        temporary.chmod(0o644)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return target
