"""One fit of a decision: calibration first, then the rule, from the same rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from imbalance_audit.decisions import logit_formulas
from imbalance_audit.decisions.correction import correct
from imbalance_audit.decisions.offsets import tune_offsets
from imbalance_audit.decisions.strength import curve_errors, one_standard_error, tau_curve
from imbalance_audit.decisions.temperature import Calibration, fit_temperature
from imbalance_audit.decisions.thresholds import tune_threshold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from imbalance_audit.decisions.objective import Objective
    from imbalance_audit.decisions.strength import Curve
    from imbalance_audit.records import Decision

Method = Literal["tau", "offsets", "thresholds", "costs"]
Calibrating = Literal["none", "temperature", "bias-corrected"]

_FARTHEST = 36.0
"""Log odds beyond which a probability in 64 bits is 1."""


@dataclass(frozen=True)
class TuningPlan:
    """How a decision is made and what by.

    Attributes:
        method: `tau`: argmax of log p - τ·log π, τ from a grid. `offsets`: argmax of log p + b, b by coordinate ascent.
            `thresholds`: of two classes, or of each of several labels. `costs`: the least expected cost, nothing tuned.
        metric: What is tuned by, as `Objective` tells.
        beta: β of `f_beta`.
        precision: Of `recall_at_precision`.
        costs: truth → predicted → cost, of method `costs` and metric `expected_cost`.
        calibrate: `none`, `temperature` or `bias-corrected`, fitted first, on the same rows.
        prior: π, (C,) above 0, that the corrected logits are calibrated for, as shares or as counts; the validation
            rows' own for None.
        target: (C,), the class shares where the model is used: probabilities are shifted to them, and rows count
            by them. Probabilities stay those of `prior`, and rows count as they are, for None.
        folds: Of the cross-validation.
        one_standard_error: Take the least τ within one standard error of the best, not the best.
        seed: Of the folds.

    >>> TuningPlan(method="offsets", metric="balanced_accuracy").calibrate
    'none'
    """

    method: Method = "tau"
    metric: str = "macro_f1"
    beta: float = 1.0
    precision: float = 0.9
    costs: Mapping[str, Mapping[str, float]] | None = None
    calibrate: Calibrating = "none"
    prior: Sequence[float] | None = None
    target: Sequence[float] | None = None
    folds: int = 5
    one_standard_error: bool = False
    seed: int = 0


class Rows(NamedTuple):
    """Validation rows: logits (N, C), what they are, and how much each counts (N,)."""

    logits: NDArray[np.float64]
    truth: NDArray[np.int64]
    weight: NDArray[np.float64]

    def at(self, index: NDArray[np.int64]) -> Rows:
        """Return some of them."""
        return Rows(self.logits[index], self.truth[index], self.weight[index])


class FitTask(NamedTuple):
    """What does not change from fold to fold."""

    plan: TuningPlan
    metric: Objective
    blank: Decision
    prior: NDArray[np.float64]
    size: int


def fitted(task: FitTask, rows: Rows) -> tuple[Decision, Curve | None]:
    """Return the decision that these rows alone lead to, without its worth."""
    multilabel = task.blank.multilabel
    z = correct(rows.logits, task.blank.correction, multilabel=multilabel)
    calibration = _calibration(task, rows._replace(logits=z))
    z = z / np.asarray(calibration.temperature) + np.asarray(calibration.bias)
    decision = replace(task.blank, temperature=calibration.temperature, bias=calibration.bias)
    if multilabel:
        return _with_thresholds(task, decision, rows._replace(logits=z)), None
    log_p = logit_formulas.log_softmax(z, np)
    if task.plan.method == "costs":
        costs = tuple(tuple(row) for row in task.metric.costs.tolist())
        return replace(decision, rule="costs", costs=costs), None
    if task.plan.method == "thresholds":
        odds = np.clip(log_p[:, 1], -1e4, 0) - np.clip(log_p[:, 0], -1e4, 0)
        at = tune_threshold(odds, rows.truth, task.metric, rows.weight, positive=False)
        return _with(decision, (0.0, -at), threshold=_probability(at)), None
    return _by_strength(task, decision, rows._replace(logits=log_p))


def _by_strength(task: FitTask, decision: Decision, rows: Rows) -> tuple[Decision, Curve | None]:
    curve = tau_curve(rows.logits, rows.truth, task.prior, task.metric, rows.weight)
    log_prior = np.log(task.prior)
    if task.plan.method == "offsets":
        start = -curve.best * log_prior
        found = tune_offsets(rows.logits, rows.truth, start, task.metric, rows.weight)
        return _with(decision, found.tolist()), None
    tau, named = curve.best, {"tau_best": curve.best}
    if task.plan.one_standard_error:
        judged = curve_errors(curve, rows.truth, task.metric, rows.weight, task.size)
        tau = one_standard_error(curve, judged, task.metric)
    return _with(decision, (-tau * log_prior).tolist(), tau=tau, **named), curve


def _with(decision: Decision, offset: Sequence[float], **found: float) -> Decision:
    parameters = {**decision.parameters, **found}
    return replace(decision, offset=tuple(float(b) for b in offset), parameters=parameters)


def _with_thresholds(task: FitTask, decision: Decision, rows: Rows) -> Decision:
    at = [
        tune_threshold(rows.logits[:, c], rows.truth[:, c], task.metric, rows.weight, positive=True)
        for c in range(task.size)
    ]
    return replace(decision, rule="thresholds", thresholds=tuple(_probability(s) for s in at))


def _probability(odds: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(odds, -_FARTHEST, _FARTHEST))))


def _calibration(task: FitTask, rows: Rows) -> Calibration:
    if task.plan.calibrate == "none":
        return Calibration((1.0,) * task.size, (0.0,) * task.size)
    return fit_temperature(
        rows.logits,
        rows.truth,
        bias=task.plan.calibrate == "bias-corrected",
        multilabel=task.blank.multilabel,
        weight=rows.weight,
    )
