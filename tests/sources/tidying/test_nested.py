"""Keys inside objects, by their dotted names, in every format that has objects."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from imbalance_audit.errors import SourceError
from imbalance_audit.sources import ReadOptions, read, reading

ROWS = [
    {"id": 1, "meta": {"label": "cat", "by": {"site": "a"}}},
    {"id": 2, "meta": {"label": "dog", "by": {"site": "b"}}},
    {"id": 3, "meta": {"label": None, "by": {"site": "b"}}},
    {"id": 4, "meta": None},
]

WRITERS: dict[str, Callable[[Path], object]] = {
    "json": lambda path: path.write_text(json.dumps(ROWS)),
    "jsonl": lambda path: path.write_text("".join(json.dumps(row) + "\n" for row in ROWS)),
    "parquet": lambda path: pl.DataFrame(ROWS).write_parquet(path),
    "arrow": lambda path: pl.DataFrame(ROWS).write_ipc(path),
    "arrows": lambda path: pl.DataFrame(ROWS).write_ipc_stream(path),
}


@pytest.mark.parametrize("suffix", [*WRITERS, "memory"])
def test_a_key_inside_objects_plays_any_role(tmp_path: Path, suffix: str) -> None:
    source: Path | pl.DataFrame = pl.DataFrame(ROWS)
    if suffix != "memory":
        source = tmp_path / f"a.{suffix}"
        WRITERS[suffix](source)

    labels = read(source, ReadOptions(label=("meta.label",), group="meta.by.site", id="id"))

    assert labels.frame.collect(engine="streaming").select("label", "group", "id").rows() == [
        ("cat", "a", 1),
        ("dog", "b", 2),
        (None, "b", 3),
        (None, None, 4),
    ]


@pytest.mark.parametrize("suffix", ["json", "jsonl", "parquet"])
def test_objects_and_unknown_keys_name_the_keys_there_are(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"a.{suffix}"
    WRITERS[suffix](file)

    with pytest.raises(SourceError, match=r"Name a key inside.*--label meta\."):
        read(file, ReadOptions(label=("meta",)))
    with pytest.raises(SourceError, match=r'no column "meta.lable". Did you mean "meta.label"\?'):
        read(file, ReadOptions(label=("meta.lable",)))


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_a_column_that_is_called_so_wins(tmp_path: Path, name: str) -> None:
    row = {"a.b": "the column", "a": {"b": "the key"}}
    (tmp_path / name).write_text(json.dumps([row] if name == "a.json" else row))

    assert read(tmp_path / name, ReadOptions(label=("a.b",))).frame.collect().rows() == [("the column",)]


def test_positions_count_columns_and_not_what_is_inside(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    pl.DataFrame({"meta": [{"x": 1}], "label": ["cat"]}).write_parquet(file)

    assert read(file, ReadOptions(label=("-1",))).frame.collect().rows() == [("cat",)]
    assert read(file).frame.collect().rows() == [("cat",)]


def test_keys_are_typed_over_all_rows_and_all_files(tmp_path: Path) -> None:
    early = [{"meta": {"label": 1}}] * 1500
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in early))
    (tmp_path / "b.jsonl").write_text(json.dumps({"meta": {"label": "late"}}) + "\n" + json.dumps({"x": 1}) + "\n")
    files = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]

    with pytest.raises(SourceError, match=r'Column "meta.label" is Int64 in a.jsonl and String in b.jsonl'):
        read(files, ReadOptions(label=("meta.label",)))
    (tmp_path / "c.jsonl").write_text(files[0].read_text() + files[1].read_text())
    labels = read(tmp_path / "c.jsonl", ReadOptions(label=("meta.label",)))
    with reading(labels):
        counted = labels.frame.collect(engine="streaming")["label"].value_counts().rows()
    assert sorted(counted, key=str) == [("1", 1500), ("late", 1), (None, 1)]


def test_lists_inside_objects_among_single_values_are_refused(tmp_path: Path) -> None:
    rows = [{"meta": {"label": "a"}}, {"meta": {"label": ["a", "b"]}}]
    for name, text in (("a.json", json.dumps(rows)), ("a.jsonl", "\n".join(map(json.dumps, rows)))):
        (tmp_path / name).write_text(text)
        with pytest.raises(SourceError, match=r'column "meta\.label" holds lists in 1 rows and single values in 1'):
            read(tmp_path / name, ReadOptions(label=("meta.label",)))
