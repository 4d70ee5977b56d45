"""SKW: how unequal the classes are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import quoted
from imbalance_audit.measures import without_dirt
from imbalance_audit.rules.policy import Limit
from imbalance_audit.rules.rule import labelled, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imbalance_audit.records import Finding, Skew
    from imbalance_audit.rules.rule import Evidence, Rule

NAMED = 3
"""Rarest classes that a message names."""


@rule(
    "SKW001",
    "imbalance-ratio",
    limit=Limit(warning=10.0, unit="largest count / smallest count, look-alikes set aside"),
    needs=(labelled,),
    remedy="Weigh the classes (audit weights), sample them evenly, or adjust logits by the prior; judge by macro-F1.",
)
def imbalance_ratio(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """The commonest class has more than the limit times the rows of the rarest, with dirt set aside.

    Where dirt changes the ratio, both are told.
    """
    skew = _trained(evidence)
    ratio, clean = skew.clean.imbalance_ratio, skew.clean
    if ratio is None or (broken := rule.limit.above(ratio)) is None:
        return
    severity, limit = broken
    tail = sorted(without_dirt(evidence.trained, evidence.faults).items(), key=lambda item: (item[1], item[0]))
    rarest = ", ".join(f"{quoted(label)} {n:,}" for label, n in tail[:NAMED])
    message = (
        f"{quoted(clean.largest)} has {ratio:,.0f} times the rows of {quoted(clean.smallest)}; the rarest are {rarest}"
    )
    if skew.raw.imbalance_ratio != ratio:
        message += f" (with dirt, {skew.raw.imbalance_ratio:,.0f} times {quoted(skew.raw.smallest)})"
    yield rule.finding(severity, message, split=evidence.training, observed=ratio, limit=limit)


@rule(
    "SKW002",
    "effective-classes",
    limit=Limit(warning=0.5, unit="of the classes"),
    needs=(labelled,),
    remedy="Accuracy speaks of the few common classes only. Watch recall for each class, or macro-F1.",
)
def effective_classes(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """The classes are as diverse as fewer than the limit's share of equally common ones (Hill number 1, exp(H)).

    Unlike the ratio it does not hang on one rare class or one typo. Dirt is set aside; both numbers are told.
    """
    skew = _trained(evidence)
    number, classes = skew.clean.hill_1, skew.clean.classes
    if number is None or classes < 2 or (broken := rule.limit.below(number / classes)) is None:
        return
    severity, limit = broken
    message = f"{classes:,} classes are as diverse as {number:,.1f} equally common ones"
    if (skew.raw.hill_1, skew.raw.classes) != (number, classes):
        message += f" (with dirt, {skew.raw.classes:,} as {skew.raw.hill_1:,.1f})"
    yield rule.finding(severity, message, split=evidence.training, observed=number / classes, limit=limit)


def _trained(evidence: Evidence) -> Skew:
    return evidence.overall if evidence.training is None else evidence.splits[evidence.training]
