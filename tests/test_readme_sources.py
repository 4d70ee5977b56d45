"""Each row of README's table of sources is read by the command, or from Python, with the extra that the row names."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import polars as pl
import pytest
import torch
from torch.utils.data import TensorDataset

from imbalance_audit import scan
from tests.sources.samples import BY_SPLIT, ROWS, SAMPLES, TOGETHER, frame

ROOT = Path(__file__).parents[1]
LABELS = [label for _, label in ROWS]
CODES = [("cat", "dog", "fox").index(label) for label in LABELS]

EXECUTED_BY: dict[str, tuple[str, ...]] = {
    "parquet": ("parquet",),
    "hive partitions": ("hive parquet",),
    "CSV, TSV": ("CSV", "TSV", "CSV.gz"),
    "JSON lines": ("JSON lines",),
    "JSON: a list": ("JSON document",),
    "Arrow IPC": ("Arrow file", "Arrow stream"),
    "Delta": ("Delta",),
    "Iceberg": ("Iceberg",),
    "Hugging Face: `save_to_disk`": ("Hugging Face save_to_disk",),
    "Hugging Face: parquet": ("Hugging Face parquet",),
    "text list": ("text list",),
    "CoNLL |": ("CoNLL",),
    "CoNLL-U |": ("CoNLL-U",),
    "NumPy": ("npz", "npy"),
    "class folders": ("class folders",),
    "WebDataset": ("WebDataset",),
    "segmentation masks": ("masks",),
    "COCO, LVIS": ("COCO", "LVIS"),
    "YOLO": ("YOLO",),
    "Pascal VOC": ("Pascal VOC",),
    "Label Studio": ("Label Studio",),
    "a table that is counted already": ("already-counted table",),
    "a pipeline": ("pipeline",),
}
"""How a row of the table begins → the samples that execute it."""

ELSEWHERE = ("`s3://`", "in memory")
"""Rows that the two tests at the end execute."""


def rows() -> list[str]:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = re.search(r"^\| source \| label \| split \| extra \|\n\|[-|]+\|\n((?:\|.*\n)+)", readme, flags=re.MULTILINE)
    assert table is not None
    return table[1].splitlines()


def test_each_row_of_the_table_is_executed_and_each_sample_has_a_row() -> None:
    begun = [[start for start in (*EXECUTED_BY, *ELSEWHERE) if row.startswith(f"| {start}")] for row in rows()]

    assert all(len(starts) == 1 for starts in begun), begun
    assert {starts[0] for starts in begun} == {*EXECUTED_BY, *ELSEWHERE}
    assert {name for names in EXECUTED_BY.values() for name in names} == set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_command_reads_what_the_row_promises_with_the_extra_it_names(name: str, tmp_path: Path) -> None:
    sample = SAMPLES[name]
    (tmp_path / "data").mkdir()
    source = sample.build(tmp_path / "data")

    assert counted(str(source), *sample.options, folder=tmp_path) == (sample.kind, sample.unit, dict(sample.counts))
    start = next(start for start, names in EXECUTED_BY.items() if name in names)
    extra = next(row for row in rows() if row.startswith(f"| {start}")).split("|")[-2].strip()
    assert extra.split(" ")[0] == ("–" if sample.extra is None else f"`{sample.extra}`")


def test_the_command_reads_a_table_in_an_object_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = pytest.importorskip("moto.server").ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    boto3 = pytest.importorskip("boto3")
    server.start()
    host, port = server.get_host_and_port()
    address = {"AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ALLOW_HTTP": "true", "AWS_REGION": "us-east-1"}
    for key, value in {**address, "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}.items():
        monkeypatch.setenv(key, value)
    frame().write_parquet(tmp_path / "labels.parquet")
    try:
        store: Any = boto3.client("s3", region_name="us-east-1", endpoint_url=address["AWS_ENDPOINT_URL"])
        store.create_bucket(Bucket="zoo")
        store.put_object(Bucket="zoo", Key="labels.parquet", Body=(tmp_path / "labels.parquet").read_bytes())

        found = counted("s3://zoo/labels.parquet", "--split", "split", folder=tmp_path)
    finally:
        server.stop()

    assert found == ("parquet", "row", dict(BY_SPLIT))


@pytest.mark.parametrize(
    "build",
    [
        frame,
        lambda: frame().lazy(),
        lambda: frame().to_pandas(),
        lambda: frame().to_dict(as_series=False),
        lambda: datasets.Dataset.from_dict(frame().to_dict(as_series=False)),
    ],
    ids=["polars", "lazy polars", "pandas", "dict", "Hugging Face"],
)
def test_tables_in_memory_are_read(build: Callable[[], object]) -> None:
    counts = scan(build(), split="split").counts

    assert dict(zip(zip(counts.split, counts.label, strict=True), counts.instances, strict=True)) == BY_SPLIT


@pytest.mark.parametrize(
    "build",
    [
        lambda: LABELS,
        lambda: np.array(LABELS),
        lambda: pl.Series(LABELS),
        lambda: torch.tensor(CODES),
        lambda: TensorDataset(torch.zeros(len(CODES), 2), torch.tensor(CODES)),
    ],
    ids=["list", "numpy", "series", "torch tensor", "torch data set"],
)
def test_labels_in_memory_are_read(build: Callable[[], object]) -> None:
    counts = scan(build(), classes=["cat", "dog", "fox"]).counts

    assert dict(zip(zip(counts.split, counts.label, strict=True), counts.instances, strict=True)) == TOGETHER


def counted(source: str, *options: str, folder: Path) -> tuple[str, str, dict[tuple[str | None, str | None], int]]:
    """Return the kind, the unit, and (split, label) → instances as `audit scan` writes them."""
    command = [sys.executable, "-m", "imbalance_audit", "scan", source, *options, "--json", str(folder / "audit.json")]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    audit = json.loads((folder / "audit.json").read_text())
    counts = {(row["split"], row["label"]): row["instances"] for row in audit["counts"]}
    return audit["source"]["kind"], audit["source"]["unit"], counts
