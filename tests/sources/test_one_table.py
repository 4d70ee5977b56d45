"""Files, folders and patterns read as one table."""

from __future__ import annotations

import gzip
import os
import pickle
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from imbalance_audit.errors import EmptySourceError, SourceError
from imbalance_audit.records import Labels
from imbalance_audit.sources import ReadOptions, read


def rows(labels: Labels, *columns: str) -> list[tuple[object, ...]]:
    names = columns or ("label",)
    return sorted(labels.frame.select(names).collect(engine="streaming").rows(), key=repr)


def write(path: Path, /, **columns: list[object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(columns).to_parquet(path, index=False)
    return path


def test_a_parquet_file_from_pandas_gives_its_label_column(tmp_path: Path) -> None:
    labels = read(write(tmp_path / "a.parquet", label=["cat", "dog", None], path=["1", "2", "3"]))

    assert rows(labels) == [("cat",), ("dog",), (None,)]
    assert (labels.kind, labels.path, labels.task, labels.untyped) == ("parquet", "a.parquet", "multiclass", False)
    assert labels.frame.collect_schema().names() == ["label"]


def test_a_spark_folder_is_read_without_its_leftovers(tmp_path: Path) -> None:
    write(tmp_path / "out" / "part-0000.snappy.parquet", label=["a"])
    write(tmp_path / "out" / "part-0001.snappy.parquet", label=["b"])
    write(tmp_path / "out" / "_temporary" / "0" / "part-0002.parquet", label=["half-written"])
    for leftover in ("_SUCCESS", "._SUCCESS.crc", ".part-0000.snappy.parquet.crc", "_metadata"):
        (tmp_path / "out" / leftover).write_bytes(b"crc\0")

    assert rows(read(tmp_path / "out")) == [("a",), ("b",)]
    assert rows(read(tmp_path / "out" / "*")) == [("a",), ("b",)]


def test_shards_of_different_types_name_the_file_and_both_types(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", label=[1])
    write(tmp_path / "b.parquet", label=["x"])

    with pytest.raises(SourceError, match=r'^Column "label" is Int64 in a.parquet and String in b.parquet\. Write it'):
        read(tmp_path)


def test_a_shard_without_the_column_is_named(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", label=[1])
    write(tmp_path / "b.parquet", lable=[1])

    with pytest.raises(SourceError, match=r'^b.parquet has no column "label", which a.parquet has'):
        read(tmp_path)


@pytest.mark.parametrize("name", ["[x] y.csv", "a*b.csv", "a?.csv", "with space.csv", "{a}.csv", "ünï.csv"])
def test_a_file_name_with_pattern_characters_is_taken_as_it_is(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("id,label\n1,cat\n")
    (tmp_path / "x y.csv").write_text("id,label\n1,other\n")
    (tmp_path / (name + ".jsonl")).write_text('{"label": "dog"}\n')
    (tmp_path / (name + ".jsonl")).rename(tmp_path / name.replace("csv", "jsonl"))

    assert rows(read(tmp_path / name)) == [("cat",)]
    assert rows(read(tmp_path / name.replace("csv", "jsonl"))) == [("dog",)]


def test_a_folder_called_like_a_file_is_a_folder(tmp_path: Path) -> None:
    write(tmp_path / "data.parquet" / "part-0.parquet", label=["a"])

    labels = read(tmp_path / "data.parquet")

    assert (rows(labels), labels.path) == ([("a",)], "data.parquet")


def test_a_relative_path_is_kept_and_an_absolute_one_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [write(tmp_path / "d" / f"{name}.parquet", label=["a"]) for name in "abcde"]
    monkeypatch.chdir(tmp_path)

    assert read("d/a.parquet").path == "d/a.parquet"
    assert read(tmp_path / "d" / "*.parquet").path == "*.parquet"
    assert read(files).path == "a.parquet, b.parquet, c.parquet and 2 more"


def test_a_file_named_twice_counts_once(tmp_path: Path) -> None:
    a = write(tmp_path / "a.parquet", label=["a"])

    assert rows(read([a, tmp_path / "*.parquet"])) == [("a",)]


def test_other_files_in_a_folder_are_left_out_with_a_note(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", label=["a"])
    (tmp_path / "README.md").write_text("read me")

    labels = read(tmp_path)

    assert (rows(labels), labels.notes) == ([("a",)], ("Files of other formats left out: 1.",))


def test_two_formats_in_a_folder_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", label=["a"])
    (tmp_path / "b.csv").write_text("label\nb\n")

    with pytest.raises(SourceError, match=r"a\.parquet is parquet and b\.csv is csv\. Audit one format at a time"):
        read(tmp_path)


def test_what_is_not_there_is_named_with_a_near_name(tmp_path: Path) -> None:
    write(tmp_path / "labels.parquet", label=["a"])

    with pytest.raises(SourceError, match=r'^There is no file label\.parquet\. Did you mean "labels\.parquet"\?'):
        read(tmp_path / "label.parquet")
    with pytest.raises(SourceError, match=r"^Nothing matches \*\.csv\."):
        read(tmp_path / "*.csv")
    (tmp_path / "void").mkdir()
    with pytest.raises(SourceError, match=r"^The folder void holds no data files"):
        read(tmp_path / "void")


@pytest.mark.parametrize("name", ["a.parquet", "a.csv", "a.jsonl", "a.arrow", "a.py"])
def test_a_file_of_no_bytes_is_empty(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")

    with pytest.raises(EmptySourceError, match=rf"^{name} is empty"):
        read(tmp_path / name)


def test_an_unknown_format_lists_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "a.xyz").write_text("x")

    with pytest.raises(SourceError, match=r"^a\.xyz is of no known format. Formats: parquet, csv, jsonl, json, arrow,"):
        read(tmp_path / "a.xyz")
    with pytest.raises(SourceError, match=r'no format "parket"\. Did you mean "parquet"\?'):
        read(tmp_path / "a.xyz", ReadOptions(format="parket"))


def test_first_bytes_win_over_the_suffix(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", label=["a"]).rename(tmp_path / "a.dat")
    (tmp_path / "b.parquet").write_text("label\nb\n")

    assert rows(read(tmp_path / "a.dat")) == [("a",)]
    with pytest.raises(SourceError, match=r"^b\.parquet is not parquet, though it is called so"):
        read(tmp_path / "b.parquet")
    assert rows(read(tmp_path / "b.parquet", ReadOptions(format="csv"))) == [("b",)]


@pytest.mark.parametrize(
    ("head", "what"),
    [(b"FEA1", "Feather v1"), (b"PK\x03\x04", "zip"), (b"\x80\x04\x95", "pickle"), (b"PARE", "encrypted")],
)
def test_foreign_files_are_called_by_their_name(tmp_path: Path, head: bytes, what: str) -> None:
    (tmp_path / "a.feather").write_bytes(head + bytes(100))

    with pytest.raises(SourceError, match=what):
        read(tmp_path / "a.feather")


def test_arrow_files_and_streams_are_told_apart_by_their_first_bytes(tmp_path: Path) -> None:
    table = pa.table({"label": ["a", None], "image": [b"x" * 100, b"y"]})
    with pa.OSFile(str(tmp_path / "file.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    with pa.OSFile(str(tmp_path / "stream.arrow"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)

    for name in ("file.arrow", "stream.arrow"):
        labels = read(tmp_path / name)
        assert (rows(labels), labels.kind) == ([("a",), (None,)], "arrow")


def test_an_arrow_stream_that_was_cut_between_two_messages_is_no_smaller_table(tmp_path: Path) -> None:
    table = pa.table({"label": ["a", "b"]})
    with pa.OSFile(str(tmp_path / "a.arrow"), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
        complete = sink.tell()
        writer.write_table(table)
    whole = (tmp_path / "a.arrow").read_bytes()

    for size in (complete, complete + 10, len(whole) - 8, len(whole) - 1):
        (tmp_path / "b.arrow").write_bytes(whole[:size])
        with pytest.raises(SourceError, match=r"^b\.arrow ends too early"):
            read(tmp_path / "b.arrow").frame.collect()


def test_an_enum_declares_its_classes_and_a_categorical_does_not(tmp_path: Path) -> None:
    pl.DataFrame({"label": pl.Series(["a"], dtype=pl.Enum(["z", "a"]))}).write_parquet(tmp_path / "enum.parquet")
    pl.DataFrame({"label": pl.Series(["a"], dtype=pl.Categorical)}).write_parquet(tmp_path / "cat.parquet")

    assert read(tmp_path / "enum.parquet").classes == ("z", "a")
    assert read(tmp_path / "cat.parquet").classes is None


def test_a_gzipped_parquet_is_refused(tmp_path: Path) -> None:
    raw = write(tmp_path / "a.parquet", label=["a"]).read_bytes()
    (tmp_path / "b.parquet.gz").write_bytes(gzip.compress(raw))

    with pytest.raises(SourceError, match=r"b\.parquet\.gz is compressed"):
        read(tmp_path / "b.parquet.gz")


def test_links_are_followed_but_not_in_circles(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere" / "a.parquet", label=["a"])
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "back").symlink_to(tmp_path / "d")

    assert rows(read(tmp_path / "d")) == [("a",)]


def test_a_source_without_a_name_is_refused() -> None:
    with pytest.raises(SourceError, match="no name"):
        read("")
    with pytest.raises(SourceError, match=r"There is no file|cannot be read"):
        read("x" * 5000)


def test_labels_from_files_can_be_pickled(tmp_path: Path) -> None:
    labels = read(write(tmp_path / "a.parquet", label=["a"]))

    assert rows(pickle.loads(pickle.dumps(labels))) == [("a",)]  # noqa: S301 -- made one line above


def test_a_file_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"\xff.csv")
    try:
        file.write_text("label\na\n")
    except OSError:
        pytest.skip("this file system refuses such names")

    with pytest.raises(SourceError, match=r"is not UTF-8 text\. Rename the file"):
        read(file)
