"""What one folder of class folders holds, as it was walked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tree:
    """What one folder of class folders holds.

    Attributes:
        name: What the user calls the folder, or its name below the folder that the user spoke of.
        split: The split that its name speaks of.
        runs: Each class folder and how many samples it holds, in code-point order.
        ids: The samples' paths, class by class, in ImageFolder's order.
        unlabelled: The paths of samples in a split folder that has no class folders.
        beside: Samples that lie beside the class folders.
        others: Files of other suffixes.
        hidden: Samples whose names begin with a dot.
        circles: Links that lead back to a folder above them.
    """

    name: str
    split: str | None
    runs: list[tuple[str, int]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    unlabelled: list[str] = field(default_factory=list)
    beside: int = 0
    others: Counter[str] = field(default_factory=Counter)
    hidden: int = 0
    circles: int = 0

    @property
    def classes(self) -> tuple[str, ...]:
        """The class folders, as `find_classes` lists them."""
        return tuple(name for name, _ in self.runs)
