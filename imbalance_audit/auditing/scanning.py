"""From a label source to an audit: the one way through the stages, and the gate at its end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from imbalance_audit.auditing.judging import ID_BYTES, MEMORY, judge
from imbalance_audit.auditing.meanings import meanings
from imbalance_audit.counting.class_tally import ClassTally, merge, to_class_counts
from imbalance_audit.counting.id_state import save_ids
from imbalance_audit.counting.id_tally import IdTally, to_id_collisions
from imbalance_audit.counting.local import run
from imbalance_audit.counting.row_types import check_types
from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import CheckFailedError, EmptySourceError, OptionError
from imbalance_audit.records import ReadOptions
from imbalance_audit.records.option import chosen
from imbalance_audit.rules.policy import Policy
from imbalance_audit.sources import read, reading
from imbalance_audit.values.declaration import declared_names

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from imbalance_audit.records import Audit, ClassCounts, IdCollision, Labels, OrderRule, Severity
    from imbalance_audit.values.declaration import Classes


def scan(
    source: object,
    *,
    label: str | Sequence[str] | None = None,
    split: str | None = None,
    group: str | None = None,
    id: str | None = None,
    weight: str | None = None,
    separator: str | None = None,
    format: str | None = None,
    header: bool = True,
    extensions: Sequence[str] = (),
    fold_tags: bool = False,
    classes: Classes | None = None,
    class_order: OrderRule | None = None,
    ignore: Sequence[str] = (),
    policy: Policy | None = None,
    memory: int = MEMORY,
    keep_ids: str | PathLike[str] | None = None,
) -> Audit:
    """Read labels, count them exactly in one streaming pass, and run every rule.

    Args:
        source: A path, a glob, a folder, an address (`s3://`, `https://`, …), a Delta or Iceberg table, or a pipeline
            file, or a list of `Path`; or labels in memory: a Polars or pandas frame, an array, a list, a Hugging Face
            data set, a torch data set that holds its labels, or `Labels`.
        label: The label column, by name or position ("-1"); several one-hot columns. None: found by its usual names.
        split: The column of splits. None: read from the names of several files.
        group: The column of groups (patient, site, annotator).
        id: The column that tells samples apart.
        weight: The integer column of counts, for a table that is counted already.
        separator: What joins several labels in one text, such as "|".
        format: The file format, where the name does not tell it.
        header: Whether a CSV file has a header.
        extensions: The file suffixes that are samples in a folder tree, where they are not those of images.
        fold_tags: Count the token tags `B-PER` and `I-PER` as `PER`.
        classes: The class names in training-index order: a list, `class_to_idx`, `id2label`, a ClassLabel, a
            LabelEncoder, or categories.
        class_order: How classes that nobody declared are ordered.
        ignore: Labels that are no class, such as a void value.
        policy: Which rules run and where their limits are; None: all of them, with their own. `load_policy` reads one.
        memory: Bytes that ids may take while they are checked; the rows are read several times to keep within it.
        keep_ids: A parquet file to write the ids into, for `merge_audits` to check ids between shards.

    Raises:
        SourceError: the labels cannot be read.
        EmptySourceError: there are no rows.
        OptionError: an option does not fit.

    >>> scan(["cat", "cat", "dog"]).classes
    ('cat', 'dog')
    """
    given = {**locals(), "classes": None if classes is None else declared_names(classes)}
    labels = read(source, chosen(ReadOptions, given))
    return scan_labels(
        labels, class_order=class_order, ignore=ignore, policy=policy, memory=memory, keep_ids=keep_ids
    ).audit


def check(audit: Audit, *, fail_on: Severity = "error") -> Audit:
    """Return the audit, or stop: the gate before a training run.

    Raises:
        CheckFailedError: the audit has a finding of this severity or a more severe one.

    >>> check(scan(["cat"] * 30 + ["dog"] * 30)).classes
    ('cat', 'dog')
    """
    if failing := audit.at_least(fail_on):
        raise CheckFailedError(failing)
    return audit


class Scanned(NamedTuple):
    """An audit, and the labels as they were counted: whoever reads their rows again meets the same classes."""

    audit: Audit
    labels: Labels


def scan_labels(
    labels: Labels,
    *,
    class_order: OrderRule | None = None,
    ignore: Sequence[str] = (),
    policy: Policy | None = None,
    memory: int = MEMORY,
    keep_ids: str | PathLike[str] | None = None,
) -> Scanned:
    """Count the labels, then judge the counts. The arguments are those of `scan`.

    Raises:
        SourceError: the labels cannot be read.
        EmptySourceError: there are no rows.
        OptionError: an option does not fit.
    """
    check_types(labels.frame)
    with reading(labels):
        counts = to_class_counts(run(ClassTally(labels.names, labels.split_names), labels.frame))
    integers = labels.frame.collect_schema()["label"].is_integer() and not labels.names
    policy = policy or Policy()
    if names := meanings(labels, counts, policy.classes):
        labels = replace(labels, names={**labels.names, **names})
        counts = merge(replace(counts, label=tuple(names.get(name or "", name) for name in counts.label)))
    if not counts.total_samples:
        message = f"{plain(labels.path)} holds no rows: there is nothing to check."
        raise EmptySourceError(message)
    _refuse_foreign(ignore, counts)
    audit = judge(
        labels,
        counts,
        _collisions(labels, counts, memory),
        integers=integers,
        rule=class_order,
        ignore=ignore,
        policy=policy,
    )
    if keep_ids is not None:
        with reading(labels):
            kept = save_ids(labels, Path(keep_ids), fingerprint=audit.source.fingerprint)
        audit = replace(audit, id_state=kept)
    return Scanned(audit, labels)


def _refuse_foreign(ignore: Sequence[str], counts: ClassCounts) -> None:
    for label in ignore:
        if label not in counts.label:
            message = f"The label to ignore, {quoted(label)}, does not occur. Spell it exactly as in the data."
            raise OptionError(message)


def _collisions(labels: Labels, counts: ClassCounts, memory: int) -> tuple[IdCollision, ...] | None:
    columns = labels.frame.collect_schema().names()
    if "id" not in columns:
        return None
    tally = IdTally(
        splits=counts.splits,
        conflicts=not labels.several,
        names=labels.names,
        split_names=labels.split_names,
    )
    with reading(labels):
        # A weighted table has fewer rows than instances.
        rows = labels.frame.select("id").count().collect().item() if "weight" in columns else counts.total_instances
        passes = max(1, -(-rows * ID_BYTES // memory))
        return to_id_collisions(run(tally, labels.frame, passes=passes))
