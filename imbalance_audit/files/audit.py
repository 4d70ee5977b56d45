"""The only place that knows audit.json: one JSON object, the same bytes for the same data."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from imbalance_audit.display import plain
from imbalance_audit.errors import AuditFileError
from imbalance_audit.files.json_object import JsonKind, compact, shown
from imbalance_audit.files.own_kinds import AUDIT_FILE
from imbalance_audit.files.staging import write_file
from imbalance_audit.files.wire import Natural, extended, many, named, record_of, wire_of
from imbalance_audit.records import (
    Audit,
    ClassCounts,
    Coverage,
    Finding,
    IdCollision,
    Measures,
    OrderRule,
    Skew,
    Source,
    digest_of,
    fingerprint,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

_Code = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}[0-9]{3}$")]


class _Totals(msgspec.Struct, forbid_unknown_fields=True):
    samples: Natural
    instances: Natural
    unlabelled: Natural
    classes: Natural


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    split: str | None
    group: str | None
    label: str | None
    instances: Natural
    samples: Natural
    starts: Natural | msgspec.UnsetType = msgspec.UNSET


@cache
def _wire() -> type[msgspec.Struct]:
    skew = extended(Measures, "Skew", clean=wire_of(Measures))
    measures = msgspec.defstruct("Measures", [("overall", skew), ("splits", named(skew))], forbid_unknown_fields=True)
    return msgspec.defstruct(
        "Audit",
        [
            ("format", str),
            ("version", int),
            ("digest", str),
            ("source", wire_of(Source)),
            ("totals", _Totals),
            ("class_order", OrderRule),
            ("declared", bool),
            ("ignored", tuple[str, ...]),
            ("classes", tuple[str, ...]),
            ("counts", many(_Row)),
            ("measures", measures),
            ("findings", many(extended(Finding, "Finding", code=_Code))),
            ("coverage", many(extended(Coverage, "Coverage", code=_Code))),
            ("id_state", str | None),
            ("ids", many(wire_of(IdCollision)) | None),
        ],
        forbid_unknown_fields=True,
    )


AUDIT: JsonKind[Any] = JsonKind(
    noun="an audit",
    format="imbalance-audit/audit",
    version=1,
    error=AuditFileError,
    way_out="Scan again: `audit scan` writes one.",
    wire=_wire,
)


def dump_audit(audit: Audit) -> str:
    """Return the JSON text, one count, finding or coverage a line, with a newline at the end."""
    counts = audit.counts
    blocks: dict[str, object] = {
        "format": AUDIT.format,
        "version": AUDIT.version,
        "source": asdict(audit.source),
        "totals": _totals(audit),
        "class_order": audit.class_order,
        "declared": audit.declared,
        "ignored": list(audit.ignored),
        "classes": list(audit.classes),
        "counts": _Lines(_counts_to_json(counts)),
        "measures": {
            "overall": _skew_to_json(audit.overall),
            "splits": {name: _skew_to_json(skew) for name, skew in audit.splits.items()},
        },
        "findings": _Lines([asdict(finding) for finding in audit.findings]),
        "coverage": _Lines([asdict(coverage) for coverage in audit.coverage]),
        "id_state": audit.id_state,
        "ids": None if audit.collisions is None else _Lines([asdict(found) for found in audit.collisions]),
    }
    blocks = {**dict(list(blocks.items())[:2]), "digest": digest_of(blocks), **dict(list(blocks.items())[2:])}
    body = ",\n".join(f"{json.dumps(key)}: {_dump(value)}" for key, value in blocks.items())
    return "{" + body + "}\n"


def save_audit(audit: Audit, path: str | PathLike[str]) -> None:
    """Write audit.json in one step.

    Raises:
        OptionError: the path cannot be written.
    """
    write_file(path, dump_audit(audit).encode(), AUDIT_FILE)


def load_audit(path: str | PathLike[str]) -> Audit:
    """Return the audit that a file holds.

    Raises:
        AuditFileError: there is no such file, or it is not an audit of this version, or it is incomplete.
    """
    found, name = AUDIT.read(path), plain(str(path))
    audit = _record(found)
    for place, expected, got in _contradictions(audit, found):
        raise AUDIT.wrong(name, place, expected, got)
    return audit


class _Lines(list[dict[str, object]]):
    """A list that is written one item a line, so that a change of the data is a change of lines."""


def _dump(value: object) -> str:
    if isinstance(value, _Lines):
        return "[" + ",".join(f"\n {compact(item)}" for item in value) + "]"
    return compact(value)


def _counts_to_json(counts: ClassCounts) -> list[dict[str, object]]:
    columns = zip(
        counts.split, counts.group, counts.label, counts.instances, counts.samples, counts.starts, strict=True
    )
    return [
        {"split": split, "group": group, "label": label, "instances": instances, "samples": samples}
        | ({} if starts == samples else {"starts": starts})
        for split, group, label, instances, samples, starts in columns
    ]


def _skew_to_json(skew: Skew) -> dict[str, object]:
    return {**asdict(skew.raw), "clean": asdict(skew.clean)}


def _record(found: Any) -> Audit:  # noqa: ANN401 -- of the type of `_wire`
    rows = found.counts
    counts = ClassCounts(
        split=tuple(row.split for row in rows),
        group=tuple(row.group for row in rows),
        label=tuple(row.label for row in rows),
        instances=tuple(row.instances for row in rows),
        samples=tuple(row.samples for row in rows),
        starts=tuple(row.samples if row.starts is msgspec.UNSET else row.starts for row in rows),
    )
    return Audit(
        source=record_of(Source, found.source),
        classes=found.classes,
        class_order=found.class_order,
        counts=counts,
        overall=_skew(found.measures.overall),
        splits={name: _skew(skew) for name, skew in found.measures.splits.items()},
        findings=tuple(record_of(Finding, one) for one in found.findings),
        coverage=tuple(record_of(Coverage, one) for one in found.coverage),
        declared=found.declared,
        id_state=found.id_state,
        ignored=found.ignored,
        collisions=None if found.ids is None else tuple(record_of(IdCollision, one) for one in found.ids),
    )


def _skew(found: Any) -> Skew:  # noqa: ANN401 -- of the type of `_wire`
    return Skew(raw=record_of(Measures, found), clean=record_of(Measures, found.clean))


def _contradictions(audit: Audit, found: Any) -> Iterator[tuple[str, str, str]]:  # noqa: ANN401 -- of the type of `_wire`
    """Yield what cannot be, though every type is right: place, what is expected, what is there."""
    yield from _of_counts(audit.counts)
    for key, value in _totals(audit).items():
        if getattr(found.totals, key) != value:
            yield f"totals.{key}", f"{value}, as counted", str(getattr(found.totals, key))
    if audit.source.fingerprint != fingerprint(audit.counts):
        yield "source.fingerprint", "that of the counts", shown(audit.source.fingerprint)
    if set(audit.splits) != set(audit.counts.splits):
        yield "measures.splits", "one for each split that is counted", "others"
    codes = [one.code for one in audit.coverage]
    if len(set(codes)) < len(codes):
        yield "coverage", "a line for each rule", "one twice"
    yield from _of_classes(audit)


def _of_counts(counts: ClassCounts) -> Iterator[tuple[str, str, str]]:
    keys = list(zip(counts.split, counts.group, counts.label, strict=True))
    if keys != sorted(set(keys), key=lambda key: [(name is not None, name or "") for name in key]):
        yield "counts", "sorted by split, group and label, each once", "another order, or one twice"
    columns = zip(counts.samples, counts.starts, counts.instances, strict=True)
    for at, (samples, starts, instances) in enumerate(columns):
        if not starts <= samples <= instances:
            yield f"counts[{at}]", "starts ≤ samples ≤ instances", f"{starts}, {samples}, {instances}"


def _of_classes(audit: Audit) -> Iterator[tuple[str, str, str]]:
    classes = audit.classes
    if len(set(classes)) < len(classes):
        yield "classes", "names, each once", "one twice"
    trained = audit.counts.of_split(audit.counts.training).per_label().keys() - set(audit.ignored)
    if not audit.declared and trained != set(classes):
        yield "classes", "the labels that are counted", "others"
    if audit.source.task != "multilabel" and (audit.source.task == "binary") != (len(classes) == 2):
        yield "source.task", "binary for two classes, and for no other number", shown(audit.source.task)


def _totals(audit: Audit) -> dict[str, int]:
    return {
        "samples": audit.counts.total_samples,
        "instances": audit.counts.total_instances,
        "unlabelled": audit.counts.unlabelled,
        "classes": len(audit.classes),
    }
