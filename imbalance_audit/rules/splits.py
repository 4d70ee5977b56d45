"""SPL: whether a split has the classes of train in other shares than chance explains.

All class tests of an audit are one family for Benjamini and Hochberg's procedure, and all comparisons of whole splits
another, so that an audit of data without drift raises a false alarm of either kind in at most 1 % of cases.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.measures.class_skew import without_dirt
from imbalance_audit.measures.significance import benjamini_hochberg, compare_shares, share_p
from imbalance_audit.rules.policy import Limit
from imbalance_audit.rules.rule import one_label_each, rule, training_split

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from imbalance_audit.records import Finding
    from imbalance_audit.rules.rule import Evidence, Rule

LEVEL = 0.01
"""Probability of a false alarm in data without drift, for each of the two rules."""

LEAST = 1e-12
"""Smaller probabilities are not told: they say nothing more, and hang on the last digits of logarithms."""


def _drawn_apart(evidence: Evidence) -> str | None:
    together = evidence.unit in ("box", "pixel")
    return "boxes and pixels of one image are not drawn independently, so no test holds" if together else None


@rule(
    "SPL001",
    "class-share-moved",
    limit=Limit(warning=1.5, unit="times the share in train, or one part of that, where chance is ruled out"),
    needs=(training_split, _drawn_apart),
    remedy="Split again, stratified by class; or correct for the shares that the model will meet.",
)
def class_share_moved(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """A class's share in a split is above the limit times its share in train, or below one part of that, not by chance.

    Fisher's exact test for each class and split, adjusted for their number (Benjamini-Hochberg, 1 %).
    """
    tests = []
    train, rows = _shares(evidence, evidence.training)
    for split in _others(evidence):
        counts, drawn = _shares(evidence, split)
        for label in sorted(train.keys() | counts.keys()):
            k, n = counts.get(label, 0), train.get(label, 0)
            if drawn and rows and k + n:
                tests.append((split, label, k, drawn, n, share_p(k, drawn, k + n, drawn + rows)))
    adjusted = benjamini_hochberg([p for *_, p in tests])
    for p, (split, label, k, drawn, n, _) in sorted(zip(adjusted, tests, strict=True), key=lambda found: found[0]):
        # One division of whole numbers: what is exactly the limit is not above it.
        here, there = k * rows, n * drawn
        times = max(here, there) / min(here, there) if k and n else math.inf
        broken = rule.limit.at(split=split, label=label).above(times)
        if p < LEVEL and broken is not None:
            severity, limit = broken
            shares = f"{k / drawn:.3%} of {plain(split)} ({k:,} rows) and {n / rows:.3%} of train ({n:,})"
            observed = None if math.isinf(times) else times
            message = f"{quoted(label)} is {shares}, adjusted {_p(p)}"
            yield rule.finding(severity, message, split=split, label=label, observed=observed, limit=limit, rows=k)


@rule(
    "SPL002",
    "shares-moved",
    limit=Limit(warning=0.05, unit="of total variation above what chance brings"),
    needs=(training_split, _drawn_apart, one_label_each),
    remedy="Split again, stratified by class; or say which shares the model will meet, and evaluate for those.",
)
def shares_moved(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """The class shares of a split differ from train's by more total variation than chance brings and the limit allows.

    The null is a random cut of the same rows: it knows the number of classes and of rows, where a fixed limit for PSI
    or Jensen-Shannon raises an alarm for any small split of many classes. p is below 1 %, divided by the splits.
    """
    others, train = _others(evidence), without_dirt(evidence.trained, evidence.faults)
    for split in others:
        counts = without_dirt(evidence.by_split[split], evidence.faults)
        labels = sorted(train.keys() | counts.keys())
        test = compare_shares([counts.get(label, 0) for label in labels], [train.get(label, 0) for label in labels])
        if test is None or test.p >= LEVEL / len(others):
            continue
        excess = test.total_variation - test.expected_variation
        if (broken := rule.limit.at(split=split).above(excess)) is not None:
            severity, limit = broken
            shannon = f"Jensen-Shannon {test.jensen_shannon:.2g} nats, {test.expected_shannon:.2g} by chance"
            variation = f"{test.total_variation:.3f}, {test.expected_variation:.3f} by chance"
            message = f"total variation from train is {variation}; {shannon}; {_p(test.p)}"
            # Six digits: the last ones of a logarithm are another on another machine.
            yield rule.finding(severity, message, split=split, observed=float(f"{excess:.6g}"), limit=limit)


def _others(evidence: Evidence) -> list[str]:
    return [split for split in evidence.by_split if split != evidence.training]


def _shares(evidence: Evidence, split: str | None) -> tuple[Mapping[str, int], int]:
    """Return label → rows and what they are a share of: the rows, or the samples where these carry several labels."""
    if evidence.task != "multilabel":
        counts = without_dirt(evidence.counted(split), evidence.faults)
        return counts, sum(counts.values())
    found = evidence.counts.of_split(split)
    carried: dict[str, int] = {}
    for label, n in zip(found.label, found.samples, strict=True):
        if label is not None and label not in evidence.ignored:
            carried[label] = carried.get(label, 0) + n
    return without_dirt(carried, evidence.faults), found.total_samples


def _p(p: float) -> str:
    return f"p = {p:.1g}" if p >= LEAST else f"p < {LEAST:g}"
