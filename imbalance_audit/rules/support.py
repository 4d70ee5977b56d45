"""SUP: whether each class has rows where it needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.rules.policy import Limit, as_counted
from imbalance_audit.rules.rule import declared_classes, labelled, rule, several_splits, training_split

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imbalance_audit.records import Finding
    from imbalance_audit.rules.rule import Evidence, Rule


@rule(
    "SUP001",
    "rare-class",
    limit=Limit(warning=20, error=2, unit="rows of the train split, or of all rows without one", rows=True),
    needs=(labelled,),
    remedy="Collect more, merge it into another class, or leave it out; weights do not replace missing rows.",
)
def rare_class(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """A class occurs among the rows that are trained on, but in fewer than the limit."""
    total = sum(evidence.trained.values())
    for label, n in sorted(evidence.trained.items(), key=lambda item: (item[1], item[0])):
        broken = rule.limit.at(split=evidence.training, label=label).below(n, of=total)
        if n > 0 and broken is not None:
            severity, limit = broken
            few = f"{limit:.3%} of the rows" if isinstance(limit, float) else f"{limit:,}"
            message = f"{quoted(label)} has {n:,} {'row' if n == 1 else 'rows'}, fewer than {few}"
            told = as_counted(n, limit, of=total)
            yield rule.finding(
                severity, message, split=evidence.training, label=label, observed=told, limit=limit, rows=n
            )


@rule(
    "SUP002",
    "absent-from-split",
    needs=(several_splits,),
    remedy="Split again, stratified by class: what a split lacks is not measured there, and its recall is no number.",
)
def absent_from_split(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """A class that is trained on, or declared, has no row in another split, or a declared one has none in train."""
    wanted = list(evidence.classes) if evidence.declared else [c for c in evidence.classes if evidence.trained.get(c)]
    for split, counts in evidence.by_split.items():
        for label in wanted:
            elsewhere = evidence.totals.get(label, 0)
            if not counts.get(label) and elsewhere:
                message = f"{quoted(label)} has no row in {plain(split)} and {elsewhere:,} elsewhere"
                yield rule.finding("error", message, split=split, label=label, observed=0, limit=1)


@rule(
    "SUP003",
    "only-outside-train",
    needs=(training_split,),
    remedy="Move rows of it into train, or take it out of the other splits: the model has no logit for it.",
)
def only_outside_train(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """A label occurs in another split and never in train, and is not a declared class."""
    outside = [label for label in evidence.totals if not evidence.trained.get(label) and label not in evidence.classes]
    for label in sorted(outside, key=lambda label: (-evidence.totals[label], label)):
        splits = [split for split, counts in evidence.by_split.items() if counts.get(label)]
        where = " and ".join(map(plain, splits)) or "no split"
        rows, first = evidence.totals[label], next(iter(splits), None)
        message = f"{quoted(label)} has {rows:,} {'row' if rows == 1 else 'rows'} in {where} and none in train"
        yield rule.finding("error", message, split=first, label=label, observed=0, limit=1, rows=rows)


@rule(
    "SUP004",
    "single-class",
    needs=(labelled,),
    remedy="There is nothing to learn from one class. Check the label column.",
)
def single_class(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """Only one class occurs among the rows that are trained on, or in another split."""
    for split in evidence.scopes:
        present = [(label, n) for label, n in evidence.counted(split).items() if n]
        if len(present) == 1:
            label, rows = present[0]
            message = f"every labelled row is {quoted(label)}"
            yield rule.finding("error", message, split=split, label=label, observed=1, limit=2, rows=rows)


@rule(
    "SUP005",
    "unseen-class",
    needs=(declared_classes,),
    remedy="Collect rows of it, or take it out of the declared classes. Weights need a --zero-count policy for it.",
)
def unseen_class(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """A declared class has no row in any split."""
    for label in evidence.classes:
        if not evidence.totals.get(label):
            yield rule.finding("error", f"{quoted(label)} is declared and has no row", label=label, observed=0, limit=1)


@rule(
    "SUP006",
    "coarse-recall",
    limit=Limit(warning=10, unit="rows of a split that is not trained on", rows=True),
    needs=(training_split,),
    remedy="Give the split more rows of it, or judge by cross-validation: a change within one step is no change.",
)
def coarse_recall(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """A class occurs in val or test in fewer rows than the limit: with n rows its recall moves in steps of 1/n."""
    classes = set(evidence.classes)
    for split, counts in evidence.by_split.items():
        total = sum(counts.values())
        for label, n in sorted(counts.items(), key=lambda item: (item[1], item[0])):
            broken = rule.limit.at(split=split, label=label).below(n, of=total)
            if n and split != evidence.training and broken is not None and label in classes:
                severity, limit = broken
                step = f"its recall moves in steps of {1 / n:.0%}"
                message = f"{quoted(label)} has {n:,} {'row' if n == 1 else 'rows'} in {plain(split)}: {step}"
                told = as_counted(n, limit, of=total)
                yield rule.finding(severity, message, split=split, label=label, observed=told, limit=limit, rows=n)
