"""A weight for each sample, as a table and as a tensor, against a plain loop over the rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import torch

from imbalance_audit import class_weights, scan
from imbalance_audit.auditing.scanning import scan_labels
from imbalance_audit.errors import ClassOrderError, OptionError, SourceError
from imbalance_audit.exports.sample_weight_table import write_sample_weights
from imbalance_audit.records import Labels
from imbalance_audit.sources import ReadOptions, read
from imbalance_audit.training import sample_weights

ROWS = {
    "id": [11, 12, 13, 14, 15, 16, 17, 18],
    "label": ["cat", "cat", "cat", "dog", "dog", "cat", None, "n/a"],
    "site": ["x", "x", "y", "y", "x", "x", "x", "y"],
    "split": ["train", "train", "train", "train", "train", "test", "train", "train"],
}
CLASSES = ("cat", "dog")


def counted(source: object, **options: Any) -> Labels:  # noqa: ANN401 -- those of reading
    return scan_labels(read(source, ReadOptions(**options))).labels


@pytest.fixture
def source(tmp_path: Path) -> Path:
    pl.DataFrame(ROWS).write_parquet(tmp_path / "labels.parquet")
    return tmp_path / "labels.parquet"


def test_each_row_of_the_weighed_split_gets_the_weight_of_its_class(source: Path, tmp_path: Path) -> None:
    weights = class_weights(scan(source, split="split", classes=CLASSES))
    by_class = dict(zip(weights.classes, weights.weight, strict=True))

    write_sample_weights(weights, counted(source, split="split", id="id"), tmp_path / "deep/w.parquet")

    found = pl.read_parquet(tmp_path / "deep/w.parquet")
    assert found.schema == {"id": pl.Int64, "weight": pl.Float32}
    assert found["id"].to_list() == [11, 12, 13, 14, 15, 17, 18]
    expected = [by_class.get(label or "") for label in ("cat", "cat", "cat", "dog", "dog", None, "n/a")]
    assert found["weight"].to_list() == [None if w is None else pytest.approx(w, rel=1e-6) for w in expected]
    assert sum(w for w in found["weight"].to_list() if w) == pytest.approx(5)  # mean 1 over the labels


def test_weights_of_group_and_class_look_at_both(source: Path, tmp_path: Path) -> None:
    audit = scan(source, group="site", classes=CLASSES)
    weights = class_weights(audit, scheme="group-label")
    assert weights.group_weight is not None
    table = {
        g: dict(zip(weights.classes, row, strict=True))
        for g, row in zip(weights.groups, weights.group_weight, strict=True)
    }

    write_sample_weights(weights, counted(source, group="site", id="id"), tmp_path / "w.parquet")

    found = pl.read_parquet(tmp_path / "w.parquet")["weight"].to_list()
    for (site, label), w in zip(pl.read_parquet(source).select("site", "label").rows(), found, strict=True):
        assert w == (pytest.approx(table[site][label], rel=1e-6) if label in CLASSES else None)


def test_codes_get_the_weight_of_the_name_that_they_stand_for(tmp_path: Path) -> None:
    source = {"label": [1, 0, 0], "id": ["a", "b", "c"]}
    weights = class_weights(scan(source, classes=CLASSES))

    write_sample_weights(weights, counted(source, id="id", classes=CLASSES), tmp_path / "w.parquet")

    assert pl.read_parquet(tmp_path / "w.parquet")["weight"].to_list() == [1.5, 0.75, 0.75]


def test_whole_numbers_that_a_csv_spells_as_floats_keep_their_class(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("id,label\n1,3.0\n2,3.0\n3,4.0\n")
    labels = counted(tmp_path / "rows.csv", id="id", label=("label",))

    write_sample_weights(class_weights(scan(tmp_path / "rows.csv", label="label")), labels, tmp_path / "w.parquet")

    assert pl.read_parquet(tmp_path / "w.parquet")["weight"].to_list() == [0.75, 0.75, 1.5]


def test_a_source_that_cannot_say_which_sample_is_refused(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "w.parquet"
    plain = class_weights(scan(source, classes=CLASSES))
    of_train = class_weights(scan(source, split="split", classes=CLASSES))
    grouped = class_weights(scan(source, group="site", classes=CLASSES), scheme="group-label")
    lists = {"label": [["cat"], ["cat", "dog"]], "id": [1, 2]}

    with pytest.raises(OptionError, match="name it with id"):
        write_sample_weights(plain, counted(source), target)
    with pytest.raises(OptionError, match="name the column of groups"):
        write_sample_weights(grouped, counted(source, id="id"), target)
    with pytest.raises(OptionError, match="got several"):
        write_sample_weights(plain, counted(lists, id="id"), target)
    with pytest.raises(OptionError, match=r'for the split "train", and .* has no splits'):
        write_sample_weights(of_train, counted(source, id="id"), target)
    with pytest.raises(OptionError, match="Cannot write"):
        write_sample_weights(plain, counted(source, id="id"), source / "w.parquet")
    assert not target.exists()


def test_a_source_that_breaks_in_mid_file_leaves_no_half_a_table(source: Path, tmp_path: Path) -> None:
    weights = class_weights(scan(source, classes=CLASSES))
    old = b"PAR1 an old one with imbalance-audit/sample-weights"
    (tmp_path / "old.parquet").write_bytes(old)
    broken = tmp_path / "rows.csv"
    broken.write_bytes(b"id,label\n" + b"1,cat\n" * 5000 + b"2,\xff\xfe\n")

    with pytest.raises(SourceError):
        write_sample_weights(weights, read(broken, ReadOptions(id="id", label=("label",))), tmp_path / "old.parquet")

    assert (tmp_path / "old.parquet").read_bytes() == old
    assert not list(tmp_path.glob("*.part"))


def test_targets_get_the_weight_of_their_class_in_the_order_of_the_model(source: Path, tmp_path: Path) -> None:
    weights = class_weights(scan(source, classes=CLASSES))
    weights.save(tmp_path / "weights.pt")
    cat, dog = weights.weight

    by_index = sample_weights(torch.tensor([0, 1, 1, -100]), tmp_path / "weights.pt", classes=["dog", "cat"])
    by_name = sample_weights(["dog", "cat"], weights)

    assert by_index.dtype == torch.float32
    assert by_index.tolist() == pytest.approx([dog, cat, cat, 0])
    assert by_name.tolist() == pytest.approx([dog, cat])


def test_targets_with_groups_get_the_weight_of_their_cell(source: Path) -> None:
    weights = class_weights(scan(source, group="site", classes=CLASSES), scheme="group-label")
    assert weights.group_weight is not None

    found = sample_weights([1, 0], weights, classes=list(CLASSES), groups=["x", "y"])

    assert found.tolist() == pytest.approx([weights.group_weight[0][1], weights.group_weight[1][0]])
    with pytest.raises(OptionError, match="give groups"):
        sample_weights([1, 0], weights, classes=list(CLASSES))
    with pytest.raises(OptionError, match='group "z" has no weights'):
        sample_weights([1, 0], weights, classes=list(CLASSES), groups=["x", "z"])
    with pytest.raises(OptionError, match="a group for each of 2 samples, got 1"):
        sample_weights([1, 0], weights, classes=list(CLASSES), groups=["x"])


def test_targets_that_are_none_of_the_classes_are_refused(source: Path) -> None:
    weights = class_weights(scan(source, classes=CLASSES))

    with pytest.raises(ClassOrderError, match="give classes"):
        sample_weights([0, 1], weights)
    with pytest.raises(ClassOrderError, match="from 0 to 1, got 2"):
        sample_weights([0, 2], weights, classes=list(CLASSES))
    with pytest.raises(ClassOrderError, match='target "fox" is none'):
        sample_weights(["cat", "fox"], weights)
    with pytest.raises(OptionError, match="got groups"):
        sample_weights([0], weights, classes=list(CLASSES), groups=["x"])
