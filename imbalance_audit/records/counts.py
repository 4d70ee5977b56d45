"""What was counted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

TRAIN = "train"
"""The split that is trained on, where there is one of this name."""


@dataclass(frozen=True)
class ClassCounts:
    """The exact table split × group × label, in columns of one length, sorted by that key with null first.

    Attributes:
        split: The split of each row; None where there are no splits.
        group: The group of each row; None where no group column was named.
        label: The label exactly as found; None counts the samples without a label.
        instances: How many labels.
        samples: How many samples carry this label.
        starts: How many samples have their first label here. Summed over the labels: the samples of a cell.
    """

    split: tuple[str | None, ...]
    group: tuple[str | None, ...]
    label: tuple[str | None, ...]
    instances: tuple[int, ...]
    samples: tuple[int, ...]
    starts: tuple[int, ...]

    @cached_property
    def splits(self) -> tuple[str, ...]:
        """The named splits, sorted."""
        return tuple(sorted({split for split in self.split if split is not None}))

    @cached_property
    def training(self) -> str | None:
        """The split that is trained on; None: all rows."""
        return TRAIN if TRAIN in self.splits else None

    @property
    def total_samples(self) -> int:
        """Samples, with and without a label."""
        return sum(self.starts)

    @property
    def total_instances(self) -> int:
        """Labels that are not null."""
        return sum(n for label, n in zip(self.label, self.instances, strict=True) if label is not None)

    @property
    def unlabelled(self) -> int:
        """Samples without a label."""
        return sum(n for label, n in zip(self.label, self.samples, strict=True) if label is None)

    def of_split(self, split: str | None) -> ClassCounts:
        """Return the rows of one split; of all splits for None."""
        if split is None:
            return self
        keep = [i for i, name in enumerate(self.split) if name == split]
        return ClassCounts(
            split=tuple(self.split[i] for i in keep),
            group=tuple(self.group[i] for i in keep),
            label=tuple(self.label[i] for i in keep),
            instances=tuple(self.instances[i] for i in keep),
            samples=tuple(self.samples[i] for i in keep),
            starts=tuple(self.starts[i] for i in keep),
        )

    def per_label(self) -> dict[str, int]:
        """Return label → instances over all splits and groups, without the null label."""
        totals: dict[str, int] = {}
        for label, n in zip(self.label, self.instances, strict=True):
            if label is not None:
                totals[label] = totals.get(label, 0) + n
        return totals


@dataclass(frozen=True)
class IdCollision:
    """Ids of one kind of collision at one place.

    Attributes:
        kind: `conflict`: one id carries two labels. `leak`: one id lies in two splits. `repeat`: one id stands in one
            split several times with one label.
        at: The two labels, or the two splits, sorted; for a repeat its split twice, empty where there is none.
        ids: How many ids.
        rows: How many rows carry them.
        examples: The smallest few of these ids.
    """

    kind: Literal["conflict", "leak", "repeat"]
    at: tuple[str, str]
    ids: int
    rows: int
    examples: tuple[str, ...]
