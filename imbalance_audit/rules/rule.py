"""What a rule is: a code, a condition, a limit, a remedy. What it looks at: the evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from inspect import getdoc
from typing import TYPE_CHECKING

from imbalance_audit.records import Coverage, Finding
from imbalance_audit.rules.policy import NO_LIMIT, Policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from imbalance_audit.records import (
        Audit,
        ClassCounts,
        ClassWeights,
        IdCollision,
        LabelFaults,
        OrderRule,
        Severity,
        Skew,
        Task,
        Unit,
    )
    from imbalance_audit.rules.policy import Limit

LISTED = 1000
"""Findings of one rule, split and severity that are listed one by one; the rest are counted in one more finding."""


@dataclass(frozen=True)
class Evidence:
    """All that a rule may look at.

    Attributes:
        counts: The exact counts.
        classes: The classes in index order.
        class_order: The rule that gave the order.
        task: Multiclass, binary or multilabel.
        faults: What is wrong with the distinct labels.
        overall: The skew of all labels.
        splits: The skew of each split.
        collisions: Colliding ids; None when no id column was named.
        declared: Whether somebody declared the classes.
        ignored: Labels that are no class by choice.
        unit: What a row is.
        policy: What is judged and how.
        kept: Code → what became of a rule when the ids were at hand, for rules that need them.
        weights: The weight file to judge beside the data.
        baseline: The audit to compare with.
        totals: Label → instances over all splits, ignored labels left out.
        by_split: Split → label → instances, ignored labels left out.
    """

    counts: ClassCounts
    classes: tuple[str, ...]
    class_order: OrderRule
    task: Task
    faults: LabelFaults
    overall: Skew
    splits: Mapping[str, Skew]
    collisions: tuple[IdCollision, ...] | None
    declared: bool
    ignored: tuple[str, ...] = ()
    unit: Unit = "row"
    policy: Policy = field(default_factory=Policy)
    kept: Mapping[str, tuple[Coverage, tuple[Finding, ...]]] = field(default_factory=dict)
    weights: ClassWeights | None = None
    baseline: Audit | None = None
    totals: Mapping[str, int] = field(init=False)
    by_split: Mapping[str, Mapping[str, int]] = field(init=False)

    def __post_init__(self) -> None:
        def counted(split: str | None) -> dict[str, int]:
            per_label = self.counts.of_split(split).per_label()
            return {label: n for label, n in per_label.items() if label not in self.ignored}

        object.__setattr__(self, "totals", counted(None))
        object.__setattr__(self, "by_split", {split: counted(split) for split in self.counts.splits})

    @property
    def scopes(self) -> tuple[str | None, ...]:
        """The splits; None, all rows, where there are none or some rows lie in none."""
        return (*self.by_split, None) if not self.by_split or None in self.counts.split else tuple(self.by_split)

    def counted(self, split: str | None) -> Mapping[str, int]:
        """Return label → instances in one split; in all rows for None."""
        return self.totals if split is None else self.by_split[split]

    @property
    def training(self) -> str | None:
        """The split that is trained on; None: all rows."""
        return self.counts.training

    @property
    def trained(self) -> Mapping[str, int]:
        """Label → instances among the rows that are trained on."""
        return self.counted(self.training)


Need = Callable[[Evidence], "str | None"]
"""Says why a rule cannot run on this evidence, or None."""


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        code: Stable for ever.
        name: What is wrong, in a few words.
        find: Yields the findings, most severe first. Its docstring is the rule's condition.
        remedy: What to do about a finding.
        limit: Where a warning and an error begin.
        needs: What must be there for the rule to run.
    """

    code: str
    name: str
    find: Callable[[Rule, Evidence], Iterable[Finding]]
    remedy: str
    limit: Limit
    needs: tuple[Need, ...]

    @property
    def condition(self) -> str:
        """When the rule finds something, in words."""
        return getdoc(self.find) or ""

    @property
    def summary(self) -> str:
        """The condition in one sentence or two."""
        return " ".join(self.condition.split("\n\n")[0].split())

    def finding(
        self,
        severity: Severity,
        message: str,
        *,
        split: str | None = None,
        label: str | None = None,
        observed: float | str | None = None,
        limit: float | str | None = None,
        rows: int = 0,
        examples: tuple[str, ...] = (),
    ) -> Finding:
        """Return a finding of this rule."""
        return Finding(
            code=self.code,
            name=self.name,
            remedy=self.remedy,
            severity=severity,
            message=message,
            split=split,
            label=label,
            observed=observed,
            limit=limit,
            rows=rows,
            examples=examples,
        )

    def run(self, evidence: Evidence) -> tuple[Coverage, tuple[Finding, ...]]:
        """Return what became of the rule under the policy, and what it found."""
        policy = evidence.policy
        if (reason := policy.excludes(self.code)) is not None:
            return Coverage(self.code, "not_run", reason), ()
        if evidence.collisions is None and self.code in evidence.kept:
            coverage, found = evidence.kept[self.code]
        else:
            coverage, found = replace(self, limit=policy.limit(self.code, self.limit)).judge(evidence)
        return coverage, tuple(map(policy.settle, found))

    def judge(self, evidence: Evidence) -> tuple[Coverage, tuple[Finding, ...]]:
        """Return what became of the rule with the limit that it has, whatever the policy says of it."""
        for need in self.needs:
            if (reason := need(evidence)) is not None:
                return Coverage(self.code, "not_run", reason), ()
        found = tuple(self._within_limit(self.find(self, evidence)))
        return Coverage(self.code, "failed" if found else "passed"), found

    def _within_limit(self, found: Iterable[Finding]) -> Iterator[Finding]:
        seen: Counter[tuple[str | None, Severity]] = Counter()
        rows: Counter[tuple[str | None, Severity]] = Counter()
        for finding in found:
            key = (finding.split, finding.severity)
            seen[key] += 1
            if seen[key] <= LISTED:
                yield finding
            else:
                rows[key] += finding.rows
        for (split, severity), n in rows.items():
            more = seen[(split, severity)] - LISTED
            yield self.finding(
                severity, f"{more:,} more like these are counted here and not listed", split=split, rows=n
            )


