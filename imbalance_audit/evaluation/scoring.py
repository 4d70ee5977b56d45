"""One run's predictions → its figures with their intervals, and its resamples for comparing it with others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from imbalance_audit.evaluation import class_totals
from imbalance_audit.evaluation.class_sums import class_sums
from imbalance_audit.evaluation.confusions import joint_counts, worst_confusions
from imbalance_audit.evaluation.intervals import percentile, wilson
from imbalance_audit.evaluation.names import METRICS, REGIONS
from imbalance_audit.evaluation.probabilities import class_figures, row_scores
from imbalance_audit.evaluation.reliability import BINS, bin_of, calibration_error, reliability
from imbalance_audit.evaluation.resampling import RowSums
from imbalance_audit.evaluation.row_metrics import of_many_labels, of_one_label
from imbalance_audit.evaluation.worst_group import worst_group
from imbalance_audit.predictions.predicted import LEAST_PROBABILITY
from imbalance_audit.records import ClassScore, Estimate, RegionScore, RunEvaluation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from imbalance_audit.evaluation.probabilities import ClassFigures, RowScores
    from imbalance_audit.evaluation.resampling import Resampled
    from imbalance_audit.evaluation.row_metrics import ClassTable
    from imbalance_audit.predictions.predicted import Predictions
    from imbalance_audit.records import CalibrationBin, Region

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Setting:
    """What the rows are judged by, the same for each run. By default they count as they are.

    Attributes:
        confidence: The level of the intervals.
        counts: Training rows of each class, where they are known.
        regions: The region of each class; empty where the counts are not known.
        costs: What each error costs more than the right decision, truth × prediction.
        weight: What each row counts for probabilities and costs; None: the same.
    """

    confidence: float = 0.95
    counts: tuple[int, ...] | None = None
    regions: tuple[Region | None, ...] = ()
    costs: Floats | None = None
    weight: Floats | None = None


@dataclass(frozen=True)
class Scored:
    """One run over its rows, before it is resampled.

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
    def table(self) -> ClassTable:
        """The figures of each class."""
        if self.predictions.task == "multilabel":
            return of_many_labels(self.predictions)
        return of_one_label(self.pairs, len(self.predictions.classes))

    @cached_property
    def scores(self) -> RowScores | None:
        """What each row's probabilities are worth; None without probabilities."""
        return row_scores(self.predictions)

    @cached_property
    def of_classes(self) -> ClassFigures:
        """What each class's scores are worth."""
        return class_figures(self.predictions, self.setting.weight)

    @cached_property
    def rows(self) -> RowSums:
        """What is summed over the rows."""
        found, predictions, setting = self.scores, self.predictions, self.setting
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

    def reliability(self) -> tuple[CalibrationBin, ...]:
        """Return the reliability diagram."""
        found, weight = self.scores, self.setting.weight
        if found is None:
            return ()
        if found.right.ndim == 1:
            return reliability(found.confidence, found.right, weight)
        return reliability(found.confidence.ravel(), found.right.ravel(), None)


def metric_values(scored: Scored) -> dict[str, float]:
    """Return metric → its figure, where this run has what it needs; NaN where it is not defined."""
    values = {**scored.table.overall, **_means(scored)}
    precisions, errors = scored.of_classes.average_precision, scored.of_classes.calibration_error
    if precisions is not None and not np.isnan(precisions).all():
        binary = scored.predictions.task == "binary"
        values["pr_auc"] = float(precisions[1] if binary else np.nanmean(precisions))
    if errors is not None:
        values["classwise_ece"] = float(errors.mean())
    return values


def resampled_metrics(scored: Scored, resampled: Resampled) -> dict[str, Floats]:
    """Return metric → its figure in each resample (B,)."""
    many = scored.predictions.task == "multilabel"
    found = {
        name: formula(resampled.totals)
        for name, formula in (class_totals.OF_MANY_LABELS if many else class_totals.OF_ONE_LABEL).items()
    }
    weight = resampled.features["weight"]
    for name, total in resampled.features.items():
        if name != "weight":
            found[name] = total / (resampled.totals.rows if name == "accuracy" else weight)
    if resampled.bins is not None:
        found["ece"] = calibration_error(resampled.bins, weight)
    if resampled.pr_auc is not None:
        found["pr_auc"] = resampled.pr_auc
    if resampled.classwise_gap is not None:
        found["classwise_ece"] = resampled.classwise_gap / weight
    return found


