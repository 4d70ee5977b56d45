"""What is weighed: the classes, or the cells of group × class, as columns of one length."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import compress
from typing import TYPE_CHECKING

from imbalance_audit.display import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imbalance_audit.records import ClassCounts, Task
    from imbalance_audit.weights.parameters import Value


@dataclass(frozen=True)
class Population:
    """The rows that weights are computed for.

    Attributes:
        classes: The classes, in index order.
        counts: The instances of each.
        table: The split × group × label counts of these rows, labels that are no class included.
        task: Multiclass, binary or multilabel.
    """

    classes: tuple[str, ...]
    counts: tuple[int, ...]
    table: ClassCounts
    task: Task


@dataclass(frozen=True)
class Materials:
    """What a user gives beside numbers.

    Attributes:
        prior: The share of each class where the model will be used.
        costs: Truth → prediction → what that decision costs.
    """

    prior: Mapping[str, float] | None = None
    costs: Mapping[str, Mapping[str, float]] | None = None


@dataclass(frozen=True)
class Entries:
    """What a scheme reads: one entry for each class, or for each cell of group × class, group by group.

    Attributes:
        names: The class of each entry.
        counts: Its instances; not whole once a constant is added.
        groups: The group of each entry; empty unless they are cells.
        shares: The share that each class is to have; empty unless the scheme has a target.
        costs: What the errors on each class cost; empty unless the scheme has costs.
        recorded: What the weight file records beside the scheme's parameters.
    """

    names: tuple[str, ...]
    counts: tuple[float, ...]
    groups: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()
    costs: tuple[float, ...] = ()
    recorded: Mapping[str, Value | None] = field(default_factory=dict)

    def present(self) -> Entries:
        """Return the entries that have an instance."""
        keep = [n > 0 for n in self.counts]
        if all(keep):
            return self
        return replace(
            self,
            names=tuple(compress(self.names, keep)),
            counts=tuple(compress(self.counts, keep)),
            groups=tuple(compress(self.groups, keep)),
            shares=tuple(compress(self.shares, keep)),
            costs=tuple(compress(self.costs, keep)),
        )

    def plus(self, constant: float) -> Entries:
        """Return the entries with the constant added to every count."""
        return replace(self, counts=tuple(n + constant for n in self.counts))

    def title(self, at: int) -> str:
        """Return what an entry is called in a sentence."""
        name = quoted(self.names[at], longest=40)
        return f"{name} in group {quoted(self.groups[at], longest=40)}" if self.groups else name


def of_classes(population: Population, _: Materials) -> Entries:
    """Return an entry for each class."""
    return Entries(population.classes, population.counts)


def listed(names: Sequence[str], *, shown: int = 5) -> str:
    """Return the first few names quoted, and how many more there are.

    >>> listed(["a", "b", "c"], shown=2)
    '"a", "b" and 1 more'
    """
    more = f" and {len(names) - shown:,} more" if len(names) > shown else ""
    return ", ".join(quoted(name, longest=40) for name in names[:shown]) + more
