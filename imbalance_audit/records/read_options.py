"""What a user can say about how a source is to be read: the one list of these options."""

from __future__ import annotations

from dataclasses import dataclass

from imbalance_audit.records.option import option


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """How to read a source. Columns are given by name or by position: `"0"` is the first one, `"-1"` the last.

    A key inside objects is named by the way to it: `"meta.label"`, unless a column has that very name. Every command
    that reads labels has these options, in this order; `scan` has them as keywords.
    """

    label: tuple[str, ...] = option(
        (), help="Label column, by name, position (-1) or key (meta.label). Repeat for one-hot columns."
    )
    """Empty: found by its usual names."""
    split: str | None = option(None, help="Column of splits.")
    """None: with several files, the split in each file's name."""
    group: str | None = option(None, help="Column of groups, such as site or patient.")
    id: str | None = option(None, help="Column that tells samples apart.")
    weight: str | None = option(None, help="Integer column of counts, for a table already counted.")
    separator: str | None = option(None, help="What joins several labels in one text, such as '|'.")
    format: str | None = option(None, help="File format, if the name does not tell.")
    """A name of `FORMATS`. None: told by the file's first bytes, then by its suffix."""
    header: bool = option(True, help="CSV has a header.")
    extensions: tuple[str, ...] = option(
        (), help="File suffix that is a sample in a folder tree. Repeatable. [default: images]"
    )
    """In lower case."""
    fold_tags: bool = option(False, help="Count the token tags B-PER and I-PER as PER.")
    classes: tuple[str, ...] | None = option(
        None, help="Class names in training-index order: a,b,c or a text file with one a line.", takes=str
    )
    """Integer labels are indices into them."""