def rule(
    code: str, name: str, *, remedy: str, limit: Limit = NO_LIMIT, needs: tuple[Need, ...] = ()
) -> Callable[[Callable[[Rule, Evidence], Iterable[Finding]]], Rule]:
    """Return a decorator that makes a rule of a function and registers it nowhere."""
    return lambda find: Rule(code, name, find, remedy, limit, needs)


def several_splits(evidence: Evidence) -> str | None:
    """Need at least two splits."""
    return (
        None if len(evidence.by_split) > 1 else "fewer than two splits; name the split column or give one file a split"
    )


def training_split(evidence: Evidence) -> str | None:
    """Need a train split beside another."""
    return several_splits(evidence) or (None if evidence.training else "no split is called train")


def declared_classes(evidence: Evidence) -> str | None:
    """Need declared classes."""
    return None if evidence.declared else "no classes are declared; pass them with --classes"


def ids(evidence: Evidence) -> str | None:
    """Need an id column."""
    return None if evidence.collisions is not None else "no id column is named; pass it with --id"


def one_label_each(evidence: Evidence) -> str | None:
    """Need samples that carry one label each."""
    return "a sample may carry several labels" if evidence.task == "multilabel" else None


def labelled(evidence: Evidence) -> str | None:
    """Need at least one labelled row that is trained on."""
    return None if any(evidence.trained.values()) else "there is no labelled row to train on"


def one_of_several(evidence: Evidence) -> str | None:
    """Need samples that may carry several labels."""
    return None if evidence.task == "multilabel" else "each sample carries one label"


def groups(evidence: Evidence) -> str | None:
    """Need at least two groups."""
    found = {group for group in evidence.counts.group if group is not None}
    return None if len(found) > 1 else "fewer than two groups; name the group column with --group"


def regions(evidence: Evidence) -> str | None:
    """Need rows that are parts of images."""
    return None if evidence.unit in ("box", "pixel") else "a row is neither a box nor a pixel"


def weight_file(evidence: Evidence) -> str | None:
    """Need a weight file."""
    return None if evidence.weights is not None else "no weight file is given; pass it with check --weights"


def baseline_audit(evidence: Evidence) -> str | None:
    """Need an audit to compare with."""
    return None if evidence.baseline is not None else "no earlier audit is given; pass it with check --baseline"
