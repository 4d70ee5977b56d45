"""A trial: one call of the user's training function, judged, and kept in the journal."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Any

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import OptionError
from imbalance_audit.files.journal import key_of
from imbalance_audit.tuning.named_metric import array_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from imbalance_audit.files.journal import Journal
    from imbalance_audit.records import Candidate, ClassWeights
    from imbalance_audit.tuning.named_metric import Judgement

    TrainAndPredict: TypeAlias = Callable[[ClassWeights | None, int], tuple[Any, Any]]


class Trials:
    """Scores candidates by seed, each once.

    Args:
        train_and_predict: The user's.
        metric: How a trial is judged.
        journal: What ran before.
        fingerprint: That of the training data.
    """

    def __init__(
        self, train_and_predict: TrainAndPredict, metric: Judgement, journal: Journal, *, fingerprint: str
    ) -> None:
        self._train_and_predict = train_and_predict
        self.metric = metric
        self._journal = journal
        self._fingerprint = fingerprint
        self._rows: dict[int, tuple[str, str]] = {}

    def score(self, candidate: Candidate, seed: int) -> float:
        """Return the metric of a candidate under a seed, from the journal or by training.

        Raises:
            OptionError: the function returns no pair, the score is no finite number, or candidates were validated on
                different rows.
        """
        key = key_of(candidate, seed, self.metric.name, self._fingerprint)
        found = self._journal.find(key)
        if found is None:
            found = self._run(candidate, seed)
            self._journal.add(key, *found, {"candidate": candidate.name, "seed": seed, "metric": self.metric.name})
        score, rows = found
        first, known = self._rows.setdefault(seed, (candidate.name, rows))
        if known != rows:
            message = (
                f"Expected all candidates to be validated on the same rows, got others for {quoted(candidate.name)} "
                f"than for {quoted(first)} with seed {seed}. Let the seed alone choose the validation rows, or name a "
                "new journal."
            )
            raise OptionError(message)
        return score

    def _run(self, candidate: Candidate, seed: int) -> tuple[float, str]:
        returned: object = self._train_and_predict(candidate.weights, seed)
        if not isinstance(returned, tuple | list) or len(returned) != 2:
            message = (
                f"Expected (truth, prediction) from the training function, got {type(returned).__name__}. "
                "Return both for the validation rows."
            )
            raise OptionError(message)
        truth, prediction = returned
        found: object = self.metric.function(truth, prediction)
        try:
            score = float(found)  # type: ignore[arg-type]  # -- a user's function may return anything
        except (TypeError, ValueError):
            score = math.nan
        if not math.isfinite(score):
            message = (
                f"Expected a finite {self.metric.name}, got {plain(str(found))[:80]} for {quoted(candidate.name)} with "
                f"seed {seed}. See whether the training diverged; what ran before is kept."
            )
            raise OptionError(message)
        return score, _digest(truth)


def _digest(truth: object) -> str:
    """Return a digest of how often each label is there, in whatever order; empty for what is no list of labels."""
    import numpy as np

    try:
        values, counts = np.unique(array_of(truth), return_counts=True)
    except (TypeError, ValueError):
        return ""
    told = [(str(value), int(n)) for value, n in zip(values.tolist(), counts.tolist(), strict=True)]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
