"""What predictions are worth: the values that `evaluation.json` holds and reports show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imbalance_audit.records.vocabulary import Task

Region = Literal["head", "medium", "few"]
Verdict = Literal["better", "worse", "noise"]


@dataclass(frozen=True)
class Estimate:
    """A figure and its interval.

    Attributes:
        value: The figure; None where it is not defined (a recall without a row, an NLL without probabilities).
        low: Lower end of the interval; None where there is none.
        high: Upper end.
    """

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class ClassScore:
    """How one class fares.

    Attributes:
        label: The class.
        support: Rows (in a multi-label task: positives) of this class.
        predicted: Rows that are predicted to be of this class.
        trained: Rows that it had in training; None where training counts were not given.
        region: Head, medium or few, by `trained`.
        precision: Of the rows predicted so, the share that are. Wilson interval.
        recall: Of the rows that are so, the share predicted so. Wilson interval.
        f1: Their harmonic mean. Bootstrap interval.
        average_precision: Area under the precision-recall curve of its score; None without scores.
        calibration_error: Class-wise expected calibration error; None without probabilities.
    """

    label: str
    support: int
    predicted: int
    trained: int | None
    region: Region | None
    precision: Estimate
    recall: Estimate
    f1: Estimate
    average_precision: float | None = None
    calibration_error: float | None = None


@dataclass(frozen=True)
class Confusion:
    """How often one class was taken for another.

    Attributes:
        truth: The class of the rows.
        predicted: What they were taken for.
        rows: How many.
        share: Of the rows of `truth`.
        cost: What these errors cost together, by the cost matrix; None without one.
    """

    truth: str
    predicted: str
    rows: int
    share: float
    cost: float | None = None


@dataclass(frozen=True)
class CalibrationBin:
    """One bin of a reliability diagram.

    Attributes:
        low: The confidence from which on rows are in it, not included (but for 0).
        high: The confidence up to which.
        rows: How many rows.
        confidence: Their mean confidence.
        accuracy: The share that is right.
    """

    low: float
    high: float
    rows: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class RegionScore:
    """The classes of one region together.

    Attributes:
        region: Head, medium or few.
        classes: How many classes.
        recall: The mean of their recalls.
    """

    region: Region
    classes: int
    recall: Estimate


@dataclass(frozen=True)
class RunEvaluation:
    """How one run's predictions fare.

    Attributes:
        name: What the run is called.
        path: Its file, as the user named it.
        outputs: What the file holds.
        rows: Rows judged.
        metrics: Metric → figure: `accuracy`, `macro_f1`, `balanced_accuracy`, `worst_recall`, `g_mean`, `mcc`,
            `pr_auc`, `nll`, `brier`, `ece`, `classwise_ece`, `expected_cost`; of many labels also `micro_f1`. A metric
            that needs what is not there is left out.
        classes: Each class, in index order.
        regions: Head, medium, few; empty without training counts.
        confusions: The worst, by cost where there are costs, else by rows.
        bins: The reliability diagram of the likeliest class; empty without probabilities.
        notes: What was odd.
    """

    name: str
    path: str
    outputs: Literal["logits", "probabilities", "scores", "classes"]
    rows: int
    metrics: Mapping[str, Estimate]
    classes: tuple[ClassScore, ...]
    regions: tuple[RegionScore, ...] = ()
    confusions: tuple[Confusion, ...] = ()
    bins: tuple[CalibrationBin, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """Two runs on the same rows, compared by one metric.

    Attributes:
        metric: The metric, or `recall[class]`.
        first: The run that is compared with.
        second: The run that is judged.
        change: Second minus first, with its paired interval over the same rows.
        verdict: `noise` where the interval holds 0; else better or worse, by the metric's own direction.
    """

    metric: str
    first: str
    second: str
    change: Estimate
    verdict: Verdict


@dataclass(frozen=True)
class Requirement:
    """A condition that a run has to meet.

    Attributes:
        text: As the user wrote it, such as `recall[fox]>=0.5`.
        run: The run that is judged.
        observed: The figure; None where it is not defined, which fails.
        met: Whether it holds.
    """

    text: str
    run: str
    observed: float | None
    met: bool


@dataclass(frozen=True)
class Evaluation:
    """What predictions are worth: what `evaluation.json` holds.

    Attributes:
        task: Multiclass, binary or multilabel.
        classes: The class names in index order.
        rows: Rows judged, the same ones in each run.
        runs: Each run, in the order given; the first one is the one that others are compared with.
        differences: Each pair of runs, by each metric.
        requirements: What was required.
        split: The split that was judged; None: all rows.
        target: The prior under which probabilities and costs were judged, class → share; None: that of the rows.
        confidence: The level of all intervals, such as 0.95.
        resamples: How often the rows were drawn again for intervals.
        seed: What these draws began from.
        notes: What was odd.

    >>> from imbalance_audit import evaluate
    >>> found = evaluate({"label": ["cat", "cat", "lynx"], "predicted": ["cat", "cat", "cat"]})
    >>> found.classes, found.rows
    (('cat', 'lynx'), 3)
    """

    task: Task
    classes: tuple[str, ...]
    rows: int
    runs: tuple[RunEvaluation, ...]
    differences: tuple[Difference, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    split: str | None = None
    target: Mapping[str, float] | None = None
    confidence: float = 0.95
    resamples: int = 1000
    seed: int = 0
    notes: tuple[str, ...] = field(default=())
