"""The rodents' pipeline against what is known of the data, counted without this package."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow.parquet

from imbalance_audit import scan

PIPELINE = Path(__file__).parents[2] / "pipelines/portal_rodents.py"


def test_the_counts_are_those_of_a_plain_counter_over_the_file() -> None:
    table = pyarrow.parquet.read_table(PIPELINE.parent / "data/portal_rodents.parquet")
    expected = Counter(zip(map(str, table["plot_id"].to_pylist()), table["species_id"].to_pylist(), strict=True))

    counts = scan(PIPELINE).counts

    assert dict(zip(zip(counts.group, counts.label, strict=True), counts.instances, strict=True)) == expected
    assert counts.total_samples == 35_549
    assert counts.unlabelled == 763


def test_the_skew_is_the_published_one() -> None:
    measures = scan(PIPELINE).overall.raw

    assert (measures.classes, measures.imbalance_ratio, measures.largest) == (48, 10_596, "DM")
