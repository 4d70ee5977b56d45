"""Counts → audit: the same counts give the same audit, and every change of a policy is judged anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl
import pytest

from imbalance_audit.auditing.scanning import scan
from imbalance_audit.counting.class_tally import to_class_counts
from imbalance_audit.records import ClassCounts


def test_judging_looks_at_all_counts_a_fixed_number_of_times_however_many_the_classes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: dict[int, int] = {}

    class Watched(tuple[str | None, ...]):
        def __iter__(self) -> Iterator[str | None]:
            looked[len(self)] = looked.get(len(self), 0) + 1
            return super().__iter__()

    def watched(table: pl.DataFrame) -> ClassCounts:
        counts = to_class_counts(table)
        return replace(counts, split=Watched(counts.split))

    monkeypatch.setattr("imbalance_audit.auditing.scanning.to_class_counts", watched)
    for classes in (200, 400):
        scan([f"class {i}" for i in range(classes)])

    assert looked[200] == looked[400] < 50
