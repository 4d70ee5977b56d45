"""The frozen values that each stage hands to the next. Standard library only.

Labels ─▶ ClassCounts ─▶ Audit (Measures, Findings) ─▶ ClassWeights
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    import polars as pl

Unit = Literal["row", "image", "box", "token", "pixel"]
Task = Literal["multiclass", "binary", "multilabel"]
OrderRule = Literal["declared", "lexical", "natural", "numeric"]
Severity = Literal["error", "warning", "info"]
State = Literal["passed", "failed", "not_run"]

_NUMBER = re.compile(r"[0-9][0-9.,]*")

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""Most severe first."""


@dataclass(frozen=True)
class Labels:
    """A label table in the one shape that all sources end in, not read yet.

    Attributes:
        frame: One row for each label on one thing. Column `label` (text, integer, boolean, categorical, enum; null:
            this sample has no label) and, where there are any, `id`, `split`, `group` and `weight` (how many instances
            the row stands for, an integer). Where several rows can belong to one sample, `new_sample` is true on the
            first row of a sample and `new_label` where the sample carries this label for the first time.
        classes: The class names in training-index order, or None when nobody declared them.
        names: What a label value stands for, where the table holds codes ("3" → "bird"). Values it lacks stand for
            themselves.
        split_names: What a split value stands for ("dev" → "val"), likewise.
        unit: What a row is.
        task: `multilabel` when a sample may carry several labels.
        notes: What was skipped or odd, a sentence each.
        path: Where the labels came from, as the user named it.
        kind: The format they were read from.
        untyped: The format cannot tell numbers from text (CSV): labels that are all integers are ordered as numbers.
    """

    frame: pl.LazyFrame
    classes: tuple[str, ...] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    split_names: Mapping[str, str] = field(default_factory=dict)
    unit: Unit = "row"
    task: Literal["multiclass", "multilabel"] = "multiclass"
    notes: tuple[str, ...] = ()
    path: str = "memory"
    kind: str = "frame"
    untyped: bool = False


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

    @property
    def splits(self) -> tuple[str, ...]:
        """The named splits, sorted."""
        return tuple(sorted({split for split in self.split if split is not None}))

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


@dataclass(frozen=True)
class LabelFaults:
    """What is wrong with the distinct label values; no value is in two of these.

    Attributes:
        null: There are samples without a label.
        empty: Labels of nothing but blanks, or of nothing at all.
        placeholders: Undeclared rare labels that spell a missing value, such as "N/A".
        unknown: Labels outside the declared classes; empty when none are declared.
        stands_for: Look-alike → the spelling it stands for: the same but for case, blanks or Unicode form.
    """

    null: bool = False
    empty: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    stands_for: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Measures:
    """How skewed one set of class counts is. None where a measure is undefined (no class, or one class).

    Attributes:
        samples: Samples, with and without a label.
        instances: Labels that are not null.
        unlabelled: Samples without a label.
        classes: Classes with at least one instance.
        largest: The commonest class; the first in name order among equals.
        largest_count: Its instances.
        smallest: The rarest class that occurs at all.
        smallest_count: Its instances.
        imbalance_ratio: Largest count / smallest count, over the classes that occur.
        hill_1: exp(Shannon entropy): as many equally common classes would be as diverse (Hill 1973, order 1).
        hill_2: 1 / Σ share² (Hill 1973, order 2): the common classes dominate it.
        normalised_entropy: Entropy / ln(classes), against the declared classes where there are any. 1 is balanced.
        gini: Gini coefficient of the counts over the same classes. 0 is balanced.
    """

    samples: int
    instances: int
    unlabelled: int
    classes: int
    largest: str | None
    largest_count: int
    smallest: str | None
    smallest_count: int
    imbalance_ratio: float | None
    hill_1: float | None
    hill_2: float | None
    normalised_entropy: float | None
    gini: float | None


@dataclass(frozen=True)
class Skew:
    """The measures of one set of labels, as found and with dirt set aside.

    Attributes:
        raw: Every distinct spelling is a class.
        clean: Look-alike spellings count for the spelling they stand for; empty, placeholder and, where classes are
            declared, unknown labels are left out. One typo no longer is the rarest class.
    """

    raw: Measures
    clean: Measures


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that a rule found wrong.

    Attributes:
        code: The rule's stable code, such as `SUP002`.
        name: The rule's name, such as `absent-from-split`.
        severity: Given by the policy.
        message: One sentence; labels in it are quoted and escaped.
        split: The split it is about; None for the whole source.
        label: The class it is about, exactly as found; None when it is about several or none.
        observed: The value that broke the limit.
        limit: The limit of the policy.
        rows: How many instances are affected.
        examples: A few affected values.
        remedy: What to do about it.
    """

    code: str
    name: str
    severity: Severity
    message: str
    remedy: str
    split: str | None = None
    label: str | None = None
    observed: float | int | str | None = None
    limit: float | int | str | None = None
    rows: int = 0
    examples: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[str, str | None, str | None, str]:
        """What makes a finding the same one in another audit: rule, split, class; without a class also its words."""
        words = "" if self.label is not None else _NUMBER.sub("#", self.message)
        return self.code, self.split, self.label, words


@dataclass(frozen=True)
class Coverage:
    """What became of one rule.

    Attributes:
        code: The rule's code.
        state: `failed` when it found anything, `not_run` when it could not run.
        reason: Why it could not run; None otherwise.
    """

    code: str
    state: State
    reason: str | None = None


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
    """

    path: str
    kind: str
    unit: Unit
    task: Task
    fingerprint: str
    notes: tuple[str, ...] = ()


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

    def at_least(self, severity: Severity) -> tuple[Finding, ...]:
        """Return the findings of this severity and the more severe ones."""
        wanted = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return tuple(finding for finding in self.findings if finding.severity in wanted)


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
        from imbalance_audit.weight_file import save_weights  # torch is loaded only when it is asked for

        save_weights(self, path)
