"""One run's figures and their resamples → how it fares, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from imbalance_audit.evaluation import class_totals
from imbalance_audit.evaluation.class_scores import class_scores, region_scores
from imbalance_audit.evaluation.confusions import worst_confusions
from imbalance_audit.evaluation.intervals import percentile, wilson
from imbalance_audit.evaluation.reliability import calibration_error
from imbalance_audit.evaluation.worst_group import worst_group
from imbalance_audit.predictions.predicted import LEAST_PROBABILITY
from imbalance_audit.records import Estimate, RunEvaluation
from imbalance_audit.records.metrics import RUN_METRICS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from imbalance_audit.evaluation.resampling import Resampled
    from imbalance_audit.evaluation.run_figures import RunFigures
    from imbalance_audit.predictions.predicted import Predictions

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class JudgedRun:
    """A run, and all that is needed to compare it with others over the same rows.

    Attributes:
        predictions: What it says of each row.
        evaluation: How it fares.
        resamples: Metric → its figure in each resample (B,).
    """

    predictions: Predictions
    evaluation: RunEvaluation
    resamples: Mapping[str, Floats]


def judge_run(run: RunFigures, resampled: Resampled) -> JudgedRun:
    """Return how a run fares."""
    predictions = run.predictions
    resamples = _resampled_metrics(resampled, several=predictions.task == "multilabel")
    evaluation = RunEvaluation(
        name=predictions.name,
        path=predictions.path,
        outputs=predictions.outputs,
        rows=len(predictions.truth),
        metrics=_estimates(run, resamples),
        classes=class_scores(run, resampled),
        regions=region_scores(run, resampled),
        confusions=()
        if predictions.task == "multilabel"
        else worst_confusions(run.pairs, predictions.classes, run.of_labels.support, run.setting.costs),
        bins=run.reliability(),
        notes=(*predictions.notes, *_notes(run)),
    )
    return JudgedRun(predictions, evaluation, resamples)


def _resampled_metrics(resampled: Resampled, *, several: bool) -> dict[str, Floats]:
    """Return metric → its figure in each resample (B,); those of too many scores are left out."""
    formulas = class_totals.OF_MANY_LABELS if several else class_totals.OF_ONE_LABEL
    found = {name: formula(resampled.totals) for name, formula in formulas.items()}
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


def _estimates(run: RunFigures, resamples: Mapping[str, Floats]) -> dict[str, Estimate]:
    """Return metric → figure with its interval, in the order of the table."""
    values, level = run.metrics(), run.setting.confidence
    found = {
        name: percentile(values[name], resamples[name], level) if name in resamples else _bare(values[name])
        for name in RUN_METRICS
        if name in values
    }
    return found | _shares(run)


def _shares(run: RunFigures) -> dict[str, Estimate]:
    """Return the metrics that are a share of rows, with Wilson's interval."""
    labels, level = run.of_labels, run.setting.confidence
    several = run.predictions.task == "multilabel"
    right = int(run.sums.features["accuracy"].sum() if several else labels.hits.sum())
    shares = {"accuracy": wilson(right, len(run.predictions.truth), level)}
    if "worst_recall" in labels.overall:
        worst = int(np.nanargmin(labels.recall))
        shares["worst_recall"] = wilson(int(labels.hits[worst]), int(labels.support[worst]), level)
    return shares


def _bare(value: float) -> Estimate:
    return Estimate(value if np.isfinite(value) else None)


def _notes(run: RunFigures) -> tuple[str, ...]:
    predictions, notes = run.predictions, []
    if predictions.outputs == "probabilities" and (impossible := _impossible(predictions)):
        notes.append(
            f"{impossible:,} rows give the truth a probability of 0; the NLL counts it as {LEAST_PROBABILITY:.1e}."
        )
    if predictions.group is not None:
        notes += worst_group(predictions, run.setting.confidence)
    return tuple(notes)


def _impossible(predictions: Predictions) -> int:
    """Return how many rows give the truth no probability at all."""
    assert predictions.scores is not None  # noqa: S101 -- asked only where there are probabilities
    if predictions.task == "multilabel":
        return int((predictions.scores == 1 - predictions.truth).any(axis=1).sum())
    return int((predictions.scores[np.arange(len(predictions.truth)), predictions.truth] == 0).sum())
