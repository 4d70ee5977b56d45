"""Delta and Iceberg tables, written by deltalake and pyiceberg, after rows were deleted from them."""

from __future__ import annotations

import json
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from imbalance_audit import scan
from imbalance_audit.errors import MissingExtraError, SourceError
from imbalance_audit.records import Audit
from imbalance_audit.sources import ReadOptions, read

deltalake = pytest.importorskip("deltalake")
sql = pytest.importorskip("pyiceberg.catalog.sql")

ROWS = {"id": list(range(6)), "label": ["a", "b", "a", "c", "a", "b"], "part": ["train"] * 4 + ["test"] * 2}
LEFT = {("train", "a"): 2, ("train", "b"): 1, ("test", "a"): 1, ("test", "b"): 1}
"""What is left of them once the label c is deleted."""


def delta(folder: Path) -> Path:
    deltalake.write_deltalake(folder, pa.table(ROWS), partition_by=["part"])
    deltalake.DeltaTable(folder).delete("label = 'c'")
    return folder


@pytest.mark.filterwarnings("ignore")
def iceberg(folder: Path) -> Path:
    folder.mkdir(parents=True)
    catalog = sql.SqlCatalog("c", uri=f"sqlite:///{folder}/c.db", warehouse=f"file://{folder}")
    catalog.create_namespace("n")
    table = catalog.create_table("n.t", schema=pa.table(ROWS).schema)
    table.append(pa.table(ROWS))
    table.delete("label = 'c'")
    catalog.close()
    return folder / "n" / "t"


WRITERS = pytest.mark.parametrize("write", [delta, iceberg])
Write = Callable[[Path], Path]


def counted(audit: Audit) -> dict[tuple[str | None, str | None], int]:
    counts = audit.counts
    return dict(zip(zip(counts.split, counts.label, strict=True), counts.instances, strict=True))


@WRITERS
def test_deleted_rows_are_not_counted(tmp_path: Path, write: Write) -> None:
    table = write(tmp_path / "lake")
    files = len(pl.read_parquet(table / "**" / "*.parquet", hive_partitioning=False))

    audit = scan(table, label="label", split="part", id="id")

    assert counted(audit) == LEFT
    assert files > sum(LEFT.values())
    assert (audit.source.kind, audit.source.path) == (write.__name__, table.name)


@WRITERS
def test_the_files_of_a_table_are_not_read_one_by_one(tmp_path: Path, write: Write) -> None:
    table = write(tmp_path / "lake")
    file = next(iter(sorted(table.rglob("*.parquet"))))

    for name in (file, table / "**" / "*.parquet", file.parent, table.parent):
        with pytest.raises(
            SourceError, match=rf"^{table.name} is an? .* Pass the table's folder alone: {table.name}\.$"
        ):
            read(name)


@WRITERS
def test_several_tables_take_their_splits_from_their_names(tmp_path: Path, write: Write) -> None:
    tables = [shutil.copytree(write(tmp_path / "lake"), tmp_path / "train"), tmp_path / "lake" / "val"]
    tables[1] = shutil.copytree(tables[0], tmp_path / "val")

    counts = counted(scan(tables, label="label"))

    assert counts == {(split, label): n for split in ("train", "val") for label, n in {"a": 3, "b": 2}.items()}


@WRITERS
def test_labels_of_a_table_can_be_pickled_and_keep_its_state(tmp_path: Path, write: Write) -> None:
    labels = read(write(tmp_path / "lake"), ReadOptions(label=("label",)))
    if write is delta:
        deltalake.write_deltalake(tmp_path / "lake", pa.table(ROWS), mode="append")

    again = pickle.loads(pickle.dumps(labels))  # noqa: S301 -- made one line above

    assert again.frame.collect().height == labels.frame.collect().height == sum(LEFT.values())


def test_one_state_of_an_iceberg_table_is_its_metadata_file(tmp_path: Path) -> None:
    table = iceberg(tmp_path / "lake")
    states = sorted((table / "metadata").glob("*.metadata.json"))

    assert [len(read(state, ReadOptions(label=("label",))).frame.collect()) for state in states[1:]] == [6, 5]

    (table / "metadata" / "version-hint.text").write_text("7")
    shutil.copy(states[1], table / "metadata" / "v7.metadata.json")
    assert len(read(table, ReadOptions(label=("label",))).frame.collect()) == 6


