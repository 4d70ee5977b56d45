"""MLB: how labels share samples where a sample may carry several (Charte et al., Neurocomputing 163, 2015)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.measures.class_skew import irlbl, mean_irlbl, variation_irlbl
from imbalance_audit.rules.policy import Limit
from imbalance_audit.rules.rule import declared_classes, labelled, one_of_several, rule, training_split

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from imbalance_audit.records import Finding
    from imbalance_audit.rules.rule import Evidence, Rule


@rule(
    "MLB001",
    "rare-beside-others",
    limit=Limit(warning=50.0, unit="times fewer positives than the commonest label (IRLbl)"),
    needs=(one_of_several, labelled),
    remedy="Weigh its positives (pos_weight), or sample by label; a threshold of its own serves it better than 0.5.",
)
def rare_beside_others(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """The commonest label has more than the limit times the positives of this one (IRLbl)."""
    ratios = irlbl(_positives(evidence, evidence.training))
    for label, value in sorted(ratios.items(), key=lambda item: (-item[1], item[0])):
        if (broken := rule.limit.at(split=evidence.training, label=label).above(value)) is not None:
            severity, limit = broken
            message = f"IRLbl of {quoted(label)} is {value:,.0f}"
            yield rule.finding(severity, message, split=evidence.training, label=label, observed=value, limit=limit)


@rule(
    "MLB002",
    "uneven-labels",
    limit=Limit(warning=10.0, unit="mean IRLbl"),
    needs=(one_of_several, labelled),
    remedy="Give each label a pos_weight, and judge by the mean over labels, not over samples.",
)
def uneven_labels(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """The mean of IRLbl over the labels with positives is above the limit; its coefficient of variation is told too."""
    ratios = list(irlbl(_positives(evidence, evidence.training)).values())
    value, spread = mean_irlbl(ratios), variation_irlbl(ratios)
    if value is not None and (broken := rule.limit.at(split=evidence.training).above(value)) is not None:
        severity, limit = broken
        message = f"MeanIR is {value:,.1f}" + (f", CVIR {spread:.2f}" if spread is not None else "")
        yield rule.finding(severity, message, split=evidence.training, observed=value, limit=limit)


@rule(
    "MLB003",
    "no-positives",
    needs=(one_of_several, declared_classes),
    remedy="Collect positives or leave the label out: its pos_weight is infinite, and its head learns to say no.",
)
def no_positives(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """A declared label has no positive sample among the rows that are trained on."""
    positives = _positives(evidence, evidence.training)
    for label in evidence.classes:
        if not positives.get(label):
            message = f"{quoted(label)} has no positive sample"
            yield rule.finding("error", message, split=evidence.training, label=label, observed=0, limit=1)


@rule(
    "MLB004",
    "cardinality-moved",
    limit=Limit(warning=1.5, unit="times the labels a sample that train has, or one part of that"),
    needs=(one_of_several, training_split),
    remedy="See whether the splits were labelled by the same rules: missing labels look like negatives.",
)
def cardinality_moved(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """A split has more than the limit times as many labels a sample as train, or fewer than one part of that."""
    trained, of_train = _labels_and_samples(evidence, evidence.training)
    for split in evidence.by_split:
        labels, samples = _labels_and_samples(evidence, split)
        # One division of whole numbers: what is exactly the limit is not above it.
        here, there = labels * of_train, trained * samples
        times = max(here, there) / min(here, there) if here and there else 1.0
        if (broken := rule.limit.at(split=split).above(times)) is not None:
            severity, limit = broken
            means = f"{labels / samples:.2f} labels and one of train {trained / of_train:.2f}"
            message = f"a sample of {plain(split)} has {means}"
            yield rule.finding(severity, message, split=split, observed=times, limit=limit)


def _positives(evidence: Evidence, split: str | None) -> Mapping[str, int]:
    """Return label → samples that carry it."""
    counts = evidence.counts.of_split(split)
    totals: dict[str, int] = {}
    for label, n in zip(counts.label, counts.samples, strict=True):
        if label is not None and label not in evidence.ignored:
            totals[label] = totals.get(label, 0) + n
    return totals


def _labels_and_samples(evidence: Evidence, split: str | None) -> tuple[int, int]:
    return sum(_positives(evidence, split).values()), evidence.counts.of_split(split).total_samples
