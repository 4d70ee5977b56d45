"""All that is known about a label table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imbalance_audit.records.vocabulary import PARTS_OF_A_SAMPLE, SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imbalance_audit.records.counts import ClassCounts, IdCollision
    from imbalance_audit.records.findings import Coverage, Finding
    from imbalance_audit.records.skewness import Skew
    from imbalance_audit.records.vocabulary import OrderRule, Severity, Task, Unit


@dataclass(frozen=True)
class Source:
    """What was audited, without dates or absolute paths: the same data give the same value.

    Attributes:
        path: Where the labels came from, as the user named it.
        kind: The format.
        unit: What a row is.
        task: Multiclass, binary or multilabel.
        fingerprint: SHA-256 over the sorted (split, label, instances) table.
        notes: What was skipped or odd.
        loader: Whose numbering of the classes the declared order is, such as `torchvision.datasets.ImageFolder`.
    """

    path: str
    kind: str
    unit: Unit
    task: Task
    fingerprint: str
    notes: tuple[str, ...] = ()
    loader: str | None = None

    @property
    def several(self) -> bool:
        """Whether a sample may have several labels, or many parts with a label each."""
        return self.task == "multilabel" or self.unit in PARTS_OF_A_SAMPLE


@dataclass(frozen=True)
class Audit:
    """All that is known about a label table: what `audit.json` holds.

    Attributes:
        source: What was audited.
        classes: The class names in training-index order.
        class_order: The rule that gave this order.
        declared: Whether somebody declared the classes.
        ignored: Labels that are no class by the user's choice.
        collisions: Colliding ids; None when no id column was named, or they are not known any more.
        counts: The exact counts, dirt included.
        overall: The skew of all labels.
        splits: The skew of each split.
        findings: Most severe first, then by code, split and label.
        coverage: What became of each rule, in code order.
        id_state: SHA-256 of the file of ids that was kept beside this audit; None where none was.

    >>> from imbalance_audit import scan
    >>> audit = scan(["cat"] * 90 + ["lynx"] * 10)
    >>> audit.classes, audit.counts.per_label()
    (('cat', 'lynx'), {'cat': 90, 'lynx': 10})
    """

    source: Source
    classes: tuple[str, ...]
    class_order: OrderRule
    counts: ClassCounts
    overall: Skew
    splits: Mapping[str, Skew] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    declared: bool = False
    ignored: tuple[str, ...] = ()
    collisions: tuple[IdCollision, ...] | None = None
    id_state: str | None = None

    def at_least(self, severity: Severity) -> tuple[Finding, ...]:
        """Return the findings of this severity and the more severe ones."""
        wanted = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return tuple(finding for finding in self.findings if finding.severity in wanted)
