"""A label table, not read yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from imbalance_audit.records.vocabulary import PARTS_OF_A_SAMPLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from imbalance_audit.records.vocabulary import Unit


@dataclass(frozen=True)
class Labels:
    """A label table in the one shape that all sources end in, not read yet.

    Attributes:
        frame: One row for each label on one thing. Column `label` (text, integer, boolean, categorical, enum; null:
            this sample has no label) and, where there are any, `id`, `split`, `group` and `weight` (how many instances
            the row stands for, an integer). Where several rows can belong to one sample, `new_sample` is true on the
            first row of a sample and `new_label` where the sample carries this label for the first time.
        classes: The class names in training-index order, or None when nobody declared them.
        names: What a label value stands for, where the table holds codes ("3" → "bird"). Values it lacks stand for
            themselves.
        split_names: What a split value stands for ("dev" → "val"), likewise.
        unit: What a row is.
        task: `multilabel` when a sample may carry several labels.
        notes: What was skipped or odd, a sentence each.
        path: Where the labels came from, as the user named it.
        kind: The format they were read from.
        untyped: The format cannot tell numbers from text (CSV): labels that are all integers are ordered as numbers.
        loader: Whose numbering of the classes the declared order is, such as `torchvision.datasets.ImageFolder`; None
            where no training loader fixes one.

    >>> import polars as pl
    >>> Labels(pl.LazyFrame({"label": ["cat", "lynx"]}), classes=("cat", "lynx")).frame.collect().height
    2
    """

    frame: pl.LazyFrame
    classes: tuple[str, ...] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    split_names: Mapping[str, str] = field(default_factory=dict)
    unit: Unit = "row"
    task: Literal["multiclass", "multilabel"] = "multiclass"
    notes: tuple[str, ...] = ()
    path: str = "memory"
    kind: str = "frame"
    untyped: bool = False
    loader: str | None = None

    @property
    def several(self) -> bool:
        """Whether a sample may stand on several rows: it has several labels, or the rows are its boxes or tokens."""
        return self.task == "multilabel" or self.unit in PARTS_OF_A_SAMPLE
