"""INT: whether one thing is told once: the same id with two labels, or in two splits."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.rules.policy import Limit, as_counted
from imbalance_audit.rules.rule import groups, ids, one_label_each, rule, several_splits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imbalance_audit.records import Finding, IdCollision
    from imbalance_audit.rules.rule import Evidence, Rule


@rule(
    "INT001",
    "conflicting-labels",
    needs=(ids, one_label_each),
    remedy="Decide which label is right. A model cannot learn both, and heavy weights make the wrong one heavier.",
)
def conflicting_labels(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """The same id carries two different labels."""
    pairs = _of_kind(evidence, "conflict")
    if len(pairs) > 1:
        total, rows = sum(pair.ids for pair in pairs), sum(pair.rows for pair in pairs)
        message = f"{total:,} ids in {rows:,} rows carry several labels, between {len(pairs):,} pairs of them"
        yield rule.finding("error", message, observed=total, limit=0)
    for collision in pairs:
        first, second = map(quoted, collision.at)
        message = f"{_ids(collision, do='carry', does='carries')} both {first} and {second}: {_examples(collision)}"
        yield rule.finding(
            "error", message, observed=collision.ids, limit=0, rows=collision.rows, examples=collision.examples
        )


@rule(
    "INT002",
    "id-in-two-splits",
    needs=(ids, several_splits),
    remedy="Split again by id. What was seen in training makes every score of the other split too good.",
)
def id_in_two_splits(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """The same id lies in two splits."""
    for collision in _of_kind(evidence, "leak"):
        first, second = collision.at
        where = f"both in {plain(first)} and in {plain(second)}"
        message = f"{_ids(collision, do='lie', does='lies')} {where}: {_examples(collision)}"
        yield rule.finding(
            "error",
            message,
            split=second,
            observed=collision.ids,
            limit=0,
            rows=collision.rows,
            examples=collision.examples,
        )


@rule(
    "INT003",
    "repeated-row",
    limit=Limit(warning=0.0, error=0.05, unit="of the rows are repeats", rows=True),
    needs=(ids, one_label_each),
    remedy="Drop the repeats, or weigh on purpose: a copied row counts twice in every loss and every score.",
)
def repeated_row(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """The same id stands in a split several times with the same label."""
    for collision in _of_kind(evidence, "repeat"):
        split = collision.at[0] or None
        extra, total = collision.rows - collision.ids, evidence.counts.of_split(split).total_samples
        broken = rule.limit.at(split=split).above(extra, of=total)
        if broken is not None:
            severity, limit = broken
            message = f"{_ids(collision, do='stand', does='stands')} in {collision.rows:,} rows: {_examples(collision)}"
            share = as_counted(extra, limit, of=total)
            yield rule.finding(
                severity, message, split=split, observed=share, limit=limit, rows=extra, examples=collision.examples
            )


@rule(
    "INT004",
    "group-in-two-splits",
    needs=(groups, several_splits),
    remedy="Split by group, if a group (a patient, a site) shares more than its label; else ignore this rule.",
)
def group_in_two_splits(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """The same group has rows in train and in another split, or without a train split in any two."""
    members: dict[str, set[str]] = {split: set() for split in evidence.by_split}
    for split, group in zip(evidence.counts.split, evidence.counts.group, strict=True):
        if split is not None and group is not None:
            members[split].add(group)
    for first, second in combinations(members, 2):
        shared = sorted(members[first] & members[second])
        if shared and evidence.training in (None, first, second):
            split = first if second == evidence.training else second
            many = f"{len(shared):,} groups lie" if len(shared) > 1 else "1 group lies"
            named = ", ".join(map(quoted, shared[:5])) + (", …" if len(shared) > 5 else "")
            message = f"{many} both in {plain(first)} and in {plain(second)}: {named}"
            yield rule.finding(
                "warning", message, split=split, observed=len(shared), limit=0, examples=tuple(shared[:5])
            )


def _of_kind(evidence: Evidence, kind: str) -> list[IdCollision]:
    found = [collision for collision in evidence.collisions or () if collision.kind == kind]
    return sorted(found, key=lambda collision: (-collision.ids, collision.at))


def _ids(collision: IdCollision, *, do: str, does: str) -> str:
    return f"{collision.ids:,} {f'id {does}' if collision.ids == 1 else f'ids {do}'}"


def _examples(collision: IdCollision) -> str:
    more = ["…"] if collision.ids > len(collision.examples) else []
    return ", ".join([*map(quoted, collision.examples), *more])
