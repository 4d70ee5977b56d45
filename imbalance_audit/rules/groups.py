"""GRP: whether a label can be told from the group (site, patient, annotator) instead of from the sample."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from imbalance_audit.display import quoted
from imbalance_audit.measures.class_skew import cramers_v
from imbalance_audit.rules.policy import Limit
from imbalance_audit.rules.rule import groups, labelled, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imbalance_audit.records import Finding
    from imbalance_audit.rules.rule import Evidence, Rule


@rule(
    "GRP001",
    "label-follows-group",
    limit=Limit(warning=0.3, error=0.9, unit="Cramér's V, bias-corrected"),
    needs=(labelled, groups),
    remedy="Split by group and look at each group apart: a model may learn the site instead of the class.",
)
def label_follows_group(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """Label and group are associated more strongly than the limit (Cramér's V with Bergsma's correction for chance)."""
    table = _table(evidence)
    value = cramers_v(table)
    if value is not None and (broken := rule.limit.above(value)) is not None:
        severity, limit = broken
        labels, names = {label for label, _ in table}, {group for _, group in table}
        message = f"Cramér's V of {len(labels):,} classes and {len(names):,} groups is {value:.2f}"
        yield rule.finding(severity, message, observed=value, limit=limit, rows=sum(table.values()))


@rule(
    "GRP002",
    "class-in-one-group",
    limit=Limit(warning=20, unit="rows, all in one group"),
    needs=(labelled, groups),
    remedy="Collect it in other groups, or test on groups of their own: the class cannot be told from its group.",
)
def class_in_one_group(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """A class has more rows than the limit, and all of them lie in one group."""
    places: dict[str, dict[str, int]] = {}
    for (label, group), n in _table(evidence).items():
        places.setdefault(label, {})[group] = n
    for label in sorted(places, key=lambda label: (-sum(places[label].values()), label)):
        (group, n), *others = places[label].items()
        broken = rule.limit.at(label=label).above(n)
        if not others and broken is not None:
            severity, limit = broken
            message = f"all {n:,} rows of {quoted(label)} lie in the group {quoted(group)}"
            yield rule.finding(severity, message, label=label, observed=n, limit=limit, rows=n, examples=(group,))


def _table(evidence: Evidence) -> Counter[tuple[str, str]]:
    """Return (label, group) → instances over all splits."""
    counts, table = evidence.counts, Counter[tuple[str, str]]()
    for label, group, n in zip(counts.label, counts.group, counts.instances, strict=True):
        if label is not None and group is not None and n and label not in evidence.ignored:
            table[label, group] += n
    return table
