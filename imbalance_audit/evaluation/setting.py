"""What rows are judged by, the same for each run: training counts, regions, costs, and what each row counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imbalance_audit.errors import OptionError
from imbalance_audit.evaluation.target_shares import target_weights
from imbalance_audit.measures.class_regions import regions_of
from imbalance_audit.weights.cost_matrix import regrets
from imbalance_audit.weights.target_prior import refuse_other_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from imbalance_audit.predictions.predicted import Predictions
    from imbalance_audit.records import Region

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Setting:
    """What the rows are judged by. By default they count as they are.

    Attributes:
        confidence: The level of the intervals.
        counts: Training rows of each class, where they are known.
        regions: The region of each class; empty where the counts are not known.
        costs: What each error costs more than the right decision, truth × prediction.
        weight: What each row counts for probabilities and costs; None: the same.
        notes: What limits it.
    """

    confidence: float = 0.95
    counts: tuple[int, ...] | None = None
    regions: tuple[Region | None, ...] = ()
    costs: Floats | None = None
    weight: Floats | None = None
    notes: tuple[str, ...] = ()


def setting_of(
    run: Predictions,
    *,
    trained: Mapping[str, int] | None,
    bounds: tuple[int, int] | None,
    costs: Mapping[str, Mapping[str, float]] | None,
    target: Mapping[str, float] | None,
    confidence: float,
) -> Setting:
    """Return what runs over the rows of this one are judged by.

    Args:
        run: Any of the runs: their truth, classes and task are the same.
        trained: Class → training rows.
        bounds: More training rows than the first are head, fewer than the second few; None: the usual ones.
        costs: Truth → prediction → cost.
        target: Class → the share under which rows are judged.
        confidence: The level of the intervals.

    Raises:
        OptionError: counts, bounds, costs or the target do not fit the classes or the task.
    """
    counts, regions, notes = _trained(run.classes, trained, bounds)
    matrix = None if costs is None else _cost_matrix(run, costs)
    weight, lost = target_weights(run.truth, target)
    return Setting(confidence, counts, regions, matrix, weight, (*notes, *lost))


def _trained(
    classes: tuple[str, ...], trained: Mapping[str, int] | None, bounds: tuple[int, int] | None
) -> tuple[tuple[int, ...] | None, tuple[Region | None, ...], tuple[str, ...]]:
    """Return the training rows and the region of each class, and notes."""
    if trained is None:
        if bounds is not None:
            message = "Regions are of training rows, which are not known. Give --weights or --audit beside --regions."
            raise OptionError(message)
        return None, (), ()
    refuse_other_names(classes, list(trained), what="training counts")
    counts = tuple(trained[name] for name in classes)
    return counts, *regions_of(counts, bounds)


def _cost_matrix(run: Predictions, costs: Mapping[str, Mapping[str, float]]) -> Floats:
    if run.task == "multilabel":
        message = "A cost matrix is of classes that exclude each other; these rows have several. Leave it out."
        raise OptionError(message)
    return np.array(regrets(run.classes, costs))
