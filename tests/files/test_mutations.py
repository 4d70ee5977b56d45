"""What is accepted is what was written: files of ours with one thing changed are refused, and never end in a crash.

`AUDIT_MUTATIONS` multiplies the number of changed bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from os import environ
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from imbalance_audit import class_weights, evaluate, scan
from imbalance_audit.auditing.scanning import scan_labels
from imbalance_audit.errors import AuditError, IndexFileError, WeightFileError
from imbalance_audit.exports.indexing import write_index
from imbalance_audit.files.audit import dump_audit, load_audit
from imbalance_audit.files.decision import dump_decision, load_decision
from imbalance_audit.files.evaluation import dump_evaluation, load_evaluation
from imbalance_audit.files.index import map_index
from imbalance_audit.files.weights import dump_weights, load_weights
from imbalance_audit.sources import read
from tests.conftest import Made
from tests.files.mutations import byte_changes, mutated, resealed
from tests.files.test_decision import ARGMAX

TIMES = int(environ.get("AUDIT_MUTATIONS", "1"))


@pytest.fixture
def table() -> pl.DataFrame:
    labels = ["cat"] * 30 + ["dog"] * 9 + ["lynx"] * 2 + [None]
    splits = (["train"] * 20 + ["val"] * 10) + ["train"] * 6 + ["val"] * 3 + ["train", "val"] + ["train"]
    return pl.DataFrame({"id": [f"x{i}" for i in range(len(labels))], "label": labels, "split": splits})


@pytest.fixture(params=["audit", "evaluation", "decision"])
def kind(request: pytest.FixtureRequest, table: pl.DataFrame, predictions: Made) -> tuple[str, Callable[[Path], Any]]:
    if request.param == "audit":
        return dump_audit(scan(table, label="label", split="split", id="id")), load_audit
    if request.param == "evaluation":
        frame = predictions(rows=60)
        found = evaluate(
            {"one": frame, "two": predictions(rows=60)}, counts={"cat": 200, "dog": 50, "fox": 5}, resamples=20
        )
        return dump_evaluation(found), load_evaluation
    return dump_decision(ARGMAX), load_decision


def test_no_edit_that_leaves_the_digest_is_accepted(kind: tuple[str, Callable[[Path], Any]], tmp_path: Path) -> None:
    text, load = kind
    path, accepted, tried = tmp_path / "edited.json", [], 0

    for what, changed in mutated(json.loads(text)):
        path.write_text(json.dumps(changed))
        tried += 1
        try:
            load(path)
        except AuditError:
            continue
        accepted.append(what)

    assert tried > 300
    assert accepted == []


def test_a_forged_digest_does_not_help_a_number_that_follows_from_others(table: pl.DataFrame, tmp_path: Path) -> None:
    text = dump_audit(scan(table, label="label", split="split", id="id"))
    path, accepted = tmp_path / "forged.json", []

    for what, changed in mutated(json.loads(text)):
        path.write_text(resealed(changed))
        try:
            load_audit(path)
        except AuditError:
            continue
        accepted.append(what)

    recounted = ("('counts'", "('totals'", "('source', 'fingerprint')")
    # A group is in no total and not in the fingerprint: with another one it is another table.
    assert [what for what in accepted if what.startswith(recounted) and "'group'" not in what] == []


def test_no_forged_file_ends_in_a_crash(kind: tuple[str, Callable[[Path], Any]], tmp_path: Path) -> None:
    text, load = kind
    path, refused = tmp_path / "forged.json", 0

    for _, changed in mutated(json.loads(text)):
        path.write_text(resealed(changed))
        try:
            load(path)
        except AuditError:
            refused += 1

    assert refused > 300


def test_every_changed_byte_of_a_json_file_is_refused_or_changes_nothing(
    kind: tuple[str, Callable[[Path], Any]], tmp_path: Path
) -> None:
    text, load = kind
    path = tmp_path / "bytes.json"
    path.write_text(text)
    original = load(path)

    for at, changed in byte_changes(text.encode(), 400 * TIMES):
        path.write_bytes(changed)
        try:
            found = load(path)
        except AuditError:
            continue
        assert found == original, at


def test_every_changed_byte_of_a_weight_file_is_refused_or_changes_nothing(table: pl.DataFrame, tmp_path: Path) -> None:
    weights = class_weights(scan(table, label="label", split="split"), scheme="sqrt")
    content, path = dump_weights(weights), tmp_path / "weights.pt"
    path.write_bytes(content)
    original = load_weights(path)

    for at, changed in byte_changes(content, 200 * TIMES):
        path.write_bytes(changed)
        try:
            found = load_weights(path)
        except WeightFileError:
            continue
        assert found == original, at


def test_every_changed_byte_of_a_label_index_is_refused(table: pl.DataFrame, tmp_path: Path) -> None:
    scanned = scan_labels(read(table.select("label")))
    write_index(scanned.labels, scanned.audit, tmp_path / "labels.idx")
    content, path = (tmp_path / "labels.idx").read_bytes(), tmp_path / "changed.idx"

    for _, changed in byte_changes(content, 200 * TIMES):
        path.write_bytes(changed)
        with pytest.raises(IndexFileError):
            map_index(path, verify=True)