def evaluate_run(scored: Scored, resampled: Resampled, metrics: Mapping[str, Floats]) -> RunEvaluation:
    """Return how one run fares.

    Args:
        scored: The run.
        resampled: Its resamples.
        metrics: What `resampled_metrics` gave.
    """
    predictions, setting, table = scored.predictions, scored.setting, scored.table
    figures, values = scored.of_classes, metric_values(scored)
    estimates = {
        name: percentile(values[name], metrics[name], setting.confidence) if name in metrics else _bare(values[name])
        for name in METRICS
        if name in values
    }
    estimates |= _shares(scored)
    several = predictions.task == "multilabel"
    return RunEvaluation(
        name=predictions.name,
        path=predictions.path,
        outputs=predictions.outputs,
        rows=len(predictions.truth),
        metrics=estimates,
        classes=_classes(scored, resampled, figures.average_precision, figures.calibration_error),
        regions=_regions(scored, resampled),
        confusions=() if several else worst_confusions(scored.pairs, predictions.classes, table.support, setting.costs),
        bins=scored.reliability(),
        notes=(*predictions.notes, *_notes(scored)),
    )


def _means(scored: Scored) -> dict[str, float]:
    """Return the metrics that are means over the rows."""
    rows = scored.rows
    weight = rows.features["weight"].sum()
    names = [name for name in rows.features if name not in ("weight", "accuracy")]
    found = {name: float(rows.features[name].sum() / weight) for name in names}
    if rows.bins is not None:
        at, gaps = rows.bins
        sums: Floats = np.bincount(at.ravel(), weights=gaps.ravel(), minlength=BINS).astype(float)
        found["ece"] = float(calibration_error(sums, weight))
    return found


def _shares(scored: Scored) -> dict[str, Estimate]:
    """Return the metrics that are a share of rows, with Wilson's interval."""
    table, level = scored.table, scored.setting.confidence
    if scored.predictions.task == "multilabel":
        right = int(scored.rows.features["accuracy"].sum())
    else:
        right = int(table.hits.sum())
    shares = {"accuracy": wilson(right, len(scored.predictions.truth), level)}
    if "worst_recall" in table.overall:
        worst = int(np.nanargmin(table.recall))
        shares["worst_recall"] = wilson(int(table.hits[worst]), int(table.support[worst]), level)
    return shares


def _classes(
    scored: Scored, resampled: Resampled, precisions: Floats | None, errors: Floats | None
) -> tuple[ClassScore, ...]:
    table, setting = scored.table, scored.setting
    f1 = class_totals.f1(resampled.totals)
    return tuple(
        ClassScore(
            label=name,
            support=int(table.support[at]),
            predicted=int(table.predicted[at]),
            trained=None if setting.counts is None else setting.counts[at],
            region=setting.regions[at] if setting.regions else None,
            precision=wilson(int(table.hits[at]), int(table.predicted[at]), setting.confidence),
            recall=wilson(int(table.hits[at]), int(table.support[at]), setting.confidence),
            f1=percentile(table.f1[at], f1[:, at], setting.confidence),
            average_precision=_or_none(precisions, at),
            calibration_error=_or_none(errors, at),
        )
        for at, name in enumerate(scored.predictions.classes)
    )


def _regions(scored: Scored, resampled: Resampled) -> tuple[RegionScore, ...]:
    regions = scored.setting.regions
    if not any(regions):
        return ()
    recall = class_totals.recall(resampled.totals)
    found = []
    for region in REGIONS:
        members = [at for at, one in enumerate(regions) if one == region]
        own = scored.table.recall[members]
        if not len(own) or np.isnan(own).all():
            found.append(RegionScore(region, len(members), Estimate(None)))
            continue
        there = ~np.isnan(recall[:, members])
        count = there.sum(axis=1)
        total = np.where(there, recall[:, members], 0).sum(axis=1)
        means = np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)
        found.append(
            RegionScore(region, len(members), percentile(float(np.nanmean(own)), means, scored.setting.confidence))
        )
    return tuple(found)


def _notes(scored: Scored) -> tuple[str, ...]:
    predictions, notes = scored.predictions, []
    if predictions.outputs == "probabilities" and (impossible := _impossible(predictions)):
        notes.append(
            f"{impossible:,} rows give the truth a probability of 0; the NLL counts it as {LEAST_PROBABILITY:.1e}."
        )
    if predictions.group is not None:
        notes += worst_group(predictions, scored.setting.confidence)
    return tuple(notes)


def _impossible(predictions: Predictions) -> int:
    """Return how many rows give the truth no probability at all."""
    assert predictions.scores is not None  # noqa: S101 -- asked only where there are probabilities
    if predictions.task == "multilabel":
        return int((predictions.scores == 1 - predictions.truth).any(axis=1).sum())
    return int((predictions.scores[np.arange(len(predictions.truth)), predictions.truth] == 0).sum())


def _bare(value: float) -> Estimate:
    return Estimate(value if np.isfinite(value) else None)


def _or_none(values: Floats | None, at: int) -> float | None:
    return None if values is None or np.isnan(values[at]) else float(values[at])
