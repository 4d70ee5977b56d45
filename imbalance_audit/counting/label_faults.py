"""What is wrong with the distinct label values, told by pandera schemas.

Values are checked on the counted table, never on the rows: a label is valid or not whatever the number of its rows,
and pandera given a lazy table checks names and types only and says nothing about it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from imbalance_audit.records import LabelFaults

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from pandera.polars import PolarsData

PLACEHOLDERS = ("#n/a", "-", "--", "<na>", "?", "missing", "n/a", "na", "nan", "nil", "none", "null", "undefined")
"""Spellings of "there is no label", lower case. "unknown" and "other" are not: both are usual class names."""

PLACEHOLDER_SHARE = 0.05
"""A placeholder commoner than this is a class of its own: "None" is 9 in 10 bird strikes, and a true answer there."""


def label_faults(totals: Mapping[str, int], *, unlabelled: int, declared: Collection[str] | None) -> LabelFaults:
    """Return what is wrong with the distinct label values.

    Args:
        totals: Label → instances.
        unlabelled: Samples without a label.
        declared: The declared class names, if any. What is declared is never a fault.
    """
    spelling = pl.Series("label", [*totals, *([None] if unlabelled else [])], dtype=pl.String)
    table = pl.DataFrame({"label": spelling, "spelling": _folded(spelling)})
    names = frozenset(declared or ())
    failed = _failures(table, names if declared is not None else None, _rare_placeholders(table, totals) - names)
    stands_for = _stands_for(table.filter(pl.col("label").is_in(failed.pop(_UNIQUE, []))), totals, names)

    # One value, one fault: the nearest explanation wins.
    empty = set(failed.get(_NOT_BLANK, ())) - names
    placeholders = set(failed.get(_NO_PLACEHOLDER, ()))
    stands_for = {label: name for label, name in stands_for.items() if label not in empty | placeholders}
    return LabelFaults(
        null=_NOT_NULL in failed,
        empty=tuple(sorted(empty)),
        placeholders=tuple(sorted(placeholders)),
        unknown=tuple(sorted(set(failed.get(_DECLARED, ())).difference(empty, placeholders, stands_for))),
        stands_for=stands_for,
    )


_NOT_NULL, _UNIQUE = "not_nullable", "field_uniqueness"  # as pandera names its own two
_NOT_BLANK, _NO_PLACEHOLDER, _DECLARED = "is not blank", "is no placeholder", "is declared"


def _failures(table: pl.DataFrame, declared: frozenset[str] | None, placeholders: set[str]) -> dict[str, list[str]]:
    """Return check → the labels that fail it."""

    def among(names: Collection[str], *, wanted: bool) -> Callable[[PolarsData], pl.LazyFrame]:
        values = pl.Series(sorted(names), dtype=pl.String).implode()
        return lambda data: data.lazyframe.select(pl.col(data.key).is_in(values) == wanted)

    checks = [pa.Check(among(placeholders, wanted=False), name=_NO_PLACEHOLDER)]
    if declared is not None:
        checks.append(pa.Check(among(declared, wanted=True), name=_DECLARED))
    schema = pa.DataFrameSchema(
        {
            "label": pa.Column(pl.String, checks, nullable=False),
            "spelling": pa.Column(
                pl.String, pa.Check(among({""}, wanted=False), name=_NOT_BLANK), nullable=True, unique=True
            ),
        }
    )
    failed: dict[str, list[str]] = {}
    try:
        schema.validate(table, lazy=True)
    except SchemaErrors as error:
        for check, index in error.failure_cases.select("check", "index").iter_rows():
            failed.setdefault(check, []).append(table["label"][index])
    return failed


def _folded(labels: pl.Series) -> pl.Series:
    """Return what is left of a label when case, blanks, invisible characters and Unicode form are taken away."""
    visible = labels.str.normalize("NFKC").str.replace_all(r"\p{Cf}", "")
    return visible.str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()


def _rare_placeholders(table: pl.DataFrame, totals: Mapping[str, int]) -> set[str]:
    rare = PLACEHOLDER_SHARE * sum(totals.values())
    spelled_so = table.filter(pl.col("spelling").is_in(PLACEHOLDERS))["label"]
    return {label for label in spelled_so if totals[label] <= rare}


def _stands_for(alike: pl.DataFrame, totals: Mapping[str, int], declared: Collection[str]) -> dict[str, str]:
    """Map each look-alike to a declared spelling or else to the commonest; declared ones stand for themselves."""
    groups: dict[str, list[str]] = {}
    for label, spelling in alike.iter_rows():
        groups.setdefault(spelling, []).append(label)
    stands_for: dict[str, str] = {}
    for labels in groups.values():
        candidates = [label for label in labels if label in declared] or labels
        name = min(candidates, key=lambda label: (-totals[label], label))
        stands_for.update((label, name) for label in labels if label != name and label not in declared)
    return stands_for
