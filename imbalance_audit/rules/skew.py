"""SKW: how unequal the classes are."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from imbalance_audit.display import quoted
from imbalance_audit.measures.class_regions import FEW, HEAD, REGIONS, region_of
from imbalance_audit.measures.class_skew import without_dirt
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
    if ratio is None or (broken := rule.limit.at(split=evidence.training).above(ratio)) is None:
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
    if (
        number is None
        or classes < 2
        or (broken := rule.limit.at(split=evidence.training).below(number / classes)) is None
    ):
        return
    severity, limit = broken
    message = f"{classes:,} classes are as diverse as {number:,.1f} equally common ones"
    if (skew.raw.hill_1, skew.raw.classes) != (number, classes):
        message += f" (with dirt, {skew.raw.classes:,} as {skew.raw.hill_1:,.1f})"
    yield rule.finding(severity, message, split=evidence.training, observed=number / classes, limit=limit)


@rule(
    "SKW003",
    "low-entropy",
    limit=Limit(warning=0.5, unit="of the entropy of equally common classes, absent declared ones included"),
    needs=(labelled,),
    remedy="Look at the classes that have next to nothing, and at the declared ones that have nothing.",
)
def low_entropy(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """The entropy of the class shares falls short of the limit's share of its most, ln K, dirt set aside.

    K is the number of declared classes, or of those that occur: a class without rows counts.
    """
    value = _trained(evidence).clean.normalised_entropy
    if value is not None and (broken := rule.limit.at(split=evidence.training).below(value)) is not None:
        severity, limit = broken
        message = f"the entropy of the class shares is {value:.1%} of the most it could be"
        yield rule.finding(severity, message, split=evidence.training, observed=value, limit=limit)


@rule(
    "SKW004",
    "unequal-counts",
    limit=Limit(warning=0.8, unit="Gini coefficient of the class counts, look-alikes set aside"),
    needs=(labelled,),
    remedy="Weigh the classes, or sample them evenly; and watch each class, for an average shows the common ones.",
)
def unequal_counts(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """The Gini coefficient of the class counts is above the limit: few classes hold almost all rows."""
    value = _trained(evidence).clean.gini
    if value is not None and (broken := rule.limit.at(split=evidence.training).above(value)) is not None:
        severity, limit = broken
        message = f"the Gini coefficient of the class counts is {value:.2f}: 0 is equal, 1 is all in one class"
        yield rule.finding(severity, message, split=evidence.training, observed=value, limit=limit)


@rule(
    "SKW005",
    "long-tail",
    limit=Limit(warning=0.5, unit=f"of the classes have fewer than {FEW} rows"),
    needs=(labelled,),
    remedy="Report head, medium and few apart, as long-tail papers do; a mean over classes is mostly noise of the few.",
)
def long_tail(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """More than the limit's share of the classes are few: below 20 rows, where medium is 20 to 100 and head above."""
    counts = [n for n in without_dirt(evidence.trained, evidence.faults).values() if n]
    of_region = Counter(map(region_of, counts))
    share = of_region["few"] / len(counts) if counts else 0.0
    if (broken := rule.limit.at(split=evidence.training).above(share)) is not None:
        severity, limit = broken
        head, medium, few = (of_region[region] for region in REGIONS)
        message = (
            f"{head:,} classes are head (more than {HEAD} rows), {medium:,} medium, {few:,} few (fewer than {FEW})"
        )
        yield rule.finding(severity, message, split=evidence.training, observed=share, limit=limit)


def _trained(evidence: Evidence) -> Skew:
    return evidence.overall if evidence.training is None else evidence.splits[evidence.training]
