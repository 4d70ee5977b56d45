"""INT: whether one thing is told once: the same id with two labels, or in two splits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.rules.rule import ids, one_label_each, rule, several_splits

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
    for collision in _of_kind(evidence, "conflict"):
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


def _of_kind(evidence: Evidence, kind: str) -> list[IdCollision]:
    found = [collision for collision in evidence.collisions or () if collision.kind == kind]
    return sorted(found, key=lambda collision: (-collision.ids, collision.at))


def _ids(collision: IdCollision, *, do: str, does: str) -> str:
    return f"{collision.ids:,} {f'id {does}' if collision.ids == 1 else f'ids {do}'}"


def _examples(collision: IdCollision) -> str:
    more = ["…"] if collision.ids > len(collision.examples) else []
    return ", ".join([*map(quoted, collision.examples), *more])
