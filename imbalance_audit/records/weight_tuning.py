"""Which weights served validation best: what tuning over schemes and strengths found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from imbalance_audit.records.evaluation import Estimate
    from imbalance_audit.records.weights import ClassWeights

Standing = Literal["best", "noise", "worse", "unknown"]


@dataclass(frozen=True)
class Candidate:
    """Weights that are tried, or none.

    Attributes:
        name: What it is called, such as `power(tau=0.25)`.
        weights: The weights; None to train without any.
    """

    name: str
    weights: ClassWeights | None

    @property
    def ratio(self) -> float:
        """Largest weight / smallest positive weight."""
        return 1.0 if self.weights is None else self.weights.ratio

    @property
    def kept(self) -> float:
        """Share of the training sample that is left as the effective sample size."""
        return 1.0 if self.weights is None else min(1.0, self.weights.ess / sum(self.weights.counts))


@dataclass(frozen=True)
class CandidateScore:
    """How one candidate did.

    Attributes:
        candidate: The candidate.
        scores: The metric, in the order of the tuning's seeds.
        value: Their mean, with a t interval over the seeds; none of one seed.
        behind: By how much the best one is better, from 0 up, with the t interval of the differences paired by seed.
        standing: `noise` where that interval holds 0, else `worse`; `unknown` of one seed; `best` of the best.
    """

    candidate: Candidate
    scores: tuple[float, ...]
    value: Estimate
    behind: Estimate
    standing: Standing


@dataclass(frozen=True)
class Tuning:
    """What was tried and what came of it.

    Attributes:
        metric: The metric's name.
        greater_is_better: Its direction.
        seeds: The seeds, the same for every candidate.
        confidence: The level of the intervals, such as 0.95.
        candidates: Each candidate, in the order tried.
        best: The name of the one with the best mean.
        cheapest: The name of the mildest one whose distance to the best is noise.
        notes: What was odd.
    """

    metric: str
    greater_is_better: bool
    seeds: tuple[int, ...]
    confidence: float
    candidates: tuple[CandidateScore, ...]
    best: str
    cheapest: str
    notes: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> CandidateScore:
        """Return the candidate of this name.

        Raises:
            KeyError: there is none.
        """
        for score in self.candidates:
            if score.candidate.name == name:
                return score
        raise KeyError(name)

    @property
    def weights(self) -> ClassWeights | None:
        """The weights to take: those of the cheapest candidate within noise; None for no weights."""
        return self[self.cheapest].candidate.weights
