"""A decision tuned on validation data, with the figure that it will really have: by nested cross-validation."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from imbalance_audit.decisions.applying import decide
from imbalance_audit.decisions.checked_arrays import (
    checked_logits,
    checked_shares,
    checked_truth,
    refuse_classes_without_rows,
)
from imbalance_audit.decisions.fitting import Calibrating, FitTask, Method, Rows, TuningPlan, fitted
from imbalance_audit.decisions.objective import Objective, judge
from imbalance_audit.decisions.prior_shift import row_weights
from imbalance_audit.decisions.strength import GRID, curve_errors
from imbalance_audit.display import quoted
from imbalance_audit.errors import MissingExtraError, OptionError, refuse_unknown
from imbalance_audit.records import Decision, InverseMap
from imbalance_audit.weights.cost_matrix import regrets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from imbalance_audit.decisions.strength import Curve

FEW_ROWS = 50
"""Rows of a class below which a decision tuned on them is mostly chance."""


def tune_decision(
    logits: object,
    truth: object,
    classes: Sequence[str],
    plan: TuningPlan | None = None,
    *,
    multilabel: bool = False,
    correction: InverseMap | None = None,
    fingerprint: str | None = None,
) -> Decision:
    """Return a decision that is tuned on these rows, and what it is worth.

    In this order: the correction for training, the shift to the target prior, the temperature, the rule. `tuned` is the
    metric on the rows that were tuned on; `expected` is that of folds that calibration and rule have not seen, which is
    the one to quote; `plain` that of the likeliest class of the logits as they came. The intervals are of 95 %.

    Args:
        logits: (N, C) of validation rows, which training has not seen.
        truth: Class indices (N,); of several labels 0 and 1 (N, C).
        classes: The C class names in index order.
        plan: How; argmax of log p - τ·log π by macro-F1 for None.
        multilabel: A sample may have several labels.
        correction: What undoes training, from `inverse_map`; nothing for None.
        fingerprint: That of the training data, for the record.

    Raises:
        OptionError: an option does not fit the task; a class has no row; shapes or values are others.
        MissingExtraError: scikit-learn is not installed.

    >>> import numpy as np
    >>> logits = np.log([[0.9, 0.1], [0.7, 0.3], [0.6, 0.4]] * 5)
    >>> decision = tune_decision(logits, [0, 0, 1] * 5, ["cat", "lynx"])
    >>> decision.plain.value.__round__(2), decision.tuned.value
    (0.4, 1.0)
    """
    plan = plan or TuningPlan()
    z = checked_logits(logits, size=len(classes), multilabel=multilabel)
    y = checked_truth(truth, z.shape, multilabel=multilabel)
    task = _task(y, classes, plan, multilabel, correction, fingerprint)
    weight = np.ones(len(z))
    if plan.target is not None:
        weight = row_weights(y, plan.target, task.size)
    rows = Rows(z, y, weight)
    decision, curve = fitted(task, rows)
    held_out = np.empty(y.shape, dtype=np.int64)
    for training, test in _folds(y, plan):
        held_out[test] = decide(fitted(task, rows.at(training))[0], z[test]).predicted
    likeliest = (z >= 0).astype(np.int64) if multilabel else z.argmax(axis=1)
    found = judge(task.metric, y, decide(decision, z).predicted, weight, task.size)
    expected, plain = (judge(task.metric, y, said, weight, task.size) for said in (held_out, likeliest))
    return replace(
        decision,
        tuned=found.estimate(),
        expected=expected.estimate(),
        plain=plain.estimate(),
        gain=expected.minus(plain),
        curve=() if curve is None else _points(task, rows, curve),
        notes=(*_few_rows(task, y), *_missed_precision(task, y, held_out)),
    )


def _task(
    y: NDArray[np.int64],
    classes: Sequence[str],
    plan: TuningPlan,
    multilabel: bool,
    correction: InverseMap | None,
    fingerprint: str | None,
) -> FitTask:
    size = len(classes)
    _refuse(plan, size, multilabel)
    costs = np.zeros((0, 0)) if plan.costs is None else np.asarray(regrets(classes, plan.costs), dtype=np.float64)
    metric = Objective(plan.metric, plan.beta, plan.precision, costs)
    rows = y.sum(axis=0) if multilabel else np.bincount(y, minlength=size)
    if metric.needs_every_class:
        refuse_classes_without_rows(classes, rows, need=f"to tune by {metric.name}")
    if plan.target is not None:
        refuse_classes_without_rows(classes, rows, need="to tune for a target prior")
    if not multilabel and np.count_nonzero(rows) < 2:
        message = "Expected validation rows of at least two classes, got one class only. Validate on rows of each."
        raise OptionError(message)
    inverse = correction or InverseMap.identity(size)
    prior = np.full(size, 1 / size)
    if not multilabel:
        given = np.maximum(rows, 1) if plan.prior is None else plan.prior
        prior = checked_shares("prior", given, size, positive=True)
    if plan.target is not None:
        wanted = checked_shares("target", plan.target, size, positive=True)
        moved = np.asarray(inverse.after) + np.log(wanted / prior)
        inverse, prior = replace(inverse, after=tuple(moved.tolist())), wanted
    blank = Decision(
        classes=tuple(classes),
        multilabel=multilabel,
        correction=inverse,
        temperature=(1.0,) * size,
        bias=(0.0,) * size,
        rule="argmax",
        metric=plan.metric,
        parameters=_parameters(plan, len(y)),
        fingerprint=fingerprint,
    )
    return FitTask(plan, metric, blank, prior, size)


def _refuse(plan: TuningPlan, size: int, multilabel: bool) -> None:
    refuse_unknown("method", plan.method, get_args(Method))
    refuse_unknown("calibration", plan.calibrate, get_args(Calibrating))
    if multilabel and (plan.method != "thresholds" or plan.metric == "expected_cost" or plan.target is not None):
        message = (
            "Several labels a row are decided by thresholds, without expected_cost and without a target prior, got "
            f"method {plan.method} and metric {plan.metric}. Choose --method thresholds."
        )
        raise OptionError(message)
    if not multilabel and size > 2 and plan.method == "thresholds":
        message = f"Thresholds are for two classes or several labels, got {size} classes. Choose offsets or tau."
        raise OptionError(message)
    if plan.metric == "recall_at_precision" and plan.method != "thresholds":
        message = f"recall_at_precision is tuned by thresholds, got method {plan.method}. Choose that method."
        raise OptionError(message)
    if plan.method == "costs" and plan.costs is None:
        message = "The method costs needs what each error costs: give costs (--costs), rows are the truth."
        raise OptionError(message)
    if type(plan.folds) is not int or plan.folds < 2:
        message = f"Expected at least 2 folds, got {plan.folds}. Take 5."
        raise OptionError(message)


def _parameters(plan: TuningPlan, rows: int) -> dict[str, float | str | bool | None]:
    used: dict[str, float | str | bool | None] = {
        "method": plan.method,
        "calibrate": plan.calibrate,
        "rows": rows,
        "folds": plan.folds,
        "seed": plan.seed,
        "target_prior": plan.target is not None,
    }
    if plan.metric == "f_beta":
        used["beta"] = float(plan.beta)
    if plan.metric == "recall_at_precision":
        used["precision"] = float(plan.precision)
    return used


def _points(task: FitTask, rows: Rows, curve: Curve) -> tuple[tuple[float, Any], ...]:
    judged = curve_errors(curve, rows.truth, task.metric, rows.weight, task.size)
    return tuple((tau, one.estimate()) for tau, one in zip(GRID, judged, strict=True))


def _folds(truth: NDArray[np.int64], plan: TuningPlan) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield the rows to tune on and those to judge by, as many of each class in each fold as can be."""
    try:
        from sklearn.model_selection import KFold, StratifiedKFold
    except ModuleNotFoundError as error:
        wanted_by = "Tuning a decision"
        raise MissingExtraError.of(wanted_by, extra="evaluation") from error
    if len(truth) < 2 * plan.folds or (truth.ndim == 1 and np.bincount(truth).max() < plan.folds):
        message = f"Expected rows for {plan.folds} folds, got {len(truth)}. Give more validation rows, or fewer folds."
        raise OptionError(message)
    how = (KFold if truth.ndim == 2 else StratifiedKFold)(plan.folds, shuffle=True, random_state=plan.seed)
    with warnings.catch_warnings():
        # A class with fewer rows than folds is told of in the decision's notes.
        warnings.simplefilter("ignore", UserWarning)
        yield from how.split(truth, truth)


