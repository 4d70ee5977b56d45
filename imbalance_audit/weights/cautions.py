"""What to beware of in a weight vector: one function a pitfall, each a sentence with its figures or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Literal

from imbalance_audit.display import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imbalance_audit.records import ClassWeights

LOW_ESS, LOWEST_ESS = 0.3, 0.1
"""Shares of the sample size below which the effective one is worth a note, and a warning (ours)."""

LARGE_RATIO = 100
"""Largest to smallest weight above which one label in a batch outweighs all others of it (ours)."""

NOISY = 0.1
"""Coefficient of variation of torch's denominator above which its `mean` is worth a note (ours)."""

FEW, HEAVY = 20, 10.0
"""A class of fewer instances than the first that weighs more than the second is learnt by heart (ours)."""

SATURATED_INVERSE, SATURATED_EQUAL = 0.1, 5.0
"""n_max·(1-β) below which effective-number is inverse frequency, and n_min·(1-β) above which it weighs nothing."""

EPSILON = 0.1
"""The usual ε of label smoothing."""


@dataclass(frozen=True)
class Caution:
    """One thing to beware of.

    Attributes:
        name: What it is called.
        severity: A warning, or a note.
        sentence: What it is here and what to do, with quoted labels escaped.
    """

    name: str
    severity: Literal["warning", "info"]
    sentence: str


def cautions(
    weights: ClassWeights, *, mean: float, noise: float, batch: int, label_smoothing: float | None
) -> tuple[Caution, ...]:
    """Return what to beware of, warnings first.

    Args:
        weights: The weights.
        mean: Their mean under the training data.
        noise: The coefficient of variation of Σ w over a batch.
        batch: Samples in a batch.
        label_smoothing: ε, if the loss smooths its labels; None looks at the usual 0.1.
    """
    found = [
        *_small_sample(weights),
        *_large_ratio(weights),
        *_memorised(weights, mean),
        *_saturated(weights),
        *_flipped(weights, label_smoothing),
        *_noisy_mean(noise, batch),
        *_inconsistent_costs(weights),
        *_empty_cells(weights),
        *_scale(mean),
    ]
    return tuple(sorted(found, key=lambda caution: caution.severity == "info"))


def _small_sample(weights: ClassWeights) -> Iterator[Caution]:
    share = weights.ess / sum(weights.counts)
    if share < LOW_ESS:
        yield Caution(
            "effective-sample",
            "warning" if share < LOWEST_ESS else "info",
            f"The weights leave {_percent(share)} of the sample: gradients are as noisy as with "
            f"{weights.ess:,.0f} of {sum(weights.counts):,} labels. Prefer sqrt, a `max_ratio`, logit adjustment, or "
            "weights deferred to the last epochs.",
        )


def _large_ratio(weights: ClassWeights) -> Iterator[Caution]:
    if weights.ratio > LARGE_RATIO:
        yield Caution(
            "weight-ratio",
            "warning",
            f"The heaviest label weighs {weights.ratio:,.0f} times the lightest: one wrong label of a rare class "
            f"outweighs a batch. Bound it, for example with `max_ratio={LARGE_RATIO}`.",
        )


def _memorised(weights: ClassWeights, mean: float) -> Iterator[Caution]:
    few = [
        at for at, n in enumerate(weights.counts) if 0 < n < FEW and weights.weight[at] > HEAVY * mean
    ]  # on the scale of mean 1, whatever the file's normalisation
    if few:
        worst = max(few, key=weights.weight.__getitem__)
        number = "1 class has" if len(few) == 1 else f"{len(few):,} classes have"
        yield Caution(
            "few-and-heavy",
            "warning",
            f"{number} fewer than {FEW} labels and a weight above {HEAVY:g}, as if each label came that often an "
            f"epoch: {quoted(weights.classes[worst], longest=40)} with {weights.counts[worst]:,} at "
            f"{weights.weight[worst] / mean:,.1f}. Such a class is learnt by heart; collect more, merge it, or cap "
            "its weight.",
        )


def _saturated(weights: ClassWeights) -> Iterator[Caution]:
    beta = weights.parameters.get("beta")
    if weights.scheme != "effective-number" or not isinstance(beta, float):
        return
    present = [n for n in weights.counts if n > 0]
    middle = 1 - 1 / max(median(present), 1.0)
    way_out = f"Start from `beta={middle:.6g}`, 1 - 1/median count."
    if max(present) * (1 - beta) < SATURATED_INVERSE:
        yield Caution("saturated-beta", "info", f"At beta = {beta:g} these weights are inverse frequency. {way_out}")
    elif min(present) * (1 - beta) > SATURATED_EQUAL:
        yield Caution("saturated-beta", "warning", f"At beta = {beta:g} all classes weigh alike. {way_out}")


def _flipped(weights: ClassWeights, label_smoothing: float | None) -> Iterator[Caution]:
    """Smoothing puts ε/C of the target on every class; times a large weight that outgrows the true one's part.

    The minimiser of weighted smoothed cross-entropy puts w_c·q_c on top: the truth y loses to c once
    w_c·ε/C > w_y·(1 - ε + ε/C), that is w_c/w_y > 1 + C(1 - ε)/ε.
    """
    epsilon = EPSILON if label_smoothing is None else label_smoothing
    weight = [w for w in weights.weight if w > 0]
    if not 0 < epsilon < 1 or len(weight) < 2:
        return
    threshold = 1 + len(weights.classes) * (1 - epsilon) / epsilon
    ratio = max(weight) / min(weight)
    if ratio > 0.2 * threshold:
        certain = ratio > threshold
        effect = "the loss prefers the rarest class for a sample of the commonest" if certain else "it distorts targets"
        yield Caution(
            "label-smoothing",
            "warning" if certain and label_smoothing is not None else "info",
            f"With `label_smoothing={epsilon:g}` {effect}: weights differ {_times(ratio)} times, the wrong class wins "
            f"from {_times(threshold)} on. Leave label smoothing out.",
        )


def _noisy_mean(noise: float, batch: int) -> Iterator[Caution]:
    if noise > NOISY:
        yield Caution(
            "noisy-mean",
            "info",
            f"Under torch's `reduction='mean'` the denominator of a batch of {batch:,} varies by {_percent(noise)}. "
            "Use `reduction='count'`.",
        )


def _inconsistent_costs(weights: ClassWeights) -> Iterator[Caution]:
    if "cost_inconsistency" not in weights.parameters:
        return
    residual = weights.parameters["cost_inconsistency"]
    if residual is None or float(residual) > 0:
        told = "one error of a pair is free" if residual is None else f"a cost is off by a factor of e^{residual:.3g}"
        yield Caution(
            "inconsistent-costs",
            "info",
            f"No class weights say these costs exactly ({told}). Row sums are an approximation; decide by "
            "expected cost at test time instead.",
        )


def _empty_cells(weights: ClassWeights) -> Iterator[Caution]:
    empty = weights.parameters.get("empty_cells")
    if empty and weights.group_weight is not None:
        cells = len(weights.groups) * len(weights.classes)
        yield Caution(
            "empty-cells",
            "info",
            f"{empty:,} of {cells:,} cells of group and class have no label; their weight comes from "
            f"`zero_count='{weights.zero_count}'`.",
        )


def _scale(mean: float) -> Iterator[Caution]:
    if not 0.5 <= mean <= 2:
        yield Caution(
            "loss-scale",
            "info",
            f"A training label weighs {mean:.3g} on average, which multiplies loss and learning rate unless the loss "
            "divides by the weights. `normalisation='data-mean'` keeps them.",
        )


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:.0f} %"


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.3g}"
