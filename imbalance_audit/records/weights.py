"""One weight for each class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from imbalance_audit.records.vocabulary import Task


@dataclass(frozen=True, kw_only=True)
class ClassWeights:
    """One weight for each class, in index order, with all that is needed to trust it: what `weights.pt` holds.

    Attributes:
        classes: The class names in index order. Everything below that has one entry a class follows it.
        weight: The weights.
        counts: Training instances.
        prior: counts / Σ counts.
        implied_prior: The class shares that training with these weights sees: ∝ prior · weight.
        scheme: The scheme's name.
        parameters: Its parameters.
        normalisation: What the weights are scaled to.
        zero_count: What was done with classes that have no instance.
        task: Multiclass, binary or multilabel.
        fingerprint: The fingerprint of the data the counts come from.
        split: The split the counts come from; None for all rows.
        ess: Kish's effective sample size, (Σ n·w)² / Σ n·w², in instances.
        ignore_index: The target value that a loss leaves out.
        pos_weight: (samples - positives) / positives; None for a multiclass task.
        created_by: The program and version that computed them.
        groups: The groups, in the order of the rows of `group_weight`; empty where none were weighed.
        group_weight: The weight of each class in each group; `weight` then is the mean weight of a class's instances.

    >>> from imbalance_audit import class_weights, scan
    >>> weights = class_weights(scan(["cat"] * 90 + ["lynx"] * 10))
    >>> dict(zip(weights.classes, weights.weight, strict=True))["lynx"], weights.scheme
    (5.0, 'balanced')
    """

    classes: tuple[str, ...]
    weight: tuple[float, ...]
    counts: tuple[int, ...]
    prior: tuple[float, ...]
    implied_prior: tuple[float, ...]
    scheme: str
    parameters: Mapping[str, float | int | str | bool | None]
    normalisation: str
    zero_count: str
    task: Task
    fingerprint: str
    split: str | None
    ess: float
    ignore_index: int
    pos_weight: tuple[float, ...] | None
    created_by: str
    groups: tuple[str, ...] = ()
    group_weight: tuple[tuple[float, ...], ...] | None = None

    @property
    def ratio(self) -> float:
        """Largest weight / smallest positive weight, of the cells of group × class where these are weighed."""
        positive = [w for row in self.group_weight or (self.weight,) for w in row if w > 0]
        return max(positive) / min(positive)

    def save(self, path: str | PathLike[str]) -> None:
        """Write a weight file that training code loads, in one step: a reader never meets half of it.

        Needs the extra `torch`. The same weights give the same bytes.

        Raises:
            MissingExtraError: torch is not installed.
            OptionError: the path cannot be written.
        """
        from imbalance_audit.files.weights import save_weights  # torch is loaded only when it is asked for

        save_weights(self, path)
