"""What identifies data and files: the fingerprint of counts, the digest of a JSON object."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imbalance_audit.records.counts import ClassCounts


def fingerprint(counts: ClassCounts) -> str:
    """Return the SHA-256 over the sorted (split, label, instances) table, whatever the order or cut of the rows."""
    totals: dict[tuple[str | None, str | None], int] = {}
    for split, label, n in zip(counts.split, counts.label, counts.instances, strict=True):
        totals[split, label] = totals.get((split, label), 0) + n
    digest = hashlib.sha256()
    # Null sorts first; JSON tells null from "null" and keeps any label on one line.
    for cell in sorted(totals, key=lambda cell: [(name is not None, name or "") for name in cell]):
        digest.update(json.dumps([*cell, totals[cell]]).encode() + b"\n")
    return digest.hexdigest()


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a JSON object without its key `digest`, however the object is laid out in its file.

    What is hashed are the bytes of `json.dumps(content, sort_keys=True, separators=(",", ":"))`.

    >>> digest_of({"b": 1, "a": [2.0]}) == digest_of({"a": [2.0], "b": 1, "digest": "…"})
    True
    """
    whole = {key: value for key, value in content.items() if key != "digest"}
    return hashlib.sha256(json.dumps(whole, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
