"""The exact counts of an audit arranged for tables: by class and split, and by group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from imbalance_audit.measures.class_regions import FEW, HEAD, region_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imbalance_audit.records import Audit, ClassWeights

Band = Literal["head", "medium", "few", "none"]

BANDS: tuple[tuple[Band, str], ...] = (
    ("head", f"more than {HEAD}"),
    ("medium", f"{FEW} to {HEAD}"),
    ("few", f"fewer than {FEW}"),
)
"""The bands of Liu et al. 2019, commonest first, with what each holds."""


class ClassRow(NamedTuple):
    """One class of the index: its counts, and its weight where weights were given."""

    position: int
    label: str
    n: int
    samples: int
    splits: tuple[int, ...]
    weight: float | None
    loss_share: float | None


class Stray(NamedTuple):
    """A label that was found and has no place in the class index."""

    label: str | None
    n: int
    splits: tuple[int, ...]
    why: str


class GroupRow(NamedTuple):
    """One group: its labels, distinct labels, and samples without a label."""

    name: str | None
    instances: int
    classes: int
    unlabelled: int


@dataclass(frozen=True)
class Contents:
    """An audit, read once.

    Attributes:
        rows: The classes of the index, commonest first, then by index.
        splits: The named splits, in the order people expect them.
        strays: Labels outside the index, commonest first.
        total: Labels that are neither null nor ignored: what a share is a share of.
        split_totals: The same of each split.
        samples_differ: A class has not as many samples as instances, so that both are worth a column.
    """

    rows: tuple[ClassRow, ...]
    splits: tuple[str, ...]
    strays: tuple[Stray, ...]
    total: int
    split_totals: tuple[int, ...]
    samples_differ: bool


def read(audit: Audit, weights: ClassWeights | None = None) -> Contents:
    """Arrange the exact counts of an audit by class and split."""
    splits = ordered_splits(audit)
    tables, samples = _tables(audit, splits)
    overall = tables[None]
    known, ignored = set(audit.classes), set(audit.ignored)
    weighed = _weighed(weights)
    rows = [
        ClassRow(
            i,
            label,
            overall.get(label, 0),
            samples.get(label, 0),
            tuple(tables[split].get(label, 0) for split in splits),
            *weighed.get(label, (None, None)),
        )
        for i, label in enumerate(audit.classes)
    ]
    rows.sort(key=lambda row: (-row.n, row.position))
    strays = [
        Stray(label, n, tuple(tables[split].get(label, 0) for split in splits), _why(label, audit))
        for label, n in overall.items()
        if label is None or label not in known
    ]
    strays.sort(key=lambda stray: (-stray.n, stray.label is not None, stray.label or ""))
    outside: set[str | None] = {None, *ignored}
    totals = [sum(n for label, n in tables[split].items() if label not in outside) for split in (None, *splits)]
    differ = any(row.n != row.samples for row in rows)
    return Contents(tuple(rows), splits, tuple(strays), totals[0], tuple(totals[1:]), differ)


def _tables(
    audit: Audit, splits: Sequence[str]
) -> tuple[dict[str | None, dict[str | None, int]], dict[str | None, int]]:
    tables: dict[str | None, dict[str | None, int]] = {split: {} for split in (None, *splits)}
    samples: dict[str | None, int] = {}
    counts = audit.counts
    for split, label, n, carriers in zip(counts.split, counts.label, counts.instances, counts.samples, strict=True):
        found = carriers if label is None else n
        for key in {None, split}:
            tables[key][label] = tables[key].get(label, 0) + found
        samples[label] = samples.get(label, 0) + carriers
    return tables, samples


def _weighed(weights: ClassWeights | None) -> dict[str, tuple[float, float | None]]:
    if weights is None:
        return {}
    products = [weight * n for weight, n in zip(weights.weight, weights.counts, strict=True)]
    total = sum(products)
    return {
        label: (weight, product / total if total else None)
        for label, weight, product in zip(weights.classes, weights.weight, products, strict=True)
    }


def _why(label: str | None, audit: Audit) -> str:
    if label is None:
        return "no label"
    if label in audit.ignored:
        return "ignored by choice"
    if not label.strip():
        return "empty"
    return "not in the class index"


def ordered_splits(audit: Audit) -> tuple[str, ...]:
    """Return the named splits: training, validation, test, then others by name."""
    return tuple(sorted(audit.counts.splits, key=_split_order))


def _split_order(split: str) -> tuple[int, str]:
    words = ("train", "val", "dev", "test")
    rank = next((i for i, word in enumerate(words) if word in split.lower()), len(words))
    return rank, split


def band(n: int) -> Band:
    """Return head, medium or few for a count, or none.

    >>> band(101), band(100), band(20), band(19), band(0)
    ('head', 'medium', 'medium', 'few', 'none')
    """
    if n <= 0:
        return "none"
    return region_of(n)


def group_rows(audit: Audit) -> tuple[GroupRow, ...]:
    """Return the groups, largest first; none where no group column was named."""
    counts = audit.counts
    if all(group is None for group in counts.group):
        return ()
    instances: dict[str | None, int] = {}
    unlabelled: dict[str | None, int] = {}
    labels: dict[str | None, set[str]] = {}
    for group, label, n, samples in zip(counts.group, counts.label, counts.instances, counts.samples, strict=True):
        instances[group] = instances.get(group, 0) + (0 if label is None else n)
        unlabelled[group] = unlabelled.get(group, 0) + (samples if label is None else 0)
        labels.setdefault(group, set()).update(() if label is None else (label,))
    rows = [GroupRow(group, n, len(labels[group]), unlabelled[group]) for group, n in instances.items()]
    return tuple(sorted(rows, key=lambda row: (-row.instances, row.name is not None, row.name or "")))
