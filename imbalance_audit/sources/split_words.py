"""Split words: what a file name or a split column calls training, validation and test data.

The words are those of the Hugging Face hub: a name is a split only where one of them stands as a whole word between
characters that are no letters, so `trainval_2` and `latest` are none.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import PurePath

SPLIT_WORDS = {
    "train": ("train", "training"),
    "val": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing", "eval", "evaluation"),
}
_SPLIT_OF_WORD = {word: split for split, words in SPLIT_WORDS.items() for word in words}
SPLIT_NAMES = {
    spelling: split
    for word, split in _SPLIT_OF_WORD.items()
    for spelling in (word, word.capitalize(), word.upper())
    if spelling != split
}
"""The usual spellings of train, val and test in a split column, and what they stand for."""


def split_of_name(name: str) -> str | None:
    """Return the split that a file or folder name speaks of; None for no word, or for words of two splits.

    >>> split_of_name("train-00000-of-00004.parquet"), split_of_name("Validation_2.csv"), split_of_name("trainval.csv")
    ('train', 'val', None)
    """
    found = {_SPLIT_OF_WORD[word] for word in re.findall(r"[^\W\d_]+", name.lower()) if word in _SPLIT_OF_WORD}
    return found.pop() if len(found) == 1 else None


def without_split_words(name: str) -> str:
    """Return what a name says beside its split.

    >>> without_split_words("train_labels"), without_split_words("y_test"), without_split_words("labels")
    ('labels', 'y', 'labels')
    """
    words = re.split(r"[\W_]+", name)
    return "_".join(word for word in words if word and word.lower() not in _SPLIT_OF_WORD)


def split_of_path(path: PurePath) -> str | None:
    """Return the split in the file's name, else in the nearest of its folders that names one."""
    return next((split for part in reversed(path.parts) if (split := split_of_name(part))), None)


def splits_of_files(paths: Sequence[PurePath]) -> tuple[tuple[str | None, ...], str | None]:
    """Return the split of each file, and a note when some have one and others have none.

    A folder that holds all the files says nothing about any of them: a project called `test` does not.

    Nothing is a split unless several files are given: one file called `train.csv` is all there is.
    """
    if len(paths) < 2:
        return (None,) * len(paths), None
    shared = os.path.commonpath([path.parent for path in paths])
    splits = tuple(split_of_path(path.relative_to(shared)) for path in paths)
    without = sum(split is None for split in splits)
    if not any(splits) or not without:
        return splits, None
    return splits, f"{without} of {len(splits)} files name no split (train, val, test): their rows have none."
