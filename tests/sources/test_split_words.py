"""Split words in names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path, PurePath

import pytest

from imbalance_audit import scan
from imbalance_audit.sources.split_words import SPLIT_WORDS, split_of_name, splits_of_files


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


@pytest.fixture(scope="module")
def split_of_hugging_face(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sequence[str]], dict[str, set[str]]]:
    """Return what the hub's own patterns, resolved over real files, make of names."""
    data_files = pytest.importorskip("datasets.data_files")

    def splits(names: Sequence[str]) -> dict[str, set[str]]:
        folder = tmp_path_factory.mktemp("hub")
        for name in names:
            (folder / name).touch()
        found: dict[str, set[str]] = {name: set() for name in names}
        for split, patterns in data_files.DEFAULT_PATTERNS_SPLIT_IN_FILENAME.items():
            for pattern in patterns:
                try:
                    hits = data_files.resolve_pattern(pattern, str(folder))
                except FileNotFoundError:
                    continue
                for hit in hits:
                    found[Path(hit).name].add("val" if str(split) == "validation" else str(split))
        return found

    return splits


def test_names_are_split_as_the_hub_splits_them(
    split_of_hugging_face: Callable[[Sequence[str]], dict[str, set[str]]],
) -> None:
    words = [*chain.from_iterable(SPLIT_WORDS.values()), "trainval", "latest", "trainer", "tests", "labels"]
    before = ["", "ImageNet_LT_", "my-", "v2.", "a b ", "2017", "un"]
    after = ["", "2017", "_1", "-00000-of-00004", ".labels", " set", "_LT", "ing"]
    names = [f"{first}{word}{last}.csv" for first in before for word in words for last in after]

    hub = split_of_hugging_face(names)

    assert len(names) > 800
    assert {name: split_of_name(name) for name in names} == {
        name: next(iter(splits)) if len(splits) == 1 else None for name, splits in hub.items()
    }


def test_upper_case_is_a_split_here_though_not_on_the_hub(
    split_of_hugging_face: Callable[[Sequence[str]], dict[str, set[str]]],
) -> None:
    names = ["TRAIN.csv", "Val_2.csv"]

    assert split_of_hugging_face(names) == {"TRAIN.csv": set(), "Val_2.csv": set()}
    assert [split_of_name(name) for name in names] == ["train", "val"]
