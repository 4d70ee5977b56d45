"""The metrics, once: what each is called, which way is better, how it reads, what it needs and what it says.

Evaluations, requirements, reports, tuning and decisions read this table; where a figure is computed, its key stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Better = Literal["higher", "lower"]

MetricUnit = Literal["share", "number", "cost"]
"""Shares are told in per cent and their changes in points; numbers share one scale; a cost has its own."""

MetricNeed = Literal[
    "one label", "several labels", "every class", "scores", "probabilities", "costs", "beta", "precision"
]
"""Rows of one label, or of several; rows of every class, without which nothing is tuned by it; scores, such as
probabilities; a cost matrix; or a parameter, which only a decision has."""

Tuned = Literal["weights", "decision"]


@dataclass(frozen=True)
class Metric:
    """What is known of one metric, whoever computes it.

    Attributes:
        key: What files, options and requirements call it.
        name: What people call it.
        better: Which way is better; None of a metric that the table does not have.
        unit: How its figures read.
        meaning: What it says, in a sentence.
        needs: What must be there for it.
        tunes: What can be tuned by it. Calibration errors tune nothing: a constant prediction has the best ones.
        shown: Its place in reports, which put first what matters where classes are unequal.
        of: Whether a whole run has it, or each class.
    """

    key: str
    name: str
    better: Better | None
    unit: MetricUnit
    meaning: str
    needs: frozenset[MetricNeed] = frozenset()
    tunes: frozenset[Tuned] = frozenset()
    shown: int = 0
    of: Literal["run", "class"] = "run"


_WEIGHTS: frozenset[Tuned] = frozenset(("weights",))
_DECISION: frozenset[Tuned] = frozenset(("decision",))
_BOTH = _WEIGHTS | _DECISION

TABLE = (
    Metric(
        "accuracy", "accuracy", "higher", "share",
        "The share of rows that are right, of many labels with every label right: the common classes decide it.",
        tunes=_BOTH, shown=5,
    ),
    Metric(
        "macro_f1", "macro-F1", "higher", "share",
        "The mean of the F1 of the classes. Unlike balanced accuracy it also falls when a rare class is predicted too "
        "often.",
        needs=frozenset(("every class",)), tunes=_BOTH, shown=3,
    ),
    Metric(
        "micro_f1", "micro-F1", "higher", "share",
        "F1 over all labels pooled: the common classes decide it.",
        needs=frozenset(("several labels",)), tunes=_WEIGHTS, shown=4,
    ),
    Metric(
        "balanced_accuracy", "balanced accuracy", "higher", "share",
        "The mean of the recalls: each class counts the same, however rare it is.",
        needs=frozenset(("one label", "every class")), tunes=_BOTH, shown=2,
    ),
    Metric(
        "worst_recall", "worst recall", "higher", "share",
        "The recall of the class that fares worst.",
        needs=frozenset(("every class",)), tunes=_WEIGHTS, shown=6,
    ),
    Metric(
        "g_mean", "G-mean", "higher", "share",
        "The geometric mean of the recalls: 0 as soon as one class is never found.",
        needs=frozenset(("one label", "every class")), tunes=_WEIGHTS, shown=7,
    ),
    Metric(
        "mcc", "MCC", "higher", "number",
        "Matthews correlation of labels and predictions: 1 is perfect, 0 is no better than chance.",
        needs=frozenset(("one label",)), tunes=_WEIGHTS, shown=8,
    ),
    Metric(
        "pr_auc", "PR AUC", "higher", "share",
        "Average precision, the mean over the classes: how well scores rank the rows of a class before all others.",
        needs=frozenset(("scores", "every class")), tunes=_WEIGHTS, shown=9,
    ),
    Metric(
        "nll", "NLL", "lower", "number",
        "Negative log-likelihood: the mean of −log(probability given to what is true). It judges the probabilities.",
        needs=frozenset(("probabilities",)), tunes=_WEIGHTS, shown=10,
    ),
    Metric(
        "brier", "Brier score", "lower", "number",
        "The mean squared distance between the probabilities and what is true.",
        needs=frozenset(("probabilities",)), tunes=_WEIGHTS, shown=11,
    ),
    Metric(
        "ece", "ECE", "lower", "share",
        "Expected calibration error: how far confidence and accuracy lie apart, over the bins of the reliability "
        "diagram.",
        needs=frozenset(("probabilities",)), shown=12,
    ),
    Metric(
        "classwise_ece", "class-wise ECE", "lower", "share",
        "The same for the probability of each class, the mean over the classes.",
        needs=frozenset(("probabilities",)), shown=13,
    ),
    Metric(
        "expected_cost", "expected cost", "lower", "cost",
        "What an average row costs by the matrix that was given, more than a perfect run would.",
        needs=frozenset(("one label", "costs")), tunes=_DECISION, shown=1,
    ),
    Metric(
        "f_beta", "F_β", "higher", "share",
        "The F of the second of two classes, else the mean over the classes, in which recall counts β times as much as "
        "precision.",
        needs=frozenset(("every class", "beta")), tunes=_DECISION,
    ),
    Metric(
        "recall_at_precision", "recall at a precision", "higher", "share",
        "The recall of the second class, or the labels' mean one, where its precision reaches a floor.",
        needs=frozenset(("every class", "precision")), tunes=_DECISION,
    ),
    Metric(
        "precision", "precision", "higher", "share",
        "Of the rows that are predicted to be of a class, the share that is.",
        shown=2, of="class",
    ),
    Metric(
        "recall", "recall", "higher", "share",
        "Of the rows that are of a class, the share that is predicted so.",
        shown=1, of="class",
    ),
    Metric(
        "f1", "F1", "higher", "share",
        "The harmonic mean of precision and recall: high only if both are.",
        shown=3, of="class",
    ),
    Metric(
        "average_precision", "PR AUC", "higher", "share",
        "The area under the precision-recall curve of the score of a class.",
        needs=frozenset(("scores",)), shown=4, of="class",
    ),
    Metric(
        "calibration_error", "ECE", "lower", "share",
        "How far the probability of a class and its share of the rows lie apart.",
        needs=frozenset(("probabilities",)), shown=5, of="class",
    ),
)  # fmt: skip
"""Every metric, in the order of evaluation.json."""

RUN_METRICS: Mapping[str, Metric] = {one.key: one for one in TABLE if one.of == "run" and one.shown}
"""What an evaluation has of a run: key → metric, without those that take a parameter."""

CLASS_METRICS: Mapping[str, Metric] = {one.key: one for one in TABLE if one.of == "class"}
"""What it has of a class, such as `recall[fox]`."""

WEIGHT_METRICS: Mapping[str, Metric] = {one.key: one for one in TABLE if "weights" in one.tunes}
"""By what weights are tuned."""

DECISION_METRICS: Mapping[str, Metric] = {one.key: one for one in TABLE if "decision" in one.tunes}
"""By what a decision is tuned."""
