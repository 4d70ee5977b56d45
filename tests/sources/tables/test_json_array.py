"""JSON documents: the rows are one list, and what JSON lines say it says too."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imbalance_audit.cli.label_source import read_of
from imbalance_audit.errors import EmptySourceError, SourceError
from imbalance_audit.files.audit import dump_audit
from imbalance_audit.sources import ReadOptions, read, reading


def labels_of(path: Path, options: ReadOptions | None = None) -> list[object]:
    labels = read(path, options)
    with reading(labels):
        return labels.frame.collect(engine="streaming")["label"].to_list()


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


ROWS = [{"id": 1, "label": "cat", "box": [1, {"x": 2}]}, {"id": 2, "label": None}, {"id": 3}, {"label": "None"}]


@pytest.mark.parametrize("indent", [None, 0, 2])
@pytest.mark.parametrize("wrap", [False, True])
def test_a_list_of_objects_is_read_however_it_is_laid_out(tmp_path: Path, indent: int | None, wrap: bool) -> None:
    rows = [*ROWS, *ROWS]
    file = write(
        tmp_path / "a.json", json.dumps({"info": {"year": [1]}, "data": rows} if wrap else rows, indent=indent)
    )

    assert labels_of(file, ReadOptions(label=("label",))) == ["cat", None, None, "None"] * 2
    assert read(file).kind == "json"


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ('["cat", "dog", null, "", "NA", "nan", " a\u00a0"]', ["cat", "dog", None, "", "NA", "nan", " a\u00a0"]),
        ('["caf\\u00e9", "\\"", "a\\nb"]', ["café", '"', "a\nb"]),
        ("[3, 1, -1, null]", [3, 1, -1, None]),
        ('[["a", "b"], [], null]', ["a", "b", None, None]),
        ("[true, false]", [True, False]),
    ],
)
def test_a_list_of_values_is_a_list_of_labels(tmp_path: Path, text: str, labels: list[object]) -> None:
    assert labels_of(write(tmp_path / "a.json", text)) == labels
    assert labels_of(write(tmp_path / "b.json", text.replace(", ", ",\r\n  "))) == labels


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(st.characters(codec="utf-8"), max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc.", max_size=3), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60)
@given(rows=st.lists(st.dictionaries(st.sampled_from(["label", "x", "y"]), json_values), min_size=1, max_size=6))
def test_a_document_reads_as_its_lines_do(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, object]]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    lines = write(folder / "a.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    document = write(folder / "a.json", json.dumps(rows, indent=1))

    assert outcome(document) == outcome(lines)


def outcome(path: Path) -> object:
    try:
        return labels_of(path, ReadOptions(label=("label",)))
    except SourceError as error:
        return str(error).replace("a.jsonl", "a.json")


def test_several_documents_take_their_splits_from_their_names(tmp_path: Path) -> None:
    write(tmp_path / "train.json", '[{"label": "a"}]')
    write(tmp_path / "val.json", '{"rows": [{"label": "b"}, {"label": "a"}]}')

    labels = read(tmp_path)

    found = sorted(labels.frame.select("label", "split").collect().rows())
    assert found == [("a", "train"), ("a", "val"), ("b", "val")]


def test_a_json_beside_tables_is_no_table(tmp_path: Path) -> None:
    pl.DataFrame({"label": ["a"]}).write_parquet(tmp_path / "a.parquet")
    write(tmp_path / "settings.json", "{}")

    labels = read(tmp_path)

    assert (labels.kind, labels.notes) == ("parquet", ("Files of other formats left out: 1.",))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"label": "a"}, {"lab', r"^a\.json ends too early, at byte 22: it was cut off"),
        ('[{"label": "a",}]', r"^a\.json cannot be read: .*byte 15"),
        ('[{"label": "a"}, {"label": NaN}]', r"^a\.json holds NaN, which JSON does not know. Write null instead"),
        ('[{"x": -Infinity, "label": "a"}]', r"^a\.json holds -Infinity, which"),
        ('[{"label": "a"}, "b"]', r"^a\.json is no list of one kind of rows: .*\$\[1\]"),
        ('["a", {"label": "b"}]', 'column "label" holds JSON objects in 1 of 2 rows'),
        ('[{"label": "a"}, {"label": ["a"]}]', 'column "label" holds lists in 1 rows and single values in 1'),
        ('{\n"a": [{}],\n"b": [{}]}', r'holds several lists: "a", "b"\. Write the rows as one list'),
        ('{\n"a": 1}', r'holds no list of rows. Keys: "a"'),
        ("[" * 100_000, r"^a\.json is nested too deeply"),
        ("label\ncat\n", r"^a\.json cannot be read: .*byte 0"),
        ("[1] [2]", "cannot be read: .*trailing"),
        ('["caf\xe9"]'.encode("latin-1"), "is not UTF-8 text"),
        ('[{"label": "a"}]'.encode("utf-16"), "not UTF-8 text but UTF-16"),
        (b'["a\0"]', r"^a\.json cannot be read"),
    ],
)
def test_what_is_no_list_of_rows_is_refused_in_a_sentence(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        labels_of(write(tmp_path / "a.json", text))


@pytest.mark.parametrize("text", ["", " \n", "[]", "[ ]", '{"data": [\n]}'])
def test_no_rows_are_nothing_to_check(tmp_path: Path, text: str) -> None:
    with pytest.raises((EmptySourceError, SourceError), match=r"is (empty|an empty list)|has no column"):
        read(write(tmp_path / "a.json", text))


def test_a_byte_order_mark_is_no_part_of_the_json(tmp_path: Path) -> None:
    assert labels_of(write(tmp_path / "a.json", b'\xef\xbb\xbf["a"]')) == ["a"]


def test_a_number_too_large_for_an_integer_stays_as_it_is_written(tmp_path: Path) -> None:
    assert labels_of(write(tmp_path / "a.json", f"[{10**30}, 1]")) == [str(10**30), "1"]


good = msgspec.json.encode([{"label": "cat", "n": 1.5}, {"label": "dög", "x": {"y": [None, True]}}] * 3)


@settings(max_examples=150)
@given(cut=st.integers(0, len(good)), noise=st.binary(max_size=4), wrap=st.booleans())
def test_any_damage_ends_in_labels_or_in_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, cut: int, noise: bytes, wrap: bool
) -> None:
    content = good[:cut] + noise + good[cut + len(noise) :]
    file = write(tmp_path_factory.getbasetemp() / "damaged.json", b'{"a":\n' + content + b"}" if wrap else content)

    found = outcome(file)

    assert isinstance(found, list) or str(found).endswith(".")


@pytest.mark.parametrize("text", ['[{"label": "a"}]', '{"data": [{"label": "a"}], "info": {}}', '{"label": "a"}\n'])
def test_the_command_tells_labels_from_an_audit(tmp_path: Path, text: str) -> None:
    found = read_of(sources=[str(write(tmp_path / "a.json", text))])

    assert found.audit.classes == ("a",)
    stored = read_of(sources=[str(write(tmp_path / "audit.json", dump_audit(found.audit)))])
    assert stored.labels is None
    assert stored.audit.counts == found.audit.counts
