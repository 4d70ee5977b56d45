"""Split words in names."""

from __future__ import annotations

from pathlib import PurePath

import pytest

from imbalance_audit import scan
from imbalance_audit.sources.splits import split_of_name, splits_of_files


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


def test_spellings_of_a_split_are_counted_as_one_and_other_values_stay() -> None:
    splits = ["training", "Dev", "EVAL", "holdout", " train", "", None, "train"]

    counts = scan({"label": ["a"] * 8, "s": splits}, split="s").counts

    assert dict(zip(counts.split, counts.instances, strict=True)) == {
        None: 1, "": 1, " train": 1, "holdout": 1, "test": 1, "train": 2, "val": 1,
    }  # fmt: skip


def test_an_id_in_two_spellings_of_one_split_is_no_leak() -> None:
    table = {"label": ["a", "a", "a"], "s": ["train", "training", "dev"], "id": [1, 1, 2]}

    assert not [finding for finding in scan(table, split="s", id="id").findings if finding.code == "INT002"]
