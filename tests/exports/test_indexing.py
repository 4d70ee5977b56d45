"""The label index: written in a stream, mapped into memory, and refused when it is not whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from imbalance_audit.auditing.scanning import scan_labels
from imbalance_audit.errors import IndexFileError, OptionError
from imbalance_audit.exports import indexing
from imbalance_audit.files.index import MAGIC, PAGE, IndexHeader, IndexWriter
from imbalance_audit.records import Labels
from imbalance_audit.sources import ReadOptions, read
from imbalance_audit.training import ClassSampler, LabelIndex, PowerLaw, PriorLaw, StratifiedSampler
from imbalance_audit.training.samplers.class_sampler import Draw
from imbalance_audit.training.samplers.laws import Law

LABELS = [["fox", "cat", "fox", None, "lynx", "fox"][row % 6] for row in range(1000)]


def written(frame: object, path: Path, **options: Any) -> LabelIndex:  # noqa: ANN401 -- those of reading
    labels = frame if isinstance(frame, Labels) else read(frame, ReadOptions(**options))
    scanned = scan_labels(labels)
    indexing.write_index(scanned.labels, scanned.audit, path)
    return LabelIndex(path)


@pytest.fixture
def index(tmp_path: Path) -> LabelIndex:
    return written({"label": LABELS}, tmp_path / "labels.idx")


def rows_of(index: LabelIndex) -> dict[str, list[int]]:
    found = {}
    grouped = index.grouped
    for place, start, count in zip(
        grouped.values.tolist(), grouped.starts.tolist(), grouped.counts.tolist(), strict=True
    ):
        found[index.classes[place]] = grouped.rows[start : start + count].tolist()
    return found


@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
def test_the_index_holds_the_rows_of_each_class_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(indexing, "CHUNK", chunk)
    index = written({"label": LABELS}, tmp_path / "labels.idx")

    expected = {name: [row for row, label in enumerate(LABELS) if label == name] for name in ("cat", "fox", "lynx")}
    assert rows_of(index) == expected
    assert (index.classes, index.total, index.split) == (("cat", "fox", "lynx"), 1000, None)


def test_rows_are_numbered_within_the_train_split(tmp_path: Path) -> None:
    table = {"label": ["a", "b", "a", "b", "b"], "split": ["test", "train", "train", "test", "train"]}

    index = written(table, tmp_path / "labels.idx", split="split")

    assert rows_of(index) == {"a": [1], "b": [0, 2]}
    assert (index.split, index.total) == ("train", 3)


def test_codes_with_names_and_several_files_are_indexed(tmp_path: Path) -> None:
    for at, part in enumerate(([1, 0], [1, 1])):
        pl.DataFrame({"label": part}).write_parquet(tmp_path / f"part{at}.parquet")

    index = written(
        [tmp_path / "part0.parquet", tmp_path / "part1.parquet"], tmp_path / "labels.idx", classes=("cat", "dog")
    )

    assert rows_of(index) == {"cat": [1], "dog": [0, 2, 3]}


@pytest.mark.parametrize("law", [None, PowerLaw(q=0.5), PriorLaw({"cat": 0, "fox": 1, "lynx": 2})])
@pytest.mark.parametrize("draw", ["replace", "cycle"])
def test_a_sampler_draws_from_the_file_what_it_draws_from_the_classes_in_its_order(
    index: LabelIndex,
    law: Law | None,
    draw: Draw,
) -> None:
    # Text is numbered by its first appearance in memory; the file has the audit's order.
    labels = {"cat": 0, "fox": 1, "lynx": 2, None: -100}
    named = None if not isinstance(law, PriorLaw) else PriorLaw({0: 0, 1: 1, 2: 2})

    from_file = ClassSampler(index, law=law, draw=draw)

    assert list(from_file) == list(ClassSampler([labels[label] for label in LABELS], law=named or law, draw=draw))


def test_a_state_goes_on_from_the_same_file_and_from_no_other(tmp_path: Path, index: LabelIndex) -> None:
    running = ClassSampler(index)
    whole = list(running)
    stream = iter(running)
    for _ in range(10):
        next(stream)
    resumed = ClassSampler(LabelIndex(tmp_path / "labels.idx"))

    resumed.load_state_dict(running.state_dict())

    assert list(resumed) == whole[10:]
    other = written({"label": ["fox", "cat", *LABELS[2:]][::-1]}, tmp_path / "other.idx")
    with pytest.raises(OptionError, match="with fingerprint"):
        ClassSampler(other).load_state_dict(running.state_dict())


def test_stratified_batches_come_from_a_file_too(index: LabelIndex) -> None:
    rows = list(StratifiedSampler(index, batch_size=3))

    assert all({LABELS[row] for row in rows[at : at + 3]} == {"cat", "fox", "lynx"} for at in range(0, len(rows), 3))


def test_a_row_costs_four_bytes_in_the_file(tmp_path: Path, index: LabelIndex) -> None:
    assert (tmp_path / "labels.idx").stat().st_size == PAGE + 4 * sum(index.counts)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda raw: raw[:-1], r"expected 7,428 bytes, got 7,427, a file that was cut off"),
        (lambda raw: raw + b"x", r"got 7,429, a file that was cut off or added to"),
        (lambda raw: raw[:100], "a damaged header"),
        (lambda _: b"PK\x03\x04 something else", "expected a label index, got a file of another kind"),
        (lambda _: b"", "a file of another kind"),
        (lambda raw: raw.replace(b'"version": 1', b'"version": 2'), "expected version 1 of the label index, got 2"),
        (lambda raw: raw.replace(b'"width": 4', b'"width": 5'), "a damaged header"),
        (lambda raw: raw.replace(b'"counts"', b'"cuonts"'), "a damaged header"),
    ],
    ids=["cut", "longer", "half a header", "foreign", "empty", "newer", "odd width", "no counts"],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, index: LabelIndex, spoil: Any, message: str) -> None:  # noqa: ANN401 -- a lambda
    path = tmp_path / "spoiled.idx"
    raw = (tmp_path / "labels.idx").read_bytes()
    assert sum(index.counts) == 833
    path.write_bytes(spoil(raw))

    with pytest.raises(IndexFileError, match=message):
        LabelIndex(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(IndexFileError, match=r"nowhere\.idx: No such file"):
        LabelIndex(tmp_path / "nowhere.idx")


def test_nothing_is_left_of_an_index_that_was_interrupted(tmp_path: Path) -> None:
    path = tmp_path / "labels.idx"
    path.write_bytes(MAGIC + b"the old one")
    header = IndexHeader(("a",), (2,), rows=2, width=4, split=None, fingerprint="")

    with pytest.raises(KeyboardInterrupt), IndexWriter(path, header):
        raise KeyboardInterrupt
    with pytest.raises(OptionError, match="the same rows in both passes"), IndexWriter(path, header) as writer:
        writer.add(0, memoryview(b"\0" * 4))

    assert [entry.name for entry in tmp_path.iterdir()] == ["labels.idx"]
    assert path.read_bytes() == MAGIC + b"the old one"


def test_labels_that_are_not_one_a_row_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="got several labels a sample"):
        written({"label": [["a"], ["a", "b"]]}, tmp_path / "labels.idx")
    with pytest.raises(OptionError, match="got a table that is counted already"):
        written({"label": ["a", "b"], "n": [3, 4]}, tmp_path / "labels.idx", weight="n")


def test_the_header_is_plain_json(tmp_path: Path, index: LabelIndex) -> None:
    magic, header, _ = (tmp_path / "labels.idx").read_bytes().split(b"\n", 2)

    assert magic + b"\n" == MAGIC
    fields = json.loads(header)
    assert fields["classes"] == list(index.classes)
    assert fields["checksum"] == f"{index.checksum:08x}"
