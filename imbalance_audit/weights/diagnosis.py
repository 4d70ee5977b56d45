"""What weights will do to a training run, and what to beware of. Computed from a weight file alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imbalance_audit.errors import WeightError
from imbalance_audit.weights.cautions import cautions
from imbalance_audit.weights.diagnostics import absence, batch_noise, design_effect
from imbalance_audit.weights.normalisation import data_mean

if TYPE_CHECKING:
    from imbalance_audit.records import ClassWeights
    from imbalance_audit.weights.cautions import Caution

BATCH = 128
"""Samples in a batch, where nobody says otherwise."""


@dataclass(frozen=True)
class Diagnosis:
    """What weights do.

    Attributes:
        batch: The samples in a batch that the figures below are for.
        mean: E[w], the mean weight of a training instance. It multiplies the learning rate under a mean over samples.
        ess_share: Kish's effective sample size over the sample size.
        design_effect: By how much the weights multiply the variance of a batch's gradient, at the same loss.
        batch_noise: The coefficient of variation of Σ w over a batch: the noise of torch's denominator.
        rarest: The index of the rarest class that occurs.
        absence: The probability that a batch has no sample of it.
        repeats: How often an epoch of an equivalent sampler would draw each of its samples: w / E[w].
        cautions: What to beware of.
    """

    batch: int
    mean: float
    ess_share: float
    design_effect: float
    batch_noise: float
    rarest: int
    absence: float
    repeats: float
    cautions: tuple[Caution, ...]


def diagnose(weights: ClassWeights, *, batch: int = BATCH, label_smoothing: float | None = None) -> Diagnosis:
    """Return what these weights will do to a training run.

    Args:
        weights: The weights.
        batch: Samples in a batch.
        label_smoothing: ε, if the loss smooths its labels; None looks at the usual 0.1.

    Raises:
        WeightError: no class that occurs has a weight; such weights were put together by hand.
    """
    counts = weights.counts
    if not (weights.ess > 0 and any(n > 0 and w > 0 for n, w in zip(counts, weights.weight, strict=True))):
        message = "Expected weights of classes that occur, got none. Compute them again with `audit weights`."
        raise WeightError(message)
    size = sum(counts)
    mean = data_mean(weights.weight, counts)
    effect = design_effect(size, weights.ess)
    rarest = min((at for at, n in enumerate(counts) if n > 0), key=counts.__getitem__)
    noise = batch_noise(effect, batch)
    return Diagnosis(
        batch=batch,
        mean=mean,
        ess_share=min(weights.ess / size, 1.0),
        design_effect=effect,
        batch_noise=noise,
        rarest=rarest,
        absence=absence(counts[rarest] / size, batch),
        repeats=weights.weight[rarest] / mean,
        cautions=cautions(weights, mean=mean, noise=noise, batch=batch, label_smoothing=label_smoothing),
    )
