"""From a source to an audit: what the options do, what is refused, and the gate."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from imbalance_audit.auditing.scanning import check, scan, scan_labels
from imbalance_audit.errors import CheckFailedError, EmptySourceError, OptionError, SourceError
from imbalance_audit.records import Labels
from imbalance_audit.rules.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def untyped(labels: Sequence[str | None]) -> Labels:
    """Labels of a format that cannot tell numbers from text."""
    return Labels(pl.LazyFrame({"label": labels}, schema={"label": pl.String}), untyped=True, path="labels\n.csv")


def test_labels_are_counted_as_a_counter_counts_them() -> None:
    labels = [f"c{i}" for i in np.random.default_rng(0).integers(0, 7, 500)]

    audit = scan(labels)

    assert audit.counts.per_label() == Counter(labels)
    assert audit.counts.total_samples == 500


def test_a_name_of_a_column_and_a_list_of_one_are_the_same() -> None:
    frame = pl.DataFrame({"y": ["a", "b"], "z": ["c", "d"]})

    assert scan(frame, label="y") == scan(frame, label=["y"])
    assert scan(frame, label="z").classes == ("c", "d")


def test_one_hot_columns_are_classes_in_their_order() -> None:
    frame = pl.DataFrame({"dog": [1, 0, 0], "cat": [0, 1, 1]})

    audit = scan(frame, label=["dog", "cat"])

    assert audit.counts.per_label() == {"cat": 2, "dog": 1}


def test_every_option_reaches_the_audit() -> None:
    frame = pl.DataFrame({
        "y": ["b|a", "a", "void"], "part": ["train", "train", "val"], "site": ["x", "y", "x"], "n": [2, 3, 1],
    })  # fmt: skip

    audit = scan(
        frame, label="y", split="part", group="site", weight="n", separator="|", classes=["b", "a"], ignore=["void"],
        policy=Policy(select=("SUP",)),
    )  # fmt: skip

    assert (audit.classes, audit.class_order, audit.ignored) == (("b", "a"), "declared", ("void",))
    assert (audit.counts.splits, set(audit.counts.group)) == (("train", "val"), {"x", "y"})
    assert audit.counts.per_label() == {"a": 5, "b": 2, "void": 1}
    assert audit.source.task == "multilabel"
    assert {c.code[:3] for c in audit.coverage if c.state != "not_run"} == {"SUP"}


def test_classes_that_nobody_declared_are_ordered_as_asked() -> None:
    assert scan(["c10", "c9"], class_order="natural").classes == ("c9", "c10")
    assert scan(["10", "9"], class_order="numeric").classes == ("9", "10")
    assert scan(["10", "9"]).classes == ("10", "9")


def test_a_source_without_rows_is_refused_by_name() -> None:
    with pytest.raises(EmptySourceError, match=r"labels\\n\.csv holds no rows: there is nothing to check"):
        scan(untyped([]))


def test_rows_without_a_label_are_rows() -> None:
    assert scan(untyped([None, None])).counts.unlabelled == 2


def test_a_label_to_ignore_that_does_not_occur_is_refused() -> None:
    with pytest.raises(OptionError, match='The label to ignore, "Void", does not occur'):
        scan(["a", "void"], ignore=["void", "Void"])


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["1.0", "2.0", "1"], {"1": 2, "2": 1}),
        (["-3.0", "4.0"], {"-3": 1, "4": 1}),
        (["1.0", "N/A", None], {"1": 1, "N/A": 1}),
        (["1.0", "cat"], {"1.0": 1, "cat": 1}),
        (["1", "01"], {"1": 1, "01": 1}),
        (["1234567890123456.0"], {"1234567890123456": 1}),
        (["1.0.0"], {"1.0.0": 1}),
    ],
)
def test_whole_numbers_with_a_point_are_integers_where_a_format_has_no_types_and_all_are_numbers(
    written: list[str | None], read: dict[str, int]
) -> None:
    assert scan(untyped(written)).counts.per_label() == read
    assert scan(Labels(pl.LazyFrame({"label": written}))).counts.per_label() == Counter(filter(None, written))


def test_fractions_are_measurements_and_the_first_is_named() -> None:
    with pytest.raises(SourceError) as caught:
        scan(untyped(["2.75", "1.0", "0.5", "N/A"]))

    assert str(caught.value) == (
        'The label column of labels\\n.csv holds numbers with fractions, such as "0.5": measurements, not classes. '
        "Name another column with --label, or bin it in a pipeline file."
    )


def test_whoever_reads_the_rows_again_meets_the_classes_that_were_counted() -> None:
    scanned = scan_labels(untyped(["2.0", "1", "2"]))

    assert scanned.labels.names == {"2.0": "2"}
    assert scanned.audit.classes == ("1", "2")


IDS = {"label": ["a", "b", "a", "a", "b"], "split": ["train", "train", "val", "train", "val"], "id": [7, 7, 7, 8, 9]}


@pytest.mark.parametrize("memory", [1, 200, 1 << 40])
def test_ids_collide_alike_in_however_many_passes_they_are_checked(memory: int) -> None:
    audit = scan(IDS, label="label", split="split", id="id", memory=memory)

    found = {(c.kind, c.at): (c.ids, c.rows, c.examples) for c in audit.collisions or ()}

    assert found == {("conflict", ("a", "b")): (1, 3, ("7",)), ("leak", ("train", "val")): (1, 3, ("7",))}


def test_without_an_id_column_collisions_are_unknown_and_with_one_there_may_be_none() -> None:
    assert scan(["a", "b"]).collisions is None
    assert scan({"label": ["a", "b"], "id": [1, 2]}, label="label", id="id").collisions == ()


def test_a_table_that_is_counted_already_has_as_many_ids_as_rows() -> None:
    table = {"label": ["a", "b"], "n": [10**12, 10**12], "id": [1, 1]}

    (collision,) = scan(table, label="label", weight="n", id="id").collisions or ()

    assert (collision.kind, collision.ids) == ("conflict", 1)


def test_kept_ids_are_those_of_the_audit(tmp_path: Path) -> None:
    audit = scan(IDS, label="label", split="split", id="id", keep_ids=tmp_path / "ids.parquet")

    assert pl.read_parquet(tmp_path / "ids.parquet").height == 5
    kept = (tmp_path / "ids.parquet").read_bytes()
    assert audit == replace(scan(IDS, label="label", split="split", id="id"), id_state=sha256(kept).hexdigest())


SKEWED = ["a"] * 3000 + ["b"] * 19
"""A warning and no error."""


def test_the_gate_lets_through_what_is_less_severe_than_it_is_set_to() -> None:
    audit = scan(SKEWED)

    assert check(audit) is audit
    assert check(audit, fail_on="error") is audit
    for severity in ("warning", "info"):
        with pytest.raises(CheckFailedError) as caught:
            check(audit, fail_on=severity)
        assert caught.value.findings == audit.at_least(severity)


def test_the_gate_stops_an_error() -> None:
    with pytest.raises(CheckFailedError, match="SUP004 single-class"):
        check(scan(["a"] * 30))
