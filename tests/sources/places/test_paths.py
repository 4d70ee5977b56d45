"""What the names of files and folders say: hive keys, splits, and tables that are managed by a log."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from imbalance_audit import scan
from imbalance_audit.errors import SourceError
from imbalance_audit.records import Labels
from imbalance_audit.sources import ReadOptions, read


def rows(labels: Labels, *columns: str) -> list[tuple[object, ...]]:
    names = columns or ("label",)
    return sorted(labels.frame.select(names).collect(engine="streaming").rows(), key=repr)


def write(path: Path, /, **columns: list[object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(columns).to_parquet(path, index=False)
    return path


@pytest.mark.parametrize("name", ["h", "h/*/*.parquet", "h/**/*.parquet", "h/*"])
def test_hive_keys_stay_text_and_serve_as_label(tmp_path: Path, name: str) -> None:
    for key in ("005", "010", "__HIVE_DEFAULT_PARTITION__", "a%2Fb"):
        write(tmp_path / "h" / f"label={key}" / "part-0.parquet", x=[1, 2])

    labels = read(str(tmp_path / name), ReadOptions(label=("label",)))

    assert rows(labels) == [("005",)] * 2 + [("010",)] * 2 + [("a/b",)] * 2 + [(None,)] * 2


def test_a_hive_key_serves_as_split_and_is_normalised(tmp_path: Path) -> None:
    write(tmp_path / "h" / "split=training" / "p.parquet", label=["a"])
    write(tmp_path / "h" / "split=dev" / "p.parquet", label=["b"])

    assert scan(tmp_path / "h", split="split").counts.splits == ("train", "val")
    assert scan(tmp_path / "h").counts.splits == ("train", "val")


def test_a_key_above_the_named_folder_is_no_column(tmp_path: Path) -> None:
    write(tmp_path / "label=9" / "in" / "site=1" / "p.parquet", label=["a"])

    assert rows(read(tmp_path / "label=9" / "in", ReadOptions(group="site")), "label", "group") == [("a", "1")]
    assert rows(read(tmp_path / "label=9" / "in" / "site=1" / "p.parquet")) == [("a",)]


def test_many_hive_values_are_read_in_one_scan(tmp_path: Path) -> None:
    for i in range(100):
        file = tmp_path / "h" / f"label={i:03}" / "p.csv"
        file.parent.mkdir(parents=True)
        file.write_text("x\n1\n2\n")

    labels = read(tmp_path / "h", ReadOptions(label=("label",)))

    assert rows(labels) == [(f"{i:03}",) for i in range(100) for _ in range(2)]
    assert labels.frame.explain().count("Csv SCAN") <= 1


@pytest.mark.parametrize("log", ["_delta_log/00000000000000000000.json", "metadata/v1.metadata.json"])
@pytest.mark.parametrize("name", ["t/*.parquet", "t/p.parquet", "t/**/*.parquet"])
def test_a_managed_table_is_not_read_file_by_file(tmp_path: Path, log: str, name: str) -> None:
    write(tmp_path / "t" / "p.parquet", label=["a"])
    (tmp_path / "t" / log).parent.mkdir()
    (tmp_path / "t" / log).write_text("{}")

    with pytest.raises(SourceError, match=r"t is an? (Delta|Iceberg) table: its files hold deleted rows"):
        read(str(tmp_path / name))


def test_what_pandas_makes_of_gaps_does_not_split_a_column(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", label=[1, 2], extra=["only here", ""])
    write(tmp_path / "b.parquet", label=[1, None])
    write(tmp_path / "c.parquet", label=[None, None])

    labels = read(tmp_path)

    assert rows(labels) == [(1,), (1,), (2,), (None,), (None,), (None,)]
    assert labels.notes == ('Column "label" holds whole numbers as floats: read as integers.',)


def test_files_take_their_split_from_their_names(tmp_path: Path) -> None:
    write(tmp_path / "train-00000-of-00002.parquet", label=["a"])
    write(tmp_path / "train-00001-of-00002.parquet", label=["b"])
    write(tmp_path / "validation.parquet", label=["c"])
    write(tmp_path / "my_eval.parquet", label=["d"])

    labels = read(tmp_path)

    assert rows(labels, "label", "split") == [("a", "train"), ("b", "train"), ("c", "val"), ("d", "test")]
    assert labels.notes == ()


def test_trainval_is_no_split_and_leaves_a_note(tmp_path: Path) -> None:
    a = write(tmp_path / "trainval.parquet", label=["a"])
    b = write(tmp_path / "test.parquet", label=["b"])

    labels = read([a, b])

    assert rows(labels, "label", "split") == [("a", None), ("b", "test")]
    assert labels.notes == ("1 of 2 files name no split (train, val, test): their rows have none.",)


def test_one_file_called_train_has_no_split(tmp_path: Path) -> None:
    assert read(write(tmp_path / "train.parquet", label=["a"])).frame.collect_schema().names() == ["label"]


def test_a_split_column_wins_over_file_names(tmp_path: Path) -> None:
    write(tmp_path / "train.parquet", label=["a", "b"], part=["Validation", "holdout"])
    write(tmp_path / "test.parquet", label=["c", "d"], part=["TRAINING", None])

    counts = scan(tmp_path, split="part").counts

    assert list(zip(counts.split, counts.label, strict=True)) == [
        (None, "d"),
        ("holdout", "b"),
        ("train", "c"),
        ("val", "a"),
    ]


def test_a_folder_name_gives_the_split(tmp_path: Path) -> None:
    write(tmp_path / "d" / "train" / "p.parquet", label=["a"])
    write(tmp_path / "d" / "val" / "p.parquet", label=["b"])

    assert rows(read(tmp_path / "d"), "label", "split") == [("a", "train"), ("b", "val")]


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet", "arrow", "arrows"])
def test_hive_values_beyond_one_scan_each_are_looked_up_in_every_format(tmp_path: Path, suffix: str) -> None:
    writers = {"csv": "csv", "jsonl": "ndjson", "parquet": "parquet", "arrow": "ipc", "arrows": "ipc_stream"}
    keys = [f"k %25{i} é'[x]" for i in range(70)]
    for key in keys:
        file = tmp_path / "h" / f"label={key}" / f"p.{suffix}"
        file.parent.mkdir(parents=True)
        frame = pl.DataFrame({"x": ["1", "2"]})
        getattr(frame, f"write_{writers[suffix]}")(file)

    labels = read(tmp_path / "h", ReadOptions(label=("label",), group="x"))

    expected = sorted(((key.replace("%25", "%"), x) for key in keys for x in "12"), key=repr)
    assert rows(labels, "label", "group") == expected
    assert labels.untyped


def test_a_pattern_that_the_shell_expanded_gives_the_same_hive_keys(tmp_path: Path) -> None:
    files = [write(tmp_path / "h" / f"label={key}" / "p.parquet", x=[1]) for key in ("a", "b")]
    options = ReadOptions(label=("label",))

    assert rows(read(files, options)) == rows(read(tmp_path / "h" / "*" / "*.parquet", options)) == [("a",), ("b",)]
    assert rows(read(tmp_path / "h" / "label=a" / "*.parquet", options)) == [("a",)]
    assert rows(read(tmp_path / "h" / "label=a", options)) == [("a",)]


def test_a_column_in_the_file_wins_over_a_folder_name(tmp_path: Path) -> None:
    assert rows(read(write(tmp_path / "label=9" / "p.parquet", label=["a"]))) == [("a",)]
