"""One run's predictions → its figures, and what of them is summed over rows to resample them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from imbalance_audit.evaluation.class_sums import class_sums
from imbalance_audit.evaluation.confusions import joint_counts
from imbalance_audit.evaluation.probabilities import row_scores, score_figures
from imbalance_audit.evaluation.reliability import BINS, bin_of, calibration_error, reliability
from imbalance_audit.evaluation.resampling import RowSums
from imbalance_audit.evaluation.row_metrics import of_many_labels, of_one_label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imbalance_audit.evaluation.probabilities import RowScores, ScoreFigures
    from imbalance_audit.evaluation.row_metrics import LabelFigures
    from imbalance_audit.evaluation.setting import Setting
    from imbalance_audit.predictions.predicted import Predictions
    from imbalance_audit.records import CalibrationBin

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RunFigures:
    """The figures of one run over its rows, each computed once, before they are resampled.

    Attributes:
        predictions: The run.
        setting: What it is judged by.
    """

    predictions: Predictions
    setting: Setting

    @cached_property
    def pairs(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """The pairs of truth and prediction that occur, and their rows."""
        return joint_counts(self.predictions.truth, self.predictions.predicted, len(self.predictions.classes))

    @cached_property
    def of_labels(self) -> LabelFigures:
        """What the predicted labels are worth."""
        if self.predictions.task == "multilabel":
            return of_many_labels(self.predictions)
        return of_one_label(self.pairs, len(self.predictions.classes))

    @cached_property
    def of_scores(self) -> ScoreFigures:
        """What each class's scores are worth."""
        return score_figures(self.predictions, self.setting.weight)

    @cached_property
    def of_rows(self) -> RowScores | None:
        """What each row's probabilities are worth; None without probabilities."""
        return row_scores(self.predictions)

    @cached_property
    def sums(self) -> RowSums:
        """What is summed over the rows."""
        found, predictions, setting = self.of_rows, self.predictions, self.setting
        weight = np.ones(len(predictions.truth)) if setting.weight is None else setting.weight
        features = {"weight": weight}
        if predictions.task == "multilabel":
            features["accuracy"] = (predictions.truth == predictions.predicted).all(axis=1).astype(float)
        bins = None
        if found is not None:
            features |= {"nll": found.nll * weight, "brier": found.brier * weight}
            scale = weight if found.right.ndim == 1 else weight[:, None] / found.right.shape[1]
            bins = bin_of(found.confidence), (found.confidence - found.right) * scale
        if setting.costs is not None:
            features["expected_cost"] = setting.costs[predictions.truth, predictions.predicted] * weight
        scores = partial(class_sums, predictions, setting.weight)
        return RowSums(predictions.truth, predictions.predicted, features, bins, scores)

    def metrics(self) -> dict[str, float]:
        """Return metric → its figure, where this run has what it needs; NaN where it is not defined."""
        values = {**self.of_labels.overall, **self._means()}
        precisions, errors = self.of_scores.average_precision, self.of_scores.calibration_error
        if precisions is not None and not np.isnan(precisions).all():
            binary = self.predictions.task == "binary"
            values["pr_auc"] = float(precisions[1] if binary else np.nanmean(precisions))
        if errors is not None:
            values["classwise_ece"] = float(errors.mean())
        return values

    def _means(self) -> dict[str, float]:
        """Return the metrics that are means over the rows."""
        sums = self.sums
        weight = sums.features["weight"].sum()
        names = [name for name in sums.features if name not in ("weight", "accuracy")]
        found = {name: float(sums.features[name].sum() / weight) for name in names}
        if sums.bins is not None:
            at, gaps = sums.bins
            of_bins: Floats = np.bincount(at.ravel(), weights=gaps.ravel(), minlength=BINS).astype(float)
            found["ece"] = float(calibration_error(of_bins, weight))
        return found

    def reliability(self) -> tuple[CalibrationBin, ...]:
        """Return the reliability diagram."""
        found, weight = self.of_rows, self.setting.weight
        if found is None:
            return ()
        if found.right.ndim == 1:
            return reliability(found.confidence, found.right, weight)
        return reliability(found.confidence.ravel(), found.right.ravel(), None)
