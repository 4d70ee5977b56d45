"""Which rows and which labels the counts come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError, WeightError, did_you_mean
from imbalance_audit.records import TRAIN
from imbalance_audit.weights.zero_counts import refuse_absent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imbalance_audit.records import ClassCounts


def chosen_split(splits: Sequence[str], split: str | None, *, all_rows: bool) -> str | None:
    """Return the split to count; None for all rows.

    Raises:
        OptionError: there is no such split, or all rows are asked for as well.

    >>> chosen_split(["train", "val"], None, all_rows=False)
    'train'
    """
    if all_rows:
        if split is not None:
            message = f"Expected a split or all_rows, got both: split {quoted(split)}. Leave one of them out."
            raise OptionError(message)
        return None
    if split is None:
        return TRAIN if TRAIN in splits else None
    if split not in splits:
        there = f"It has {', '.join(quoted(name) for name in splits[:5])}." if splits else "It has no splits at all."
        message = f"The audit has no split {quoted(split)}.{did_you_mean(split, splits)} {there}"
        raise OptionError(message)
    return split


def class_counts(classes: Sequence[str], table: ClassCounts, split: str | None, *, policy: str) -> tuple[int, ...]:
    """Return the instances of each class, in index order; labels that are no class are left out.

    Raises:
        WeightError: there is no class, one is named twice, none has an instance, or one has none under `error`.
    """
    if not classes:
        message = "Expected at least one class to weigh, got none. Audit a source that has labels, or declare classes."
        raise WeightError(message)
    if len(set(classes)) != len(classes):
        message = "Expected every class once, got a class twice. Declare each class once."
        raise WeightError(message)
    per_label = table.per_label()
    counts = tuple(per_label.get(name, 0) for name in classes)
    where = "in all rows" if split is None else f"in split {quoted(split)}"
    if not any(counts):
        message = (
            f"Expected instances of {len(classes):,} classes {where}, got none. Check the split and the class names."
        )
        raise WeightError(message)
    if policy == "error":
        refuse_absent(classes, counts, where=where)
    return counts
