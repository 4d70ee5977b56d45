"""Which ids collide: a tally that keeps one row an id."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.counting.named_values import named
from imbalance_audit.records import IdCollision

if TYPE_CHECKING:
    from collections.abc import Mapping

EXAMPLES = 5
"""Ids that are kept to show where a collision is."""


@dataclass(frozen=True)
class IdTally:
    """Finds ids that carry two labels, lie in two splits, or stand in one several times with one label.

    One row an id, mergeable by sum, min, max and or: no list of an id's rows is ever kept.

    Attributes:
        splits: The splits that occur, in the order in which pairs are named.
        conflicts: Whether two labels on one id are a conflict; not so where a sample may carry several.
        names: What a label value stands for, where the table holds codes.
        split_names: What a split value stands for.
    """

    splits: tuple[str, ...] = ()
    conflicts: bool = True
    names: Mapping[str, str] = field(default_factory=dict)
    split_names: Mapping[str, str] = field(default_factory=dict)

    def partial(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Reduce the rows to one an id; rows without an id are left out."""
        label = named("label", self.names)
        within = [self._in(split).any().alias(f"in_{i}") for i, split in enumerate(self.splits)]
        return (
            rows.filter(pl.col("id").is_not_null())
            .group_by("id")
            .agg(
                pl.len().cast(pl.Int64).alias("rows"),
                pl.col("label").is_null().any().alias("unlabelled"),
                label.min().alias("low"),
                label.max().alias("high"),
                *within,
            )
        )

    def merge(self, parts: pl.LazyFrame) -> pl.LazyFrame:
        """Join what is known of the same id."""
        within = [pl.col(f"in_{i}").any() for i in range(len(self.splits))]
        return parts.group_by("id").agg(
            pl.col("rows").sum(), pl.col("unlabelled").any(), pl.col("low").min(), pl.col("high").max(), *within
        )

    def finish(self, merged: pl.LazyFrame) -> pl.LazyFrame:
        """Count the colliding ids by the labels, or the splits, between which they collide."""
        conflict = pl.lit(self.conflicts) & (pl.col("low") != pl.col("high"))  # null labels are no conflict
        places = [_place(conflict, "conflict", pl.col("low"), pl.col("high"))]
        for (i, first), (j, second) in combinations(enumerate(self.splits), 2):
            low, high = sorted((first, second))
            both = pl.col(f"in_{i}") & pl.col(f"in_{j}")
            places.append(_place(both, "leak", pl.lit(low), pl.lit(high)))
        within = [pl.col(f"in_{i}").fill_null(value=False).cast(pl.Int32) for i in range(len(self.splits))]
        # A null label beside another is an unlabelled copy, which no rule speaks of.
        once = (pl.col("rows") > 1) & (pl.col("low") == pl.col("high")) & ~pl.col("unlabelled")
        repeat = pl.lit(self.conflicts) & once & (pl.sum_horizontal(*within, pl.lit(0)) <= 1)
        where = pl.coalesce(
            *(pl.when(pl.col(f"in_{i}")).then(pl.lit(name)) for i, name in enumerate(self.splits)), pl.lit("")
        )
        places.append(_place(repeat, "repeat", where, where))
        leaked = pl.sum_horizontal(*within, pl.lit(0)) > 1
        colliding = merged.filter((conflict | repeat).fill_null(value=False) | leaked)
        return (
            # Few ids collide, and a list an id is dear: it is built for those only.
            colliding.select("id", "rows", pl.concat_list(places).alias("place"))
            .explode("place", empty_as_null=True, keep_nulls=True)
            .filter(pl.col("place").is_not_null())
            .unnest("place")
            .filter(pl.col("kind").is_not_null())
            .group_by("kind", "low", "high")
            .agg(
                pl.len().cast(pl.Int64).alias("ids"),
                pl.col("rows").sum(),
                pl.col("id").cast(pl.String).bottom_k(EXAMPLES).alias("examples"),
            )
        )

    def _in(self, split: str) -> pl.Expr:
        spellings = [split, *(raw for raw, name in self.split_names.items() if name == split)]
        return pl.any_horizontal(*(pl.col("split") == spelling for spelling in spellings))

    def combine(self, pieces: pl.LazyFrame) -> pl.LazyFrame:
        """Add the counts and keep the smallest examples."""
        smallest = pl.col("examples").explode(empty_as_null=True, keep_nulls=True).bottom_k(EXAMPLES).sort()
        return (
            pieces.group_by("kind", "low", "high")
            .agg(pl.col("ids", "rows").sum(), smallest)
            .sort("kind", "low", "high")
        )


def _place(condition: pl.Expr, kind: str, low: pl.Expr, high: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(pl.struct(kind=pl.lit(kind), low=low, high=high))


def to_id_collisions(table: pl.DataFrame) -> tuple[IdCollision, ...]:
    """Return the result of an `IdTally` as records."""
    return tuple(
        IdCollision(row["kind"], (row["low"], row["high"]), row["ids"], row["rows"], tuple(row["examples"]))
        for row in table.iter_rows(named=True)
    )
