"""Trying candidates."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from imbalance_audit.errors import MissingExtraError, OptionError
from imbalance_audit.files.journal import Journal
from imbalance_audit.tuning.candidates import candidates_of, resolved
from imbalance_audit.tuning.named_metric import metric_of
from imbalance_audit.tuning.standings import judged
from imbalance_audit.tuning.trials import Trials

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from os import PathLike

    from imbalance_audit.records import Audit, Candidate, ClassWeights, Tuning
    from imbalance_audit.tuning.trials import TrainAndPredict


def tune_weights(
    train_and_predict: TrainAndPredict,
    candidates: Iterable[str | ClassWeights | Candidate | None] | None = None,
    *,
    audit: Audit | None = None,
    split: str | None = None,
    metric: str | Callable[[Any, Any], float] = "macro_f1",
    greater_is_better: bool | None = None,
    seeds: Sequence[int] = (0, 1, 2),
    confidence: float = 0.95,
    journal: str | PathLike[str] | None = None,
) -> Tuning:
    """Train with each candidate and seed, and return which one validation prefers and which one is the mildest as good.

    Every candidate runs with every seed, so each is compared with the best one by the differences seed by seed: a t
    interval that holds 0 is noise. No correction is made for the number of candidates, and the best mean flatters the
    best: judge what is chosen on a test set. Three seeds tell only large differences.

    **Cheapest** is, of the best and those within noise of it, no weights before any weights, then the one that keeps
    the larger effective sample (Kish), then the smaller ratio of largest to smallest weight: what weights cost is
    variance, and calibration.

    Args:
        train_and_predict: Called with weights, or None for none, and a seed; trains and returns (truth, prediction) of
            the validation rows. Both are class indices or both class names (of several labels a row 0 and 1, rows ×
            classes), or the prediction is scores, rows × classes. Its exceptions come through; what ran is in the
            journal.
        candidates: Names such as "none", "balanced", "power(tau=0.25)", "effective-number(beta=0.999)" or
            "balanced(max_ratio=10)", `ClassWeights`, or `Candidate`s; those of `candidates_of` for None.
        audit: What names are computed from.
        split: Its split that is trained on. None takes `train` if the audit has it, else all rows.
        metric: `macro_f1`, `balanced_accuracy`, `worst_recall`, `accuracy`, `g_mean`, `mcc`, `micro_f1`; of scores also
            `pr_auc`, `nll` and `brier`; or a function of (truth, prediction). By name they are those of `evaluate`.
            Scores whose rows sum to 1 are probabilities, others logits.
        greater_is_better: The direction of a function; True for None.
        seeds: What each candidate is trained with.
        confidence: The level of the intervals.
        journal: A file of JSON lines that keeps what ran. A tuning with the same journal goes on where it stopped; a
            trial is known by weights, seed, metric name and the fingerprint of the data, so name a new one when the
            training function changes.

    Raises:
        OptionError: an argument is wrong, the function returns no pair, or a score is no finite number.
        WeightError: no weights can be computed.
        MissingExtraError: scikit-learn, with which scipy and numpy come, is not installed.

    >>> from imbalance_audit import scan
    >>> def train_and_predict(weights, seed):  # a training that likes mild weights
    ...     hits = 6 if weights is None else 9 if weights.ratio < 4 else 8
    ...     return [0] * 10 + [1] * 10, [0] * 10 + [1] * hits + [0] * (10 - hits)
    >>> tuning = tune_weights(train_and_predict, ["none", "sqrt", "balanced"], audit=scan([0] * 90 + [1] * 10))
    >>> tuning.best, tuning.cheapest, tuning.weights.scheme
    ('sqrt', 'sqrt', 'sqrt')
    """
    if not 0 < confidence < 1:
        message = f"confidence is a number between 0 and 1, got {confidence}."
        raise OptionError(message)
    if candidates is None:
        if audit is None:
            message = "Expected candidates, or an audit to take them from, got neither. Give audit=."
            raise OptionError(message)
        candidates = candidates_of(audit, split=split)
    tried = resolved(candidates, audit, split)
    numbers = whole_numbers(seeds)
    trials = begin(train_and_predict, tried, audit, metric, greater_is_better, journal)
    # Seed by seed, so that a tuning that is stopped has compared all candidates by some seeds.
    by_seed = [[trials.score(candidate, seed) for candidate in tried] for seed in numbers]
    scores = list(zip(tried, zip(*by_seed, strict=True), strict=True))
    return judged(scores, metric=trials.metric, seeds=numbers, confidence=confidence)


def begin(
    train_and_predict: TrainAndPredict,
    candidates: Sequence[Candidate],
    audit: Audit | None,
    metric: str | Callable[[Any, Any], float],
    greater_is_better: bool | None,
    journal: str | PathLike[str] | None,
) -> Trials:
    """Return the trials of one tuning.

    Raises:
        OptionError: the metric or the journal is wrong.
        MissingExtraError: numpy, scipy or, for a metric by name, scikit-learn is not installed.
    """
    try:
        import numpy as np  # noqa: F401 -- only whether they can be imported, before the first training
        import scipy.special  # noqa: F401 -- likewise
    except ModuleNotFoundError as error:
        wanted_by = "Tuning weights"
        raise MissingExtraError.of(wanted_by, extra="tune") from error
    weights = next((candidate.weights for candidate in candidates if candidate.weights is not None), None)
    classes = weights.classes if weights is not None else None if audit is None else audit.classes
    fingerprint = weights.fingerprint if weights is not None else "" if audit is None else audit.source.fingerprint
    chosen = metric_of(metric, greater_is_better=greater_is_better, classes=classes)
    return Trials(train_and_predict, chosen, Journal(journal), fingerprint=fingerprint)


def whole_numbers(seeds: Sequence[int]) -> tuple[int, ...]:
    """Return the seeds.

    Raises:
        OptionError: they are no different integers, or there is none.
    """
    try:
        numbers = tuple(operator.index(seed) for seed in seeds)
    except TypeError:
        numbers = ()
    if not numbers or len(set(numbers)) != len(numbers):
        message = f"Expected different integers as seeds, got {str(seeds)[:40]}. Give some such as (0, 1, 2)."
        raise OptionError(message)
    return numbers
