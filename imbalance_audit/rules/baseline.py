"""BSL: what moved since an earlier audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import quoted
from imbalance_audit.measures.significance import compare_shares
from imbalance_audit.rules.policy import Limit
from imbalance_audit.rules.rule import baseline_audit, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from imbalance_audit.records import Finding
    from imbalance_audit.rules.rule import Evidence, Rule


@rule(
    "BSL001",
    "class-gone",
    needs=(baseline_audit,),
    remedy="Bring it back, or take it out of the classes and train again: the model keeps a logit for it.",
)
def class_gone(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """A class that the earlier audit counted has no row now, in all rows or in a split that had some."""
    for split, before, now in _both(evidence):
        for label, n in sorted(before.items()):
            if n and not now.get(label) and (split is None or evidence.totals.get(label)):
                message = f"{quoted(label)} had {n:,} {'row' if n == 1 else 'rows'} and has none"
                yield rule.finding("error", message, split=split, label=label, observed=0, limit=n, rows=n)


@rule(
    "BSL002",
    "class-new",
    needs=(baseline_audit,),
    remedy="Declare it if it is one: every index after it may have moved, and a trained model has no logit for it.",
)
def class_new(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """A label occurs that the earlier audit did not count and did not declare."""
    before = _before(evidence, None)
    known = set(evidence.baseline.classes) if evidence.baseline is not None else set()
    for label, n in sorted(evidence.totals.items()):
        if n and not before.get(label) and label not in known:
            message = f"{quoted(label)} is new ({n:,} {'row' if n == 1 else 'rows'})"
            yield rule.finding("warning", message, label=label, observed=n, limit=0, rows=n)


@rule(
    "BSL003",
    "count-moved",
    limit=Limit(warning=0.3, unit="of the rows that a class had in a split, fewer"),
    needs=(baseline_audit,),
    remedy="See whether the rows were lost: a join or a filter may drop one class more than others.",
)
def count_moved(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """A class that had at least 20 rows in a split lost more than the limit's share of them."""
    for split, before, now in _both(evidence):
        if split is None and evidence.by_split:
            continue
        for label, n in sorted(before.items()):
            left = now.get(label, 0)
            lost = (n - left) / n if n else 0.0  # one division: what is exactly the limit is not above it
            broken = rule.limit.at(split=split, label=label).above(lost) if n >= ENOUGH else None
            if left and broken is not None:
                severity, limit = broken
                message = f"{quoted(label)} went from {n:,} to {left:,} rows ({left / n - 1:+.0%})"
                yield rule.finding(severity, message, split=split, label=label, observed=lost, limit=limit, rows=left)


@rule(
    "BSL004",
    "distribution-moved",
    limit=Limit(warning=0.1, error=0.5, unit="of total variation above what chance brings"),
    needs=(baseline_audit,),
    remedy="Compute the weights again, and judge the model on the new shares.",
)
def distribution_moved(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """The class shares differ from the earlier audit's by more total variation than chance and the limit explain."""
    for split, before, now in _both(evidence):
        labels = sorted(before.keys() | now.keys())
        test = compare_shares([now.get(label, 0) for label in labels], [before.get(label, 0) for label in labels])
        if test is None:
            continue
        excess = test.total_variation - test.expected_variation
        if (broken := rule.limit.at(split=split).above(excess)) is not None:
            severity, limit = broken
            message = f"total variation from the earlier class shares is {test.total_variation:.3f}"
            yield rule.finding(severity, message, split=split, observed=float(f"{excess:.6g}"), limit=limit)


ENOUGH = 20


def _both(evidence: Evidence) -> Iterator[tuple[str | None, Mapping[str, int], Mapping[str, int]]]:
    """Yield (split, label → instances before, label → instances now) of all rows and of the splits that both have."""
    yield None, _before(evidence, None), evidence.totals
    if evidence.baseline is not None:
        for split, now in evidence.by_split.items():
            if split in evidence.baseline.counts.splits:
                yield split, _before(evidence, split), now


def _before(evidence: Evidence, split: str | None) -> Mapping[str, int]:
    if evidence.baseline is None:
        return {}
    counts = evidence.baseline.counts.of_split(split).per_label()
    return {label: n for label, n in counts.items() if label not in evidence.ignored}
