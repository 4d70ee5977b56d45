"""Predictions → an evaluation: the one way through the stages.

runs ─▶ read_runs ─▶ decided ─▶ setting_of ─▶ RunFigures ─▶ resample, once for all runs ─▶ judge_run ─▶ compare_runs
─▶ requirements ─▶ Evaluation
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from imbalance_audit.errors import MissingExtraError, OptionError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imbalance_audit.predictions.prediction_options import Outputs
    from imbalance_audit.records import Audit, ClassWeights, Decision, Evaluation


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
    _refuse_odd_numbers(confidence, resamples)
    if find_spec("sklearn") is None:
        what = "Evaluating predictions"
        raise MissingExtraError.of(what, extra="evaluation")
    from imbalance_audit.evaluation.decided_runs import decided
    from imbalance_audit.evaluation.judged_run import judge_run
    from imbalance_audit.evaluation.paired_differences import compare_runs
    from imbalance_audit.evaluation.reliability import BINS
    from imbalance_audit.evaluation.requirements import judge, parse
    from imbalance_audit.evaluation.resampling import resample
    from imbalance_audit.evaluation.run_figures import RunFigures
    from imbalance_audit.evaluation.run_sources import run_sources
    from imbalance_audit.evaluation.setting import setting_of
    from imbalance_audit.evaluation.support_cautions import support_cautions
    from imbalance_audit.evaluation.target_shares import target_shares
    from imbalance_audit.evaluation.training_counts import training_counts
    from imbalance_audit.predictions.aligned_runs import read_runs
    from imbalance_audit.predictions.prediction_options import PredictionOptions
    from imbalance_audit.records import Evaluation

    trained = training_counts(weights, audit, counts)
    options = PredictionOptions(
        classes=tuple(classes) if classes is not None else trained.classes,
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
    found = decided(read_runs(run_sources(runs), options), decision)
    names, task = found[0].classes, found[0].task
    conditions = [parse(text, names, [run.name for run in found]) for text in require]
    shares = target_shares(target, names, task, trained.rows)
    setting = setting_of(
        found[0], trained=trained.rows, bounds=regions, costs=costs, target=shares, confidence=confidence
    )
    figures = [RunFigures(run, setting) for run in found]
    drawn = resample([one.sums for one in figures], classes=len(names), bins=BINS, resamples=resamples, seed=seed)
    judged = [judge_run(*each) for each in zip(figures, drawn, strict=True)]
    evaluated = tuple(one.evaluation for one in judged)
    return Evaluation(
        task=task,
        classes=names,
        rows=len(found[0].truth),
        runs=evaluated,
        differences=compare_runs(judged, confidence),
        requirements=tuple(one for condition in conditions for one in judge(condition, evaluated)),
        split=of_split,
        target=shares,
        confidence=confidence,
        resamples=resamples,
        seed=seed,
        notes=(*setting.notes, *support_cautions(evaluated, confidence)),
    )


def _refuse_odd_numbers(confidence: float, resamples: int) -> None:
    if not 0 < confidence < 1:
        message = f"Expected a confidence between 0 and 1, such as 0.95, got {confidence}."
        raise OptionError(message)
    if resamples < 1:
        message = f"Expected at least one resample, got {resamples}. 1000 is usual."
        raise OptionError(message)