def test_states_of_the_same_number_are_told_by_their_time(tmp_path: Path) -> None:
    table = iceberg(tmp_path / "lake")
    newest = max((table / "metadata").glob("*.metadata.json"))
    older = json.loads(newest.read_text()) | {"last-updated-ms": 1, "current-snapshot-id": -1}
    (table / "metadata" / f"{newest.name[:5]}-zzz.metadata.json").write_text(json.dumps(older))

    assert counted(scan(table, label="label", split="part")) == LEFT

    (table / "metadata" / f"{newest.name[:5]}-yyy.metadata.json").write_text("{}")
    with pytest.raises(SourceError, match=r"is no metadata of an Iceberg table"):
        read(table)


@WRITERS
def test_a_table_that_lacks_a_file_is_no_smaller_table(tmp_path: Path, write: Write) -> None:
    table = write(tmp_path / "lake")
    for file in table.rglob("*.parquet"):
        file.unlink()

    with pytest.raises(SourceError, match=rf"^{table.name} (is no longer there, or lacks one|does not exist)"):
        scan(table, label="label")


@WRITERS
def test_a_damaged_log_is_one_sentence(tmp_path: Path, write: Write) -> None:
    table = write(tmp_path / "lake")
    for log in [*table.glob("_delta_log/*.json"), *table.glob("metadata/*.metadata.json")]:
        log.write_bytes(log.read_bytes()[:50])

    with pytest.raises(SourceError, match=rf"^{table.name} cannot be read: [^\n]*$"):
        read(table)


def test_an_empty_log_and_a_feature_from_the_future_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty" / "_delta_log").mkdir(parents=True)
    with pytest.raises(SourceError, match=r"^empty cannot be read: "):
        read(tmp_path / "empty")

    log = delta(tmp_path / "lake") / "_delta_log" / "00000000000000000000.json"
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    future = {"protocol": {"minReaderVersion": 99, "minWriterVersion": 99}}
    log.write_text("\n".join(json.dumps(future if "protocol" in line else line) for line in lines))
    with pytest.raises(SourceError, match=r"^lake cannot be read: .*Unsupported minimum reader version 99"):
        read(tmp_path / "lake")


def test_rows_that_a_deletion_vector_hides_never_count(tmp_path: Path) -> None:
    log = delta(tmp_path / "lake") / "_delta_log" / "00000000000000000000.json"
    (log.parent / "00000000000000000001.json").unlink()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    vector = {
        "storageType": "u", "pathOrInlineDv": "ab^-aqEH.-t@S}K{vb[*k^", "offset": 4, "sizeInBytes": 40, "cardinality": 1
    }  # fmt: skip
    feature = ["deletionVectors"]
    protocol = {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": feature, "writerFeatures": feature}
    for line in lines:
        if "add" in line:
            line["add"]["deletionVector"] = vector
    log.write_text("\n".join(json.dumps({"protocol": protocol} if "protocol" in line else line) for line in lines))

    with pytest.raises(SourceError, match=r"^lake "):
        scan(tmp_path / "lake", label="label")


@WRITERS
def test_without_the_library_the_extra_is_named(tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    table = write(tmp_path / "lake")
    monkeypatch.setattr("imbalance_audit.sources.layouts.lakes.find_spec", {}.get)

    with pytest.raises(MissingExtraError, match=rf"imbalance-audit\[{write.__name__}\]"):
        read(table)


@WRITERS
def test_the_command_reads_a_table(tmp_path: Path, write: Write) -> None:
    table = write(tmp_path / "lake")
    options = ["--label", "label", "--split", "part", "--json", "-"]

    done = subprocess.run(
        [sys.executable, "-m", "imbalance_audit", "scan", table, *options], capture_output=True, text=True, check=True
    )

    assert {(c["split"], c["label"]): c["instances"] for c in json.loads(done.stdout)["counts"]} == LEFT


def test_options_that_mean_nothing_for_a_table_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"lake is delta, where --extensions means nothing"):
        read(delta(tmp_path / "lake"), ReadOptions(extensions=(".jpg",)))
