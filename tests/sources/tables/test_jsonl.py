"""JSON lines: what the first rows suggest is not trusted."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from imbalance_audit.errors import SourceError
from imbalance_audit.sources import ReadOptions, read, reading


def write(path: Path, *objects: object) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in objects))
    return path


def labels_of(path: Path, options: ReadOptions | None = None) -> list[object]:
    labels = read(path, options)
    with reading(labels):
        return labels.frame.collect(engine="streaming")["label"].to_list()


def test_labels_keep_their_type_and_absent_keys_are_no_label(tmp_path: Path) -> None:
    assert labels_of(
        write(tmp_path / "a.jsonl", {"label": "007"}, {"label": None}, {"x": 1}), ReadOptions(label=("label",))
    ) == ["007", None, None]
    assert labels_of(write(tmp_path / "b.jsonl", {"label": 3}, {"label": 10})) == [3, 10]
    assert labels_of(write(tmp_path / "c.jsonl", {"label": True}, {"label": False})) == [True, False]


def test_a_late_text_makes_all_labels_text(tmp_path: Path) -> None:
    assert labels_of(write(tmp_path / "a.jsonl", *[{"label": 1}] * 2000, {"label": "x"}))[-2:] == ["1", "x"]


def test_a_key_first_seen_late_is_read(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", *[{"x": 1}] * 2000, {"x": 1, "label": "late"})

    assert labels_of(file, ReadOptions(label=("label",)))[-2:] == [None, "late"]


@pytest.mark.parametrize("first", [0, 2000])
def test_lists_among_single_values_are_refused(tmp_path: Path, first: int) -> None:
    file = write(tmp_path / "a.jsonl", *[{"label": "a"}] * first, {"label": "b"}, {"label": ["a", "b"]})

    with pytest.raises(SourceError, match=rf'column "label" holds lists in 1 rows and single values in {first + 1}'):
        read(file)


def test_class_names_in_brackets_are_no_lists(tmp_path: Path) -> None:
    assert labels_of(write(tmp_path / "a.jsonl", {"label": "[UNK]"}, {"label": "a"})) == ["[UNK]", "a"]


def test_objects_are_no_labels(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds JSON objects in 1 of 1 rows"):
        read(write(tmp_path / "a.jsonl", {"label": {"name": "cat"}}))


def test_lists_are_exploded_and_integers_in_them_stay_integers(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", {"label": [1, 22]}, {"label": []}, {"label": None}, {"label": [1, None]})
    text = write(tmp_path / "b.jsonl", {"label": [1, "x"]})

    assert labels_of(file) == [1, 22, None, None, 1]
    assert labels_of(text) == ["1", "x"]


def test_gzip_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b'{"label": "a"}\n'))

    assert labels_of(tmp_path / "a.jsonl.gz") == ["a"]


def test_a_json_file_may_hold_json_lines(tmp_path: Path) -> None:
    one, two = write(tmp_path / "part-0.json", {"label": "a"}), write(tmp_path / "part-1.json", *[{"label": "b"}] * 2)

    assert labels_of(one) == ["a"]
    assert labels_of(two) == ["b", "b"]
    assert read(tmp_path / "part-*.json").kind == "jsonl"
    (tmp_path / "c.json.gz").write_bytes(gzip.compress(two.read_bytes()))
    assert labels_of(tmp_path / "c.json.gz") == ["b", "b"]


def test_broken_lines_name_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"label": "a"}\n{"label": \n')

    with pytest.raises(SourceError, match=r"^a\.jsonl cannot be read"):
        labels_of(tmp_path / "a.jsonl")


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.jsonl.gz"])
def test_a_byte_order_mark_is_named(tmp_path: Path, name: str) -> None:
    text = b'\xef\xbb\xbf{"label": "cat"}\n{"label": "dog"}\n'
    (tmp_path / name).write_bytes(gzip.compress(text) if name.endswith(".gz") else text)

    with pytest.raises(SourceError, match=rf"^{name} begins with a byte order mark, which JSON lines forbid"):
        read(tmp_path / name)
