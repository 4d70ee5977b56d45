"""Objects in memory, of libraries that are not imported here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch

from imbalance_audit.errors import SourceError
from imbalance_audit.records import Labels
from imbalance_audit.sources import ReadOptions, read


def labels_of(source: object, options: ReadOptions | None = None) -> list[object]:
    return read(source, options).frame.collect()["label"].to_list()


def test_labels_pass_through_unchanged() -> None:
    labels = Labels(pl.LazyFrame({"label": ["a"]}), classes=("a",))

    assert read(labels) is labels
    assert read(labels, ReadOptions(classes=("b", "a"))).classes == ("b", "a")
    with pytest.raises(SourceError, match="Leave the column options out"):
        read(labels, ReadOptions(split="split"))


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"labels": ["a"]}, 'has no column "label"'),
        ({"label": [0.5]}, 'Column "label" of the tidy table memory must be text, integer, .*, and is Float64'),
        ({"label": ["a"], "split": [1]}, 'Column "split" .* must be text, and is Int64'),
        ({"label": ["a"], "weight": [1.0]}, 'Column "weight" .* must be integer'),
        ({"label": ["a"], "new_sample": [True]}, "Give both, or neither"),
    ],
)
def test_tidy_tables_that_break_the_contract_are_refused(columns: dict[str, list[object]], words: str) -> None:
    with pytest.raises(SourceError, match=words):
        read(Labels(pl.LazyFrame(columns)))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (["a", None, "b"], ["a", None, "b"]),
        ((1, 2), [1, 2]),
        ([True, False], [True, False]),
        ([], []),
        ([np.int64(3), np.int64(4)], [3, 4]),
        ([{"b", "a"}, set()], ["a", "b", None]),
        (np.array(["a", "b"]), ["a", "b"]),
        (np.array(["a", None], dtype=object), ["a", None]),
        (np.array([[3], [4]], dtype=np.uint8), [3, 4]),
        (np.array([1.0, 2.0]), [1, 2]),
        (torch.tensor([1, 0]), [1, 0]),
        (pl.Series(["a"]), ["a"]),
        (pl.DataFrame({"y": ["a"]}), ["a"]),
        (pd.Series(["a", None]), ["a", None]),
        (pd.Series([1, None]), [1, None]),
        (pd.DataFrame({"label": ["a"], "image": [np.zeros(2)]}), ["a"]),
        (pd.DataFrame({0: [1.5], 1: ["a"]}, index=[9]).rename(columns={1: "label"}), ["a"]),
    ],
)
def test_objects_give_their_labels(source: object, expected: list[object]) -> None:
    assert labels_of(source) == expected


def test_a_matrix_is_one_hot() -> None:
    matrix = np.array([[1, 0, 1], [0, 0, 0]])

    labels = read(matrix, ReadOptions(classes=("a", "b", "c")))

    assert labels.classes == ("a", "b", "c")
    assert labels.frame.collect()["label"].to_list() == ["a", "c", None]
    assert labels_of(torch.tensor(matrix)) == ["0", "2", None]
    with pytest.raises(SourceError, match=r'One-hot column "0" of memory holds "0.5"'):
        read(np.array([[0.5, 0.5]]))


def test_pandas_categories_are_the_declared_classes() -> None:
    column = pd.Series(pd.Categorical(["a", None], categories=["z", "a"]))

    labels = read(column)

    assert (labels.classes, labels_of(column)) == (("z", "a"), ["a", None])


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ([1, "a"], "of several types"),
        ([["a"], "b"], "of several types"),
        (np.array([1, "a"], dtype=object), "of several types"),
        (pd.Series([1, "a"], dtype=object), "cannot be read"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), 'columns of the same name: "a"'),
        ({}, "holds no columns"),
        ({"a": [1], "b": [1, 2]}, "different lengths"),
        (np.zeros((2, 2, 2)), "3 dimensions"),
        (np.array([b"a"]), "is Binary"),
        (5, "int is no label source"),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), "is Date"),
    ],
    ids=str,
)
def test_objects_that_hold_no_labels_are_refused(source: object, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        read(source)


def test_a_list_of_file_names_is_not_taken_for_labels(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("label\na\n")

    with pytest.raises(SourceError, match=r"Pass pathlib\.Path objects"):
        read([str(file)])
    assert labels_of([file]) == ["a"]


def test_no_other_library_is_imported() -> None:
    code = (
        "import sys; from imbalance_audit.sources import read; read(['a']).frame.collect();"
        "print([m for m in ('torch', 'pandas', 'numpy', 'torchvision', 'pyarrow') if m in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
