"""Small audits to judge: of counts, of cells with groups, of rows with ids, of samples with several labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.auditing.scanning import scan
from imbalance_audit.records import Labels

if TYPE_CHECKING:
    from imbalance_audit.records import Audit, Finding

Counts = Mapping[str | None, int]
Cell = tuple[str | None, str | None, str | None, int]

CLEAN: dict[str | None, Counts] = {
    "train": {"cat": 800, "dog": 790, "fox": 810},
    "val": {"cat": 100, "dog": 100, "fox": 100},
    "test": {"cat": 100, "dog": 100, "fox": 100},
}

BALANCED = [(split, None, label, n) for split, n in (("train", 800), ("val", 100)) for label in ("cat", "dog", "fox")]


def audit_counts(
    splits: Mapping[str | None, Counts], *, classes: Sequence[str] | None = None, multilabel: bool = False
) -> Audit:
    """Return the audit of split → label → rows."""
    rows = [(split, label, n) for split, counts in splits.items() for label, n in counts.items()]
    frame = pl.LazyFrame(rows, schema={"split": pl.String, "label": pl.String, "weight": pl.Int64}, orient="row")
    declared = None if classes is None else tuple(classes)
    return scan(Labels(frame, classes=declared, task="multilabel" if multilabel else "multiclass"))


def audit_cells(cells: Sequence[Cell], *, classes: Sequence[str] | None = None) -> Audit:
    """Return the audit of (split, group, label, rows)."""
    schema = {"split": pl.String, "group": pl.String, "label": pl.String, "weight": pl.Int64}
    frame = pl.LazyFrame(cells, schema=schema, orient="row")
    return scan(Labels(frame, classes=None if classes is None else tuple(classes)))


def counts(**n: int) -> Audit:
    """Return the audit of label → rows."""
    return audit_cells([(None, None, label, m) for label, m in n.items() if m])


def audit_rows(labels: Sequence[str | None], ids: Sequence[int | None], splits: Sequence[str]) -> Audit:
    """Return the audit of rows with ids, column by column."""
    return scan(Labels(pl.LazyFrame({"label": labels, "id": ids, "split": splits})))


def ids(rows: Sequence[tuple[str, int, str]]) -> Audit:
    """Return the audit of (label, id, split)."""
    return scan(Labels(pl.LazyFrame(rows, schema=["label", "id", "split"], orient="row")))


def audit_samples(samples: Sequence[Sequence[str]], *, unit: str = "row", splits: Sequence[str] | None = None) -> Audit:
    """Return the audit of samples that carry several labels each."""
    rows = []
    for place, labels in enumerate(samples):
        for i, label in enumerate(labels or [None]):
            split = None if splits is None else splits[place]
            rows.append((label, split, i == 0, label not in labels[:i]))
    names = ["label", "split", "new_sample", "new_label"]
    frame = pl.LazyFrame(rows, schema=names, orient="row", infer_schema_length=None)
    frame = frame.with_columns(pl.col("label", "split").cast(pl.String))
    task = "multilabel" if unit == "row" else "multiclass"
    return scan(Labels(frame, task=task, unit=unit))  # type: ignore[arg-type]  # -- a literal from the test


def of_rule(audit: Audit, code: str) -> list[Finding]:
    """Return the findings of one rule, which must have run."""
    states = {coverage.code: coverage.state for coverage in audit.coverage}
    found = [finding for finding in audit.findings if finding.code == code]
    assert states[code] == ("failed" if found else "passed")
    return found
