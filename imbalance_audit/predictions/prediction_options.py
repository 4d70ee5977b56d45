"""What a user can say about how predictions are to be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outputs = Literal["logits", "probabilities", "scores"]


@dataclass(frozen=True, kw_only=True)
class PredictionOptions:
    """How to read predictions. What is None or empty is found by the usual names, or not used.

    Attributes:
        classes: The class names in index order. Integer labels are indices into them.
        label: The column of the truth; a name that ends in `*` stands for one-hot columns, a class each.
        prediction: The column of predicted classes.
        scores: Where the scores are: `prob_*` for a column a class, or a column of lists, or, of two classes, the one
            column that holds the score of the positive class.
        outputs: What the scores are, where their name does not tell.
        positive: Which of two classes one column of scores is of; None: the second one.
        id: The column that tells rows apart.
        group: The column of groups (site, patient).
        split: The column of splits.
        of_split: The one split that is judged.
        separator: What joins several labels in one text, such as `"|"`.
        format: The file format, where the name does not tell it.
        header: Whether a CSV file has a header.
        truth: A label table that holds the truth, matched by `id`.
    """

    classes: tuple[str, ...] | None = None
    label: str | None = None
    prediction: str | None = None
    scores: str | None = None
    outputs: Outputs | None = None
    positive: str | None = None
    id: str | None = None
    group: str | None = None
    split: str | None = None
    of_split: str | None = None
    separator: str | None = None
    format: str | None = None
    header: bool = True
    truth: object | None = None
