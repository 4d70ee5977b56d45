"""Predictions → an evaluation: the one way through the stages.

runs ─▶ read_runs ─▶ decided ─▶ figures · one bootstrap for all runs ─▶ RunEvaluation, Difference ─▶ requirements
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from itertools import combinations
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from imbalance_audit.display import quoted
from imbalance_audit.errors import MissingExtraError, OptionError
from imbalance_audit.predictions.prediction_options import PredictionOptions
from imbalance_audit.records import Evaluation
from imbalance_audit.weights.cost_matrix import regrets
from imbalance_audit.weights.target_prior import refuse_other_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imbalance_audit.evaluation.scoring import Setting
    from imbalance_audit.predictions.predicted import Predictions
    from imbalance_audit.predictions.prediction_options import Outputs
    from imbalance_audit.records import Audit, ClassWeights, Decision, Difference, Region, RunEvaluation

_FEW_ROWS = 10
_MANY = 20


def evaluate(
    runs: object,
    *,
    decision: Decision | Mapping[str, Decision] | None = None,
    classes: Sequence[str] | None = None,
    weights: ClassWeights | None = None,
    audit: Audit | None = None,
    counts: Mapping[str, int] | None = None,
    costs: Mapping[str, Mapping[str, float]] | None = None,
    target: Mapping[str, float] | str | None = None,
    regions: tuple[int, int] | None = None,
    require: Sequence[str] = (),
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
    label: str | None = None,
    prediction: str | None = None,
    scores: str | None = None,
    outputs: Outputs | None = None,
    positive: str | None = None,
    id: str | None = None,
    group: str | None = None,
    split: str | None = None,
    of_split: str | None = None,
    separator: str | None = None,
    format: str | None = None,
    header: bool = True,
    truth: object | None = None,
) -> Evaluation:
    """Return what predictions are worth: every class, with intervals, and each two runs compared on the same rows.

    Figures are scikit-learn's. Shares of rows have Wilson's interval (JASA 1927); all else is resampled, the same rows
    for every run, so that two runs are compared in pairs. PR-AUC and the class-wise calibration error are resampled up
    to half a million scores (rows × classes); beyond it they have no interval, and runs are not compared by them.

    Args:
        runs: A path, a frame or a dict of columns; or a dict of run → one of these, or `Predictions`. The first run is
            the one that others are compared with.
        decision: What makes classes and probabilities of the scores, as `audit decide` tunes it: for every run, or
            run → decision. It takes the place of predicted classes in the file.
        classes: The class names in index order, which lists of scores and integer labels follow.
        weights: The weight file of the training: its classes and counts are used.
        audit: The audit of the training data instead: its classes, and the counts of its train split.
        counts: Class → training rows instead.
        costs: Truth → prediction → what that costs. What counts is how much more an error costs than being right.
        target: The class shares under which probabilities and costs are judged: `"uniform"`, `"data"` for those of the
            training rows, or class → share. Rows count by target share over their share here (Elkan, IJCAI 2001;
            Saerens et al., Neural Computation 2002). None: the rows count as they are.
        regions: More training rows than the first are head, fewer than the second few. None: 100 and 20, or thirds of
            the classes where none is few by them.
        require: Conditions such as `"macro_f1>=0.7"`, `"recall[fox]>=0.5"` or, for one run, `"weighted:mcc>0.4"`.
        confidence: The level of all intervals.
        resamples: Resamples of the bootstrap.
        seed: The same seed gives the same intervals.
        label: The column of the truth, or `"label_*"` for one-hot columns.
        prediction: The column of predicted classes. With scores beside it, it is what counts as predicted.
        scores: The scores: `"prob_*"` for a column a class, or a column of lists, or of the positive class.
        outputs: What the scores are, where their name does not tell.
        positive: Which of two classes one column of scores is of.
        id: The column that tells rows apart; runs, and labels kept elsewhere, are matched by it.
        group: The column of groups; the one that fares worst is noted.
        split: The column of splits.
        of_split: The split that is judged.
        separator: What joins several labels in one text.
        format: The file format, where the name does not tell it.
        header: Whether a CSV file has a header.
        truth: A label table that holds the truth, matched by `id`.

    Raises:
        MissingExtraError: scikit-learn is not installed.
        ClassOrderError: a decision is over other classes.
        OptionError: options do not go together, a decision is of a run that is not there or has no scores,
            or a requirement names what is not known.
        SourceError: predictions cannot be read, or the runs are not of the same rows.

    >>> found = evaluate({"label": ["cat", "cat", "dog"], "predicted": ["cat", "dog", "dog"]})
    >>> round(found.runs[0].metrics["balanced_accuracy"].value, 2)
    0.75
    """
    _check_numbers(confidence, resamples)
    if find_spec("sklearn") is None:
        what = "Evaluating predictions"
        raise MissingExtraError.of(what, extra="evaluation")
    from imbalance_audit.evaluation.decided_runs import decided
    from imbalance_audit.evaluation.requirements import judge, parse
    from imbalance_audit.evaluation.target_shares import target_shares
    from imbalance_audit.predictions.aligned_runs import read_runs

    trained, known = _training(weights, audit, counts)
    options = PredictionOptions(
        classes=tuple(classes) if classes is not None else known,
        label=label,
        prediction=prediction,
        scores=scores,
        outputs=outputs,
        positive=positive,
        id=id,
        group=group,
        split=split,
        of_split=of_split,
        separator=separator,
        format=format,
        header=header,
        truth=truth,
    )
    found = decided(read_runs(_named(runs), options), decision)
    conditions = [parse(text, found[0].classes, [run.name for run in found]) for text in require]
    shares = target_shares(target, found[0].classes, found[0].task, trained)
    setting, notes = _setting(found[0], trained, costs, shares, regions, confidence)
    whole = _evaluated(found, setting, resamples, seed)
    return Evaluation(
        task=found[0].task,
        classes=found[0].classes,
        rows=len(found[0].truth),
        runs=whole[0],
        differences=whole[1],
        requirements=tuple(one for condition in conditions for one in judge(condition, whole[0])),
        split=of_split,
        target=shares,
        confidence=confidence,
        resamples=resamples,
        seed=seed,
        notes=(*notes, *_cautions(whole[0], found[0].classes, confidence)),
    )


def _evaluated(
    found: Sequence[Predictions], setting: Setting, resamples: int, seed: int
) -> tuple[tuple[RunEvaluation, ...], tuple[Difference, ...]]:
    from imbalance_audit.evaluation.paired_differences import compare_runs
    from imbalance_audit.evaluation.reliability import BINS
    from imbalance_audit.evaluation.resampling import resample
    from imbalance_audit.evaluation.scoring import Scored, evaluate_run, resampled_metrics

    scored = [Scored(run, setting) for run in found]
    drawn = resample(
        [one.rows for one in scored], classes=len(found[0].classes), bins=BINS, resamples=resamples, seed=seed
    )
    metrics = [resampled_metrics(one, sums) for one, sums in zip(scored, drawn, strict=True)]
    runs = tuple(evaluate_run(*each) for each in zip(scored, drawn, metrics, strict=True))
    sides = list(zip(found, runs, metrics, strict=True))
    differences = tuple(
        difference
        for one, other in combinations(sides, 2)
        for difference in compare_runs(one, other, setting.confidence)
    )
    return runs, differences


def _check_numbers(confidence: float, resamples: int) -> None:
    if not 0 < confidence < 1:
        message = f"Expected a confidence between 0 and 1, such as 0.95, got {confidence}."
        raise OptionError(message)
    if resamples < 1:
        message = f"Expected at least one resample, got {resamples}. 1000 is usual."
        raise OptionError(message)


def _named(runs: object) -> dict[str, object]:
    """Return run → source. A dict of tables is one of runs, any other a dict of columns."""
    from imbalance_audit.predictions.predicted import Predictions

    if isinstance(runs, Mapping) and runs and all(_is_table(one) for one in runs.values()):
        return {str(name): one for name, one in runs.items()}
    if isinstance(runs, Predictions):
        return {runs.name: runs}
    return {Path(runs).name.split(".")[0] if isinstance(runs, str | PathLike) else "run": runs}


def _is_table(value: object) -> bool:
    from imbalance_audit.predictions.predicted import Predictions

    return isinstance(value, str | PathLike | Mapping | Predictions) or hasattr(value, "columns")


def _training(
    weights: ClassWeights | None, audit: Audit | None, counts: Mapping[str, int] | None
) -> tuple[Mapping[str, int] | None, tuple[str, ...] | None]:
    """Return class → training rows, and the class order where it is told."""
    if sum(one is not None for one in (weights, audit, counts)) > 1:
        message = "Training counts are given more than once. Give one of weights, audit and counts."
        raise OptionError(message)
    if weights is not None:
        return dict(zip(weights.classes, weights.counts, strict=True)), weights.classes
    if audit is not None:
        per_label = audit.counts.of_split(audit.counts.training).per_label()
        return {name: per_label.get(name, 0) for name in audit.classes}, audit.classes
    return counts, None


def _setting(
    run: Predictions,
    trained: Mapping[str, int] | None,
    costs: Mapping[str, Mapping[str, float]] | None,
    target: Mapping[str, float] | None,
    bounds: tuple[int, int] | None,
    confidence: float,
) -> tuple[Setting, tuple[str, ...]]:
    import numpy as np

    from imbalance_audit.evaluation.class_regions import regions_of
    from imbalance_audit.evaluation.scoring import Setting
    from imbalance_audit.evaluation.target_shares import target_weights

    notes: tuple[str, ...] = ()
    counts: tuple[int, ...] | None = None
    regions: tuple[Region | None, ...] = ()
    if trained is not None:
        refuse_other_names(run.classes, list(trained), what="training counts")
        counts = tuple(trained[name] for name in run.classes)
        regions, notes = regions_of(counts, bounds)
    elif bounds is not None:
        message = "Regions are of training rows, which are not known. Give --weights or --audit beside --regions."
        raise OptionError(message)
    matrix = None
    if costs is not None:
        if run.task == "multilabel":
            message = "A cost matrix is of classes that exclude each other; these rows have several. Leave it out."
            raise OptionError(message)
        matrix = np.array(regrets(run.classes, costs))
    weight, lost = target_weights(run.truth, target)
    return Setting(confidence, counts, regions, matrix, weight), (*notes, *lost)


def _cautions(runs: Sequence[RunEvaluation], classes: Sequence[str], confidence: float) -> tuple[str, ...]:
    """Return what limits every figure: classes without rows, with few, and many comparisons."""
    support = [score.support for score in runs[0].classes]
    notes = []
    if missing := [name for name, n in zip(classes, support, strict=True) if not n]:
        notes.append(
            f"{len(missing):,} of {len(classes):,} classes have no row here, such as {quoted(missing[0])}: their recall"
            " is not defined, and means over classes leave them out."
        )
    if few := sum(0 < n < _FEW_ROWS for n in support):
        notes.append(
            f"{few:,} of {len(classes):,} classes have fewer than {_FEW_ROWS} rows here: intervals of means over"
            " classes are too narrow, since no bootstrap knows what such a class would do on other rows."
        )
    if len(runs) > 1 and len(classes) > _MANY:
        notes.append(
            f"At a level of {confidence:.0%}, about {len(classes) * (1 - confidence):.0f} of {len(classes):,} recalls"
            " differ between two runs by chance alone."
        )
    return tuple(notes)
