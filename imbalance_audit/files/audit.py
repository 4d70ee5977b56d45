"""The only place that knows audit.json: one JSON object, the same bytes for the same data."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from imbalance_audit.display import plain
from imbalance_audit.errors import AuditFileError
from imbalance_audit.files.json_object import Kind, compact
from imbalance_audit.files.own_kinds import AUDIT_FILE
from imbalance_audit.files.staging import write_file
from imbalance_audit.records import Audit, ClassCounts, Coverage, Finding, IdCollision, Measures, Skew, Source

if TYPE_CHECKING:
    from os import PathLike

AUDIT = Kind(
    noun="an audit",
    format="imbalance-audit/audit",
    version=1,
    error=AuditFileError,
    way_out="Scan again: `audit scan` writes one.",
)


def dump_audit(audit: Audit) -> str:
    """Return the JSON text, one count, finding or coverage a line, with a newline at the end."""
    counts = audit.counts
    blocks: dict[str, object] = {
        "format": AUDIT.format,
        "version": AUDIT.version,
        "source": asdict(audit.source),
        "totals": {
            "samples": counts.total_samples,
            "instances": counts.total_instances,
            "unlabelled": counts.unlabelled,
            "classes": len(audit.classes),
        },
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
        "ids": None if audit.collisions is None else _Lines([asdict(found) for found in audit.collisions]),
    }
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
    found = AUDIT.read(path)
    try:
        return _from_json(found)
    except (KeyError, TypeError, AttributeError) as error:
        message = f"{plain(str(path))} is not a complete audit ({type(error).__name__}: {error}). {AUDIT.way_out}"
        raise AuditFileError(message) from error


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


def _from_json(found: dict[str, Any]) -> Audit:
    rows = found["counts"]
    counts = ClassCounts(
        split=tuple(row["split"] for row in rows),
        group=tuple(row["group"] for row in rows),
        label=tuple(row["label"] for row in rows),
        instances=tuple(row["instances"] for row in rows),
        samples=tuple(row["samples"] for row in rows),
        starts=tuple(row.get("starts", row["samples"]) for row in rows),
    )
    return Audit(
        source=Source(**{**found["source"], "notes": tuple(found["source"]["notes"])}),
        classes=tuple(found["classes"]),
        class_order=found["class_order"],
        counts=counts,
        overall=_skew_from_json(found["measures"]["overall"]),
        splits={name: _skew_from_json(skew) for name, skew in found["measures"]["splits"].items()},
        findings=tuple(Finding(**{**finding, "examples": tuple(finding["examples"])}) for finding in found["findings"]),
        coverage=tuple(Coverage(**coverage) for coverage in found["coverage"]),
        declared=found["declared"],
        ignored=tuple(found["ignored"]),
        collisions=_collisions_from_json(found.get("ids")),
    )


def _skew_from_json(found: dict[str, Any]) -> Skew:
    names = [field.name for field in fields(Measures)]
    raw, clean = ({name: values[name] for name in names} for values in (found, found["clean"]))
    return Skew(raw=Measures(**raw), clean=Measures(**clean))


def _collisions_from_json(found: list[dict[str, Any]] | None) -> tuple[IdCollision, ...] | None:
    if found is None:
        return None
    return tuple(IdCollision(**{**one, "at": tuple(one["at"]), "examples": tuple(one["examples"])}) for one in found)
