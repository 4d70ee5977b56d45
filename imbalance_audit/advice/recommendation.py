"""What to start from, by rule. Weights are a hyper-parameter: a recommendation is where to begin, not where to end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imbalance_audit.weights.cautions import FEW, LOW_ESS
from imbalance_audit.weights.diagnostics import effective_sample_size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imbalance_audit.records import Task

NEARLY_BALANCED = 1.5
"""Commonest over rarest class up to which weighting changes little (ours)."""

_LOGITS = "logit adjustment or deferred weights"


@dataclass(frozen=True)
class Recommendation:
    """What to start from.

    Attributes:
        choice: `none`, `balanced`, `sqrt`, `logit-adjustment` or `pos_weight`.
        sentence: The choice and its reason in figures.
        scheme: The weights to take if there are to be weights on the loss; "none" for no weighting.
    """

    choice: str
    sentence: str
    scheme: str


def recommend(counts: Sequence[int], *, task: Task) -> Recommendation:
    """Return what to start from, by the first rule that fits.

    1. Several labels a sample: `pos_weight`, a weight for each class's positives.
    2. The commonest class has at most 1.5 times the rarest: no weights.
    3. Balanced weights keep 30 % of the sample or more, and no class has fewer than 20 labels: `balanced`.
    4. No class has fewer than 20 labels, and square-root weights keep 30 %: `sqrt`.
    5. Else: adjust logits by the prior, or defer the weights; on the loss, at most square-root weights.

    Args:
        counts: The labels of each class that occurs.
        task: Multiclass, binary or multilabel.

    >>> recommend([900, 90, 30], task="multiclass").sentence
    'Ratio 30, balanced weights keep 19 % of the effective sample and sqrt keeps 66 %: start from sqrt.'
    """
    ratio = max(counts) / min(counts)
    few = sum(n < FEW for n in counts)
    size = sum(counts)
    kept = effective_sample_size(counts, [1 / n for n in counts]) / size
    kept_by_root = effective_sample_size(counts, [n**-0.5 for n in counts]) / size
    rare = f", {few:,} {'class' if few == 1 else 'classes'} under {FEW}" if few else ""
    told = f"Ratio {_number(ratio)}{rare}"
    if task == "multilabel":
        return Recommendation(
            "pos_weight", f"{told}, several labels a sample: give BCEWithLogitsLoss the file's pos_weight.", "balanced"
        )
    if ratio <= NEARLY_BALANCED:
        return Recommendation("none", f"{told}: train without weights, they would change little.", "none")
    if kept >= LOW_ESS and not few:
        sentence = f"{told}, balanced weights keep {_percent(kept)} of the effective sample: start from balanced."
        return Recommendation("balanced", sentence, "balanced")
    both = f"balanced weights keep {_percent(kept)} of the effective sample and sqrt keeps {_percent(kept_by_root)}"
    if kept_by_root >= LOW_ESS and not few:
        return Recommendation("sqrt", f"{told}, {both}: start from sqrt.", "sqrt")
    return Recommendation("logit-adjustment", f"{told}: prefer {_LOGITS}; {both}.", "sqrt")


def _number(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.2g}"


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:.0f} %"
