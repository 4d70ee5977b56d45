"""Predictions, in the one form in which they are judged and tuned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imbalance_audit.records import Task

LEAST_PROBABILITY = float(np.finfo(np.float64).eps)
"""What a probability of 0 counts as where its logarithm is taken."""


@dataclass(frozen=True)
class Predictions:
    """What one model said of N rows, and what they are. Rows stand in the order of their ids, or of the file.

    Attributes:
        name: What the run is called.
        path: Its file, as the user named it.
        task: Multiclass, binary or multilabel. Binary scores are of two columns here, whatever the file has.
        classes: The C class names in index order.
        truth: The class indices, int64 (N,); of many labels 0 and 1, int64 (N, C).
        outputs: What the file holds. Of scores, only the order counts.
        scores: float64 (N, C): logits, probabilities or scores, as `outputs` says; None where it holds classes.
        predicted: The class indices (N,), or 0 and 1 (N, C): as the file says, else the likeliest (of many labels: a
            probability of at least ½, a logit of at least 0).
        id: What tells the rows apart, (N,); None where no column was named.
        group: The group of each row, (N,); None where no column was named.
        notes: What was odd.
    """

    name: str
    path: str
    task: Task
    classes: tuple[str, ...]
    truth: NDArray[np.int64]
    outputs: Literal["logits", "probabilities", "scores", "classes"]
    scores: NDArray[np.float64] | None
    predicted: NDArray[np.int64]
    id: NDArray[np.object_] | None = None
    group: NDArray[np.object_] | None = None
    notes: tuple[str, ...] = ()

    def logits(self) -> NDArray[np.float64] | None:
        """Return logits (N, C), of probabilities their logarithms (of many labels: log odds); None without either.

        A probability of 0 counts as 2⁻⁵², as in scikit-learn's `log_loss`: its logarithm is finite.
        """
        if self.scores is None or self.outputs == "scores":
            return None
        if self.outputs == "logits":
            return self.scores
        least = LEAST_PROBABILITY
        if self.task == "multilabel":
            bounded = np.clip(self.scores, least, 1 - least)
            return np.log(bounded) - np.log1p(-bounded)
        return np.log(np.maximum(self.scores, least))
