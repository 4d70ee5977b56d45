"""Counts → audit: measures, rules, and what the policy says of both. Nothing here reads a row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imbalance_audit.counting.label_faults import label_faults
from imbalance_audit.measures.class_skew import skew_of
from imbalance_audit.records import Audit, LabelFaults, Source, fingerprint
from imbalance_audit.rules import RULES, Evidence, run_rules
from imbalance_audit.rules.policy import Policy
from imbalance_audit.rules.rule import ids
from imbalance_audit.values.class_order import order_classes
from imbalance_audit.values.spelling import is_integer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imbalance_audit.records import ClassCounts, ClassWeights, IdCollision, Labels, OrderRule, Skew

MEMORY = 2 * 2**30
"""Bytes that ids may take by default."""

ID_BYTES = 160
"""What one id takes in Polars' hash tables while it is checked, measured: README's Limits."""

ID_RULES = tuple(rule.code for rule in RULES if ids in rule.needs)
"""Rules whose evidence is the rows' ids, which an audit.json of an older version does not hold."""


def judge(
    labels: Labels,
    counts: ClassCounts,
    collisions: tuple[IdCollision, ...] | None,
    *,
    integers: bool,
    rule: OrderRule | None,
    ignore: Sequence[str],
    policy: Policy,
) -> Audit:
    """Return the audit of counted labels.

    Raises:
        OptionError: the classes cannot be ordered so, or the policy speaks of a rule that there is not.
    """
    names = labels.classes if labels.classes is not None else policy.classes
    declared = None if names is None else [name for name in names if name not in ignore]
    trained = [name for name in counts.of_split(counts.training).per_label() if name not in ignore]
    numbers = integers or (labels.untyped and all(map(is_integer, trained)))
    classes, order = order_classes(trained, declared=declared, rule=rule, integers=numbers)
    audit = Audit(
        source=Source(
            path=labels.path,
            kind=labels.kind,
            unit=labels.unit,
            task="binary" if labels.task == "multiclass" and len(classes) == 2 else labels.task,
            fingerprint=fingerprint(counts),
            notes=labels.notes,
            loader=labels.loader if order == "declared" else None,
        ),
        classes=classes,
        class_order=order,
        counts=counts,
        overall=skew_of(counts, taxonomy=classes, faults=LabelFaults()),
        declared=declared is not None,
        ignored=tuple(ignore),
        collisions=collisions,
    )
    return _judged(audit, policy)


def judge_again(
    audit: Audit,
    policy: Policy | None = None,
    *,
    weights: ClassWeights | None = None,
    baseline: Audit | None = None,
) -> Audit:
    """Return the audit as another policy judges its counts; beside a weight file, and beside an earlier audit.

    Rules that need ids judge what was stored of them, and else say why they did not run.

    Raises:
        OptionError: the policy speaks of a rule that there is not.
    """
    rules = policy or Policy()
    if rules.classes is not None and not audit.declared:
        classes = tuple(name for name in rules.classes if name not in audit.ignored)
        audit = replace(audit, classes=classes, class_order="declared", declared=True)
    return _judged(audit, rules, weights=weights, baseline=baseline)


def _judged(
    audit: Audit, policy: Policy, *, weights: ClassWeights | None = None, baseline: Audit | None = None
) -> Audit:
    counts, ignored = audit.counts, audit.ignored
    declared = audit.classes if audit.declared else None
    totals = {label: n for label, n in counts.per_label().items() if label not in ignored}
    faults = label_faults(totals, unlabelled=counts.unlabelled, declared=declared)
    taxonomy = audit.classes if declared is not None else totals

    def skew(split: str | None) -> Skew:
        return skew_of(counts.of_split(split), taxonomy=taxonomy, faults=faults, ignored=ignored)

    found = {c.code: tuple(f for f in audit.findings if f.code == c.code) for c in audit.coverage}
    evidence = Evidence(
        counts=counts,
        classes=audit.classes,
        class_order=audit.class_order,
        task=audit.source.task,
        faults=faults,
        overall=skew(None),
        splits={split: skew(split) for split in counts.splits},
        collisions=audit.collisions,
        declared=audit.declared,
        ignored=ignored,
        unit=audit.source.unit,
        policy=policy,
        kept={c.code: (c, found[c.code]) for c in audit.coverage if c.code in ID_RULES},
        weights=weights,
        baseline=baseline,
    )
    findings, coverage = run_rules(evidence)
    return replace(audit, overall=evidence.overall, splits=evidence.splits, findings=findings, coverage=coverage)
