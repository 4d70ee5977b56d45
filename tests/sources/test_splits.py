"""Split words in names."""

from __future__ import annotations

from pathlib import PurePath

import polars as pl
import pytest

from imbalance_audit.sources.splits import normalised, split_of_name, splits_of_files


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("train.csv", "train"),
        ("train-00000-of-00004.parquet", "train"),
        ("training_set.csv", "train"),
        ("train2017.jsonl", "train"),
        ("my.valid.csv", "val"),
        ("Validation_2.csv", "val"),
        ("DEV.tsv", "val"),
        ("eval.csv", "test"),
        ("evaluation-1.csv", "test"),
        ("split=test", "test"),
        ("trainval.csv", None),
        ("train_val.csv", None),
        ("latest.csv", None),
        ("contest.csv", None),
        ("trainer.csv", None),
        ("labels.csv", None),
    ],
)
def test_a_split_is_a_whole_word_in_the_name(name: str, split: str | None) -> None:
    assert split_of_name(name) == split


def test_a_folder_that_holds_all_files_says_nothing() -> None:
    paths = [PurePath("/test/d/a.csv"), PurePath("/test/d/train/x/b.csv"), PurePath("/test/d/val/b.csv")]

    splits, note = splits_of_files(paths)

    assert splits == (None, "train", "val")
    assert note == "1 of 3 files name no split (train, val, test): their rows have none."


def test_split_columns_are_normalised_and_other_values_stay() -> None:
    found = pl.DataFrame({"s": ["training", "Dev", "EVAL", "holdout", " train", "", None, "train"]})

    assert found.select(normalised(pl.col("s")))["s"].to_list() == [
        "train",
        "val",
        "test",
        "holdout",
        " train",
        "",
        None,
        "train",
    ]
