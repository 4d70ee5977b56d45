"""How many rows each split × group × label has: an additive tally."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.counting.named_values import named
from imbalance_audit.records import ClassCounts

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY = ("split", "group", "label")


@dataclass(frozen=True)
class ClassTally:
    """Counts split × group × label exactly; additive.

    Attributes:
        names: What a label value stands for, where the table holds codes.
        split_names: What a split value stands for.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    split_names: Mapping[str, str] = field(default_factory=dict)

    def partial(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Group by the keys that there are; everything else is a property of the distinct value."""
        columns = rows.collect_schema().names()
        keys = [name for name in KEY if name in columns]
        instances = pl.col("weight").sum() if "weight" in columns else pl.len()
        marked = "new_sample" in columns
        counted = rows.group_by(keys).agg(
            instances=instances.cast(pl.Int64),
            samples=(pl.col("new_label").sum() if marked else instances).cast(pl.Int64),
            starts=(pl.col("new_sample").sum() if marked else instances).cast(pl.Int64),
        )
        # Values are grouped as they are; only the distinct ones are named.
        names = {"label": self.names, "split": self.split_names, "group": {}}
        told = {key: named(key, names[key]) if key in keys else pl.lit(None, pl.String) for key in KEY}
        return self.merge(counted.with_columns(**told))

    def merge(self, parts: pl.LazyFrame) -> pl.LazyFrame:
        """Add what has the same key."""
        return parts.group_by(KEY).agg(pl.col("instances", "samples", "starts").sum())

    def finish(self, merged: pl.LazyFrame) -> pl.LazyFrame:
        """Return the table itself: a sum is its own result."""
        return merged

    def combine(self, pieces: pl.LazyFrame) -> pl.LazyFrame:
        """Add and sort by the key, null first."""
        return self.merge(pieces).sort(KEY, nulls_last=False)


def to_class_counts(table: pl.DataFrame) -> ClassCounts:
    """Return the result of a `ClassTally` as a record."""
    return ClassCounts(*(tuple(table[name].to_list()) for name in (*KEY, "instances", "samples", "starts")))


def merge(*counts: ClassCounts) -> ClassCounts:
    """Return the counts of all the rows behind these counts; associative and commutative.

    >>> one = ClassCounts((None,), (None,), ("cat",), (2,), (2,), (2,))
    >>> merge(one, one).instances
    (4,)
    """
    schema = {**dict.fromkeys(KEY, pl.String), **dict.fromkeys(("instances", "samples", "starts"), pl.Int64)}
    tables = [pl.LazyFrame({name: list(getattr(c, name)) for name in schema}, schema=schema) for c in counts]
    tally = ClassTally()
    return to_class_counts(tally.combine(pl.concat(tables)).collect())
