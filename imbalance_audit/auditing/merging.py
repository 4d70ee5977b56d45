"""Shards → the audit of the whole: counts are added, then judged once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from imbalance_audit.auditing.judging import ID_BYTES, ID_RULES, MEMORY, judge_again
from imbalance_audit.counting.class_tally import merge
from imbalance_audit.counting.id_state import scan_ids
from imbalance_audit.counting.id_tally import IdTally, to_id_collisions
from imbalance_audit.counting.local import run
from imbalance_audit.display import plain
from imbalance_audit.errors import OptionError
from imbalance_audit.records import Coverage, fingerprint
from imbalance_audit.values.class_order import order_classes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from os import PathLike

    from imbalance_audit.records import Audit, ClassCounts, IdCollision, OrderRule
    from imbalance_audit.rules.policy import Policy

NOT_KEPT = "ids were checked within each shard only; keep them with scan --keep-id-state and merge --id-state"


def merge_audits(
    *audits: Audit, policy: Policy | None = None, ids: Sequence[str | PathLike[str]] = (), memory: int = MEMORY
) -> Audit:
    """Return the audit of all the rows behind these audits, as one pass over them would give.

    Rules that need ids cannot be merged, for an audit holds no ids: they are told not to have run, unless `ids` names
    the files that `scan(..., keep_ids=…)` wrote, one for each audit.

    Args:
        audits: The audits of the shards.
        policy: What is judged and how.
        ids: The shards' ids.
        memory: Bytes that ids may take while they are checked.

    Raises:
        OptionError: the audits cannot belong to one data set.
        AuditFileError: the ids cannot be read, or are those of other audits.

    >>> from imbalance_audit import scan
    >>> merge_audits(scan(["cat", "dog"]), scan(["cat"])).counts.instances
    (2, 1)
    """
    if not audits:
        message = "Nothing to merge: name at least one audit."
        raise OptionError(message)
    first = audits[0]
    for other in audits[1:]:
        _refuse_foreign(first, other)
    counts = merge(*(audit.counts for audit in audits))
    classes, order = _classes(audits, counts)
    task = "binary" if first.source.task != "multilabel" and len(classes) == 2 else first.source.task
    source = replace(
        first.source,
        path=", ".join(dict.fromkeys(audit.source.path for audit in audits)),
        task="multiclass" if task == "binary" and len(classes) != 2 else task,
        fingerprint=fingerprint(counts),
        notes=tuple(dict.fromkeys(note for audit in audits for note in audit.source.notes)),
    )
    whole = replace(
        first,
        source=source,
        classes=classes,
        class_order=order,
        counts=counts,
        findings=(),
        coverage=tuple(_id_rules(audits)),
        ignored=tuple(dict.fromkeys(label for audit in audits for label in audit.ignored)),
        collisions=_collisions(audits, counts, ids, memory) if ids else None,
        id_state=None,
    )
    return judge_again(whole, policy)


def _collisions(
    audits: tuple[Audit, ...], counts: ClassCounts, files: Sequence[str | PathLike[str]], memory: int
) -> tuple[IdCollision, ...]:
    rows = scan_ids([Path(file) for file in files], digests=[audit.id_state for audit in audits])
    tally = IdTally(splits=counts.splits, conflicts=not audits[0].source.several)
    passes = max(1, -(-counts.total_instances * ID_BYTES // memory))
    return to_id_collisions(run(tally, rows, passes=passes))


def _id_rules(audits: Iterable[Audit]) -> Iterable[Coverage]:
    """Yield the rules that need ids as not run, where any shard had ids; each for its own reason elsewhere."""
    first, *others = audits
    had = any(audit.collisions is not None for audit in (first, *others))
    for coverage in first.coverage:
        if coverage.code in ID_RULES:
            yield Coverage(coverage.code, "not_run", NOT_KEPT) if had and others else coverage


def _refuse_foreign(first: Audit, other: Audit) -> None:
    told = (
        ("classes are declared", first.declared, other.declared),
        ("declared classes", first.declared and first.classes, other.declared and other.classes),
        ("unit of a row", first.source.unit, other.source.unit),
        ("labels a sample", first.source.task == "multilabel", other.source.task == "multilabel"),
    )
    for what, one, two in told:
        if one != two:
            names = f"{plain(first.source.path)} and {plain(other.source.path)}"
            message = f"{names} cannot be merged: they differ in {what}. Scan both with the same options."
            raise OptionError(message)


def _classes(audits: tuple[Audit, ...], counts: ClassCounts) -> tuple[tuple[str, ...], OrderRule]:
    if audits[0].declared:
        return audits[0].classes, audits[0].class_order
    ignored = {label for audit in audits for label in audit.ignored}
    labels = [label for label in counts.of_split(counts.training).per_label() if label not in ignored]
    orders = {audit.class_order for audit in audits if audit.classes}
    # Text that is all numbers in one shard and not in another is text.
    rule = orders.pop() if len(orders) == 1 else "lexical"
    return order_classes(labels, declared=None, rule=rule, integers=False)
