"""What a user can say about how predictions are to be read: the one list of these options."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from imbalance_audit.records import ReadOptions
from imbalance_audit.records.option import like, option

Outputs = Literal["logits", "probabilities", "scores"]


@dataclass(frozen=True, kw_only=True)
class PredictionOptions:
    """How to read predictions. What is None is found by the usual names, or not used.

    `audit evaluate` has these options, in this order; `evaluate` has them as keywords.
    """

    label: str | None = option(
        None, help="Column of the truth, or 'label_*' for one-hot columns. [default: by its usual name]"
    )
    prediction: str | None = option(None, help="Column of predicted classes.")
    scores: str | None = option(
        None, help="Scores: 'prob_*' for a column a class, or a column of lists, or of the positive class."
    )
    outputs: Outputs | None = option(None, help="What the scores are, where their name does not tell.")
    positive: str | None = option(None, help="Which of two classes one column of scores is of.")
    """None: the second one."""
    classes: tuple[str, ...] | None = like(ReadOptions, "classes")
    """Integer labels are indices into them."""
    id: str | None = option(None, help="Column of ids, by which runs, and --truth, are matched.")
    truth: object | None = option(None, help="A label table that holds the truth, matched by --id.", takes=Path)
    """Any source of labels, from Python."""
    group: str | None = like(ReadOptions, "group")
    split: str | None = like(ReadOptions, "split")
    of_split: str | None = option(None, help="Judge this split only.")
    separator: str | None = like(ReadOptions, "separator")
    format: str | None = like(ReadOptions, "format")
    header: bool = like(ReadOptions, "header")
