"""Every encoding ends in the same table."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imbalance_audit import scan
from imbalance_audit.errors import SourceError
from imbalance_audit.records import Labels
from imbalance_audit.sources import ReadOptions, read

NAMES = ["a", "b", "c d", "é"]
MARKED = ("label", "new_sample", "new_label")


def rows(labels: Labels, *columns: str) -> list[tuple[object, ...]]:
    return labels.frame.select(columns or labels.frame.collect_schema().names()).collect(engine="streaming").rows()


def test_a_list_column_gives_one_row_a_label_and_one_for_none() -> None:
    frame = pl.LazyFrame({"id": [1, 2, 3, 4, 5], "label": [["a", "b", "a"], [], None, ["x", None], [None]]})

    labels = read(frame, ReadOptions(id="id"))

    assert labels.task == "multilabel"
    assert rows(labels, "id", *MARKED) == [
        (1, "a", True, True),
        (1, "b", False, True),
        (1, "a", False, False),
        (2, None, True, True),
        (3, None, True, True),
        (4, "x", True, True),
        (5, None, True, True),
    ]


def test_joined_text_is_split_at_the_separator_and_nothing_is_stripped() -> None:
    labels = read({"label": ["a|b", " a", "a||b", "", None, "|"]}, ReadOptions(separator="|"))

    assert rows(labels, "label") == [("a",), ("b",), (" a",), ("a",), ("",), ("b",), (None,), (None,), ("",), ("",)]


def test_one_hot_columns_give_their_names_as_classes() -> None:
    frame = pl.LazyFrame({"dog": [1, 0, 1], "cat": [0, 0, 1], "n": [5, 6, 7]})

    labels = read(frame, ReadOptions(label=("dog", "cat"), weight="n"))

    assert labels.classes == ("dog", "cat")
    assert rows(labels, "label", "weight") == [("dog", 5), (None, 6), ("dog", 7), ("cat", 7)]


@pytest.mark.parametrize(
    "values", [["1", "0"], ["1.0", "0.0"], ["True", "false"], [True, False], [1.0, 0.0], [1, 0]], ids=str
)
def test_ones_and_zeros_are_known_in_every_dress(values: list[object]) -> None:
    labels = read({"a": values, "b": values[::-1]}, ReadOptions(label=("a", "b")))

    assert rows(labels, "label") == [("a",), ("b",)]


@pytest.mark.parametrize(("value", "shown"), [(-1, '"-1"'), (None, "null"), (2, '"2"')])
def test_other_values_in_one_hot_columns_are_asked_about(value: int | None, shown: str) -> None:
    with pytest.raises(SourceError, match=f'One-hot column "b" of memory holds {shown} in 2 rows.*Say what it means'):
        read({"a": [0, 1, 1], "b": [0, value, value]}, ReadOptions(label=("a", "b")))


def test_whole_floats_become_integers_and_others_are_refused() -> None:
    assert rows(read({"label": [1.0, None, 3.0]})) == [(1,), (None,), (3,)]
    for bad in (0.5, float("nan"), float("inf"), 1e300):
        with pytest.raises(SourceError, match="holds fractions, NaN or infinity in 1 of 2 rows"):
            read({"label": [1.0, bad]})


@pytest.mark.parametrize(
    "value", [date(2020, 1, 1), Decimal("1"), b"x", {"a": 1}, [[1]], [0.5], [date(2020, 1, 1)]], ids=str
)
def test_what_is_no_label_is_refused(value: object) -> None:
    words = r'^Column "label" of memory is .*(A label is text, an integer|Name a key inside)'
    with pytest.raises(SourceError, match=words):
        read(pl.LazyFrame({"label": [value]}))


@pytest.mark.parametrize(
    "vectors",
    [
        [[0, 1, 0], [1, 1, 0]],
        [[0.0, 1.0, 0.0], [1.0, 1.0, 0.0]],
        [[False, True, False], [True, True, False]],
        pl.Series([[0, 1, 0], [1, 1, 0]], dtype=pl.Array(pl.Int8, 3)),
        pl.Series([[0, 1, 0], [1, 1, 0]], dtype=pl.Array(pl.Float32, 3)),
    ],
)
def test_vectors_are_one_hot_however_they_are_kept(vectors: object) -> None:
    assert rows(read({"label": vectors}), "label") == [("1",), ("0",), ("1",)]
    named = read({"label": vectors}, ReadOptions(classes=("cat", "dog", "fox")))
    assert rows(named, "label") == [("dog",), ("cat",), ("dog",)]


def test_vectors_of_two_places_are_told_by_their_type_or_by_a_value_that_no_set_holds_twice() -> None:
    arrays = pl.Series([[0, 1], [1, 0]], dtype=pl.Array(pl.Int8, 2))

    assert rows(read({"label": arrays}), "label") == [("1",), ("0",)]
    assert rows(read({"label": [[False, True], [True, False]]}), "label") == [("1",), ("0",)]
    assert rows(read({"label": [[0, 1], [1, 1]]}), "label") == [("1",), ("0",), ("1",)]
    assert rows(read({"label": [[0, 1], [1]]}), "label") == [(0,), (1,), (1,)]
    with pytest.raises(SourceError, match=r"holds 2 zeros and ones, which may be a vector .* as a fixed-size list"):
        read({"label": [[0, 1], [1, 0]]})


def test_a_vector_of_other_numbers_is_refused() -> None:
    with pytest.raises(SourceError, match=r"holds \"2\" in 1 rows, and only 0 and 1 are known"):
        read({"label": pl.Series([[0, 2], [1, 0]], dtype=pl.Array(pl.Int8, 2))})


def test_declared_classes_name_integer_labels() -> None:
    classes = ("cat", "dog")

    assert scan([1, 0, 1], classes=classes).counts.per_label() == {"cat": 1, "dog": 2}
    assert scan([[1, 0], [1]], classes=classes).counts.per_label() == {"cat": 1, "dog": 2}
    assert scan(["cat"], classes=classes).counts.per_label() == {"cat": 1}
    assert scan([1, 0, 1], classes=("1", "0")).counts.per_label() == {"0": 1, "1": 2}
    with pytest.raises(SourceError, match='name "cat" twice'):
        read({"label": [1]}, ReadOptions(classes=("cat", "cat")))


def test_declared_classes_order_one_hot_columns() -> None:
    columns = {"cat": [1], "dog": [0]}

    assert read(columns, ReadOptions(label=("cat", "dog"), classes=("dog", "cat"))).classes == ("dog", "cat")
    with pytest.raises(SourceError, match=r'2 one-hot columns and 2 classes are declared; they differ at "dog"'):
        read(columns, ReadOptions(label=("cat", "dog"), classes=("cat", "fox")))


def test_labels_keep_their_type() -> None:
    for dtype in (pl.Int8, pl.UInt64, pl.Boolean, pl.String, pl.Categorical, pl.Enum(["1", "0"])):
        series = pl.Series([1, 0], dtype=pl.Int8).cast(pl.Boolean if dtype == pl.Boolean else pl.String).cast(dtype)
        assert read(series).frame.collect_schema()["label"] == dtype


def test_one_column_may_play_two_roles_and_the_others_are_left_behind() -> None:
    labels = read({"label": ["a"], "site": [7], "junk": [0]}, ReadOptions(id="site", group="site"))

    assert labels.frame.collect().to_dicts() == [{"label": "a", "id": 7, "group": "7"}]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (ReadOptions(weight="f"), r'Column "f" of memory is no whole number ≥ 0 in 1 rows'),
        (ReadOptions(weight="t"), r'Column "t" of memory is String. Weights are whole numbers'),
        (ReadOptions(id="many"), r'Column "many" of memory is List\(Int64\). A column for --id holds one value'),
        (ReadOptions(split="splitt"), r'no column "splitt"'),
        (ReadOptions(label=("label", "label")), "name one column twice"),
        (ReadOptions(label=("n",), separator="|"), "Only text is split at a separator"),
        (ReadOptions(separator=""), "The separator is empty"),
    ],
)
def test_columns_that_cannot_play_their_role_are_refused(options: ReadOptions, words: str) -> None:
    columns = {"label": ["a"], "f": [1.5], "t": ["1"], "many": [[1]], "n": [1]}

    with pytest.raises(SourceError, match=words):
        read(columns, options)


def test_negative_and_missing_weights_are_refused() -> None:
    with pytest.raises(SourceError, match="no whole number ≥ 0 in 2 rows"):
        read({"label": ["a", "b", "c"], "n": [1, -1, None]}, ReadOptions(weight="n"))


def test_the_label_column_is_found_by_its_name_only_where_one_fits() -> None:
    assert rows(read({"x": [1], "Species": ["fox"]})) == [("fox",)]
    assert rows(read({"anything": ["fox"]})) == [("fox",)]
    with pytest.raises(SourceError, match=r'several columns that may hold the label: "label", "y"\. Pass --label'):
        read({"label": [1], "y": [2]})
    with pytest.raises(SourceError, match=r'no column that is known to hold labels\. Columns: "a", "b"\. Pass --label'):
        read({"a": [1], "b": [2]})


@settings(max_examples=40)
@given(st.lists(st.lists(st.sampled_from(NAMES), max_size=4, unique=True), min_size=1, max_size=8))
def test_every_encoding_of_the_same_labels_gives_the_same_rows(samples: list[list[str]]) -> None:
    ids = list(range(len(samples)))
    lists = read(
        pl.LazyFrame({"id": ids, "label": samples}, schema={"id": pl.Int64, "label": pl.List(pl.String)}),
        ReadOptions(id="id"),
    )
    joined = read({"id": ids, "label": ["|".join(s) for s in samples]}, ReadOptions(id="id", separator="|"))
    matrix = {name: [int(name in s) for s in samples] for name in NAMES}
    one_hot = read({"id": ids, **matrix}, ReadOptions(id="id", label=tuple(NAMES)))
    no_label: list[str | None] = [None]
    long = [(i, label) for i, sample in zip(ids, samples, strict=True) for label in sample or no_label]
    scalar = read(pl.LazyFrame(long, schema={"id": pl.Int64, "label": pl.String}, orient="row"), ReadOptions(id="id"))

    expected = Counter(rows(scalar, "id", "label"))
    for labels in (lists, joined, one_hot):
        assert Counter(rows(labels, "id", "label")) == expected
        marked = rows(labels, *MARKED)
        assert sum(bool(new) for _, new, _ in marked) == len(samples)
        assert all(new for _, _, new in marked)


def test_markers_count_a_repeated_label_once_a_sample() -> None:
    labels = read({"label": [["a", "a"], ["a"], []]})

    counted = labels.frame.group_by("label").agg(pl.len(), pl.col("new_sample", "new_label").sum())
    assert sorted(counted.collect(engine="streaming").rows(), key=repr) == [("a", 3, 2, 2), (None, 1, 1, 1)]


def test_nothing_is_collected_from_a_plain_label_column() -> None:
    def boom(frame: pl.DataFrame) -> pl.DataFrame:
        raise AssertionError(frame)

    frame = pl.LazyFrame({"label": ["a"]}).map_batches(boom, schema={"label": pl.String()})

    assert read(frame).frame.collect_schema()["label"] == pl.String


@settings(max_examples=40)
@given(st.lists(st.none() | st.lists(st.none() | st.sampled_from(NAMES), max_size=4), min_size=1, max_size=6))
def test_markers_agree_with_a_plain_loop(samples: list[list[str | None] | None]) -> None:
    expected: list[tuple[object, ...]] = []
    for sample in samples:
        seen = [label for label in sample or () if label is not None]
        expected += [(label, i == 0, label not in seen[:i]) for i, label in enumerate(seen)] or [(None, True, True)]

    labels = read(pl.LazyFrame({"label": samples}, schema={"label": pl.List(pl.String)}))

    assert rows(labels, *MARKED) == expected


def test_a_one_hot_class_that_never_occurs_stays_declared() -> None:
    labels = read({"a": [1], "never": [0]}, ReadOptions(label=("a", "never")))

    assert (labels.classes, rows(labels, *MARKED)) == (("a", "never"), [("a", True, True)])