def _few_rows(task: FitTask, truth: NDArray[np.int64]) -> tuple[str, ...]:
    rows = truth.sum(axis=0) if truth.ndim == 2 else np.bincount(truth, minlength=task.size)
    few = np.flatnonzero(rows < FEW_ROWS)
    if not few.size:
        return ()
    rarest = few[np.argsort(rows[few], kind="stable")]
    named = ", ".join(f"{quoted(task.blank.classes[c], longest=40)} {rows[c]}" for c in rarest[:3])
    more = f" and {len(few) - 3:,} more" if len(few) > 3 else ""
    return (
        f"Fewer than {FEW_ROWS} validation rows in {len(few):,} of {task.size:,} classes ({named}{more}): what is "
        "tuned on them is mostly chance, and the intervals are too narrow.",
    )


def _missed_precision(task: FitTask, truth: NDArray[np.int64], held_out: NDArray[np.int64]) -> tuple[str, ...]:
    if task.metric.name != "recall_at_precision":
        return ()
    floor = task.metric.precision
    true, said = (truth, held_out) if truth.ndim == 2 else (truth[:, None], held_out[:, None])
    precision = (true * said).sum(axis=0) / np.maximum(said.sum(axis=0), 1)
    missed = np.flatnonzero(precision < floor)
    if not missed.size:
        return ()
    worst = missed[np.argmin(precision[missed])]
    name = task.blank.classes[worst if truth.ndim == 2 else 1]
    return (
        f"On rows that were not tuned on, the precision of {quoted(name, longest=40)} is {precision[worst]:.3f}, not "
        f"{floor:g}: the threshold does not keep what was asked for. Validate on more rows, or ask for a higher one.",
    )
