"""What a user can say about how a source is to be read."""

from __future__ import annotations

from dataclasses import dataclass

from imbalance_audit.display import plain
from imbalance_audit.errors import SourceError


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """How to read a source. Columns are given by name or by position: `"0"` is the first one, `"-1"` the last.

    A key inside objects is named by the way to it: `"meta.label"`, unless a column has that very name.

    Attributes:
        label: The label column; several are one-hot columns. Empty: found by name.
        split: The column that holds the split. None: with several files, the split in each file's name.
        group: The column that holds the group (patient, site, plot).
        id: The column that holds the sample's id.
        weight: The column that says how many instances a row stands for.
        separator: What separates the labels in one text, such as `"|"` in `"cat|dog"`.
        format: A name of `FORMATS`. None: told by the file's first bytes, then by its suffix.
        classes: The class names in training-index order. Integer labels are indices into them.
        header: Whether the first row of a CSV file names the columns.
        extensions: The file suffixes that are samples in a folder tree, in lower case; empty: those of images.
        fold_tags: Whether token tags lose their position: `B-PER` and `I-PER` count as `PER`.
    """

    label: tuple[str, ...] = ()
    split: str | None = None
    group: str | None = None
    id: str | None = None
    weight: str | None = None
    separator: str | None = None
    format: str | None = None
    classes: tuple[str, ...] | None = None
    header: bool = True
    extensions: tuple[str, ...] = ()
    fold_tags: bool = False


COLUMNS = frozenset({"label", "split", "group", "id", "weight", "separator", "classes"})
"""The options that mean something wherever labels stand in columns."""

_SPELLINGS = {
    "label": "--label", "split": "--split", "group": "--group", "id": "--id", "weight": "--weight",
    "separator": "--separator", "classes": "--classes", "format": "--format", "header": "--no-header",
    "extensions": "--extensions", "fold_tags": "--fold-tags",
}  # fmt: skip


def refuse_unheeded(options: ReadOptions, heeds: frozenset[str], path: str, what: str) -> None:
    """Refuse an option that means nothing for what is read: whoever passed it expects it to do something.

    Args:
        options: What the user said.
        heeds: The names of the options that mean something.
        path: What the source is called.
        what: What the source is, such as `csv`.

    Raises:
        SourceError: another option is given.
    """
    for name, option in _SPELLINGS.items():
        if name not in heeds and getattr(options, name) != getattr(ReadOptions, name):
            message = f"{plain(path)} is {what}, where {option} means nothing. Leave it out."
            raise SourceError(message)
