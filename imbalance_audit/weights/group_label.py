"""Weights for cells of group × class: a class may be common at one site and rare at another."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from imbalance_audit.errors import OptionError, WeightError
from imbalance_audit.weights.cells import Entries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imbalance_audit.weights.cells import Materials, Population
    from imbalance_audit.weights.parameters import Value

MOST_CELLS = 20_000_000
"""Cells up to which a table of group × class is made; it is dense in the weight file, 80 MB at this size."""


def independence(entries: Entries, _: Mapping[str, Value]) -> list[float]:
    """Return n_g·n_c / (N·n_gc): what makes group and class independent (Kamiran & Calders, KAIS 2012).

    It does not balance the classes: without an empty cell, each keeps its share.
    """
    by_group = _sums(entries.groups, entries.counts)
    by_class = _sums(entries.names, entries.counts)
    total = math.fsum(entries.counts)
    return [
        by_group[group] * by_class[name] / (total * n)
        for group, name, n in zip(entries.groups, entries.names, entries.counts, strict=True)
    ]


def equal_cells(entries: Entries, _: Mapping[str, Value]) -> list[float]:
    """Return N / (cells·n_gc): every cell weighs the same (the inverse cell size of SubpopBench's `ReWeight`)."""
    total = math.fsum(entries.counts)
    return [total / (len(entries.counts) * n) for n in entries.counts]


def of_cells(population: Population, _: Materials) -> Entries:
    """Return an entry for each cell, group by group, each with the classes in index order.

    Raises:
        OptionError: there are no groups.
        WeightError: an instance has no group, or there are too many cells.
    """
    table = population.table
    position = {name: at for at, name in enumerate(population.classes)}
    found: dict[str, list[int]] = {}
    ungrouped = 0
    for group, label, n in zip(table.group, table.label, table.instances, strict=True):
        if label not in position:
            continue
        if group is None:
            ungrouped += n
        else:
            found.setdefault(group, []).extend((position[label], n))
    if not found:
        message = "Weights for group and class need a column of groups, got none. Name it: group=… (--group)."
        raise OptionError(message)
    if ungrouped:
        message = (
            f"Expected a group for every instance, got {ungrouped:,} without one. Name their group, or leave them out."
        )
        raise WeightError(message)
    size = len(position)
    if len(found) * size > MOST_CELLS:
        message = (
            f"Expected at most {MOST_CELLS:,} cells of group and class, got {len(found):,} groups × {size:,} classes. "
            "Use coarser groups."
        )
        raise WeightError(message)
    return _dense(found, population.classes)


def _dense(found: Mapping[str, Sequence[int]], classes: tuple[str, ...]) -> Entries:
    groups = sorted(found)
    counts: list[int] = []
    for group in groups:
        row = [0] * len(classes)
        for at, n in zip(found[group][::2], found[group][1::2], strict=True):
            row[at] += n
        counts += row
    empty = counts.count(0)
    return Entries(
        names=classes * len(groups),
        counts=tuple(counts),
        groups=tuple(group for group in groups for _ in classes),
        recorded={"empty_cells": empty} if empty else {},
    )


def _sums(keys: Sequence[str], counts: Sequence[float]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for key, n in zip(keys, counts, strict=True):
        sums[key] = sums.get(key, 0.0) + n
    return sums
