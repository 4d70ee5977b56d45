"""`pos_weight` of a binary cross-entropy: how many negatives a class has for each positive, raised to a power."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imbalance_audit.records import Audit, ClassCounts
    from imbalance_audit.weights.recipe import Recipe


def positive_weights(audit: Audit, counts: ClassCounts, recipe: Recipe) -> tuple[float, ...] | None:
    """Return ((samples - positives) / positives)^τ for each class; None for a multiclass task.

    τ is that of `power` and `sqrt`, and 1 under any other scheme. The bounds of `clip` hold here too.

    Samples without a label are negatives of every class in a multilabel task, and are left out of a binary one, as are
    samples whose label is not one of the classes.
    """
    if audit.source.task == "multiclass":
        return None
    carrying: dict[str, int] = dict.fromkeys(audit.classes, 0)
    for label, n in zip(counts.label, counts.samples, strict=True):
        if label in carrying:
            carrying[label] += n
    positives = list(carrying.values())
    samples = counts.total_samples if audit.source.task == "multilabel" else sum(positives)
    weights = balance(positives, samples, policy=recipe.zero_count, smoothing=recipe.smoothing)
    tau = {"sqrt": 0.5}.get(recipe.scheme.name, float(recipe.parameters.get("tau", 1.0)))
    low, high = recipe.limits.bounds or (0.0, math.inf)
    # Roots are rounded the same on every machine; pow is not.
    tamed = weights if tau == 1 else [math.sqrt(w) if tau == 0.5 else w**tau for w in weights]
    return tuple(min(max(w, low), high) for w in tamed)


def balance(
    positives: Sequence[int], samples: int, *, policy: str, smoothing: float | None = None
) -> tuple[float, ...]:
    """Return (samples - positives) / positives, never infinite and never 0.

    A class without a positive follows the zero-count policy: `cap` gives it the largest pos_weight of the others,
    `smooth` adds the constant to positives and negatives alike, and the others give 1. A class without a negative also
    has 1: at 0 its only samples would be without effect.

    >>> balance([100, 400], 400, policy="error")
    (3.0, 1.0)
    """
    add = smoothing or 0.0
    known = [(samples - p + add) / (p + add) for p in positives if p + add > 0 and samples - p + add > 0]
    stand_in = max(known, default=1.0) if policy == "cap" else 1.0
    return tuple(
        stand_in if p + add == 0 else ((samples - p + add) / (p + add) if samples - p + add > 0 else 1.0)
        for p in positives
    )
