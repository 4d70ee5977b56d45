"""Searching the strength of one scheme with Optuna."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from imbalance_audit.errors import MissingExtraError, OptionError
from imbalance_audit.tuning.candidates import NONE, resolved
from imbalance_audit.tuning.standings import judged
from imbalance_audit.tuning.tune import begin, whole_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from os import PathLike

    from optuna import Trial

    from imbalance_audit.records import Audit, Candidate, Tuning
    from imbalance_audit.tuning.trials import TrainAndPredict

Searched = Literal["power", "effective-number"]


def search_weights(
    train_and_predict: TrainAndPredict,
    audit: Audit,
    *,
    scheme: Searched = "power",
    trials: int = 20,
    split: str | None = None,
    metric: str | Callable[[Any, Any], float] = "macro_f1",
    greater_is_better: bool | None = None,
    seeds: Sequence[int] = (0, 1, 2),
    confidence: float = 0.95,
    journal: str | PathLike[str] | None = None,
    sampler_seed: int = 0,
) -> Tuning:
    """Search the strength of one scheme, and return what was tried as `tune_weights` does.

    Optuna's tree-structured Parzen estimator (Bergstra et al., NeurIPS 2011; seeded, no pruning) proposes τ of `power`
    from 0 to 1, or 1 - β of `effective-number`, on a log scale from 0.1 / the largest count, where the weights are
    inverse frequencies, to 5 / the smallest one, where they are all alike. It maximises the mean over the seeds. No
    weights are tried first, so that there is something to beat.

    Proposals are rounded to three digits and depend on the scores alone: with a journal, a search that was stopped
    makes the same proposals again, finds their scores, and goes on.

    Args:
        train_and_predict: As in `tune_weights`.
        audit: What the weights are computed from.
        scheme: `power` or `effective-number`.
        trials: How many strengths are proposed; each is trained with every seed, a repeated one once.
        split: The split that is trained on. None takes `train` if the audit has it, else all rows.
        metric: As in `tune_weights`.
        greater_is_better: The direction of a function; True for None.
        seeds: What each strength is trained with.
        confidence: The level of the intervals.
        journal: A file that keeps what ran.
        sampler_seed: The seed of the proposals.

    Raises:
        OptionError: an argument is wrong, the function returns no pair, or a score is no finite number.
        WeightError: no weights can be computed.
        MissingExtraError: Optuna or scikit-learn is not installed.

    >>> from imbalance_audit import scan
    >>> def train_and_predict(weights, seed):  # a training that likes τ = ½ best
    ...     tau = 0.0 if weights is None else weights.parameters["tau"]
    ...     return [0, 1], [abs(tau - 0.5)]
    >>> audit = scan(["cat"] * 90 + ["lynx"] * 10)
    >>> def closeness(truth, predicted):
    ...     return 1 - predicted[0]
    >>> tuning = search_weights(train_and_predict, audit, trials=8, metric=closeness, seeds=[0, 1])
    >>> 0.3 < tuning.weights.parameters["tau"] < 0.7
    True
    """
    try:
        import optuna
    except ModuleNotFoundError as error:
        wanted_by = "Searching a strength"
        raise MissingExtraError.of(wanted_by, extra="tune") from error
    numbers = whole_numbers(seeds)
    proposed = _space(scheme, audit, split)
    if trials < 1:
        message = f"trials is an integer from 1 up, got {trials}."
        raise OptionError(message)
    running = begin(train_and_predict, (NONE,), audit, metric, greater_is_better, journal)
    scores: dict[str, tuple[Candidate, list[float]]] = {}

    def mean_of(candidate: Candidate) -> float:
        if candidate.name not in scores:
            scores[candidate.name] = (candidate, [running.score(candidate, seed) for seed in numbers])
        own = scores[candidate.name][1]
        return sum(own) / len(own)

    def objective(trial: Trial) -> float:
        return mean_of(proposed(trial))

    mean_of(NONE)
    direction: Literal["maximize", "minimize"] = "maximize" if running.metric.greater_is_better else "minimize"
    level = optuna.logging.get_verbosity()
    # Optuna prints a line a trial otherwise.
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        study = optuna.create_study(direction=direction, sampler=optuna.samplers.TPESampler(seed=sampler_seed))
        study.optimize(objective, n_trials=trials)
    finally:
        optuna.logging.set_verbosity(level)
    return judged(list(scores.values()), metric=running.metric, seeds=numbers, confidence=confidence)


def _space(scheme: str, audit: Audit, split: str | None) -> Callable[[Trial], Candidate]:
    """Return what makes a candidate of a trial's proposal.

    Raises:
        OptionError: the scheme has no such strength.
    """
    if scheme == "power":

        def of_tau(trial: Trial) -> Candidate:
            tau = trial.suggest_float("tau", 0.0, 1.0)
            return resolved([f"power(tau={tau:.3g})"], audit, split)[0]

        return of_tau
    if scheme != "effective-number":
        message = f'Expected the scheme "power" or "effective-number", got "{scheme}". Others have no such strength.'
        raise OptionError(message)
    (balanced,) = resolved(["balanced"], audit, split)
    counts = [1] if balanced.weights is None else [n for n in balanced.weights.counts if n > 0]
    low = 0.1 / max(counts)
    high = max(min(5 / min(counts), 0.9), 2 * low)

    def of_beta(trial: Trial) -> Candidate:
        rest = float(f"{trial.suggest_float('1 - beta', low, high, log=True):.3g}")
        return resolved([f"effective-number(beta={1 - rest:.12g})"], audit, split)[0]

    return of_beta
