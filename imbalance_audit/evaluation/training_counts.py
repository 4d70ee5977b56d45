"""What is known of the training: how many rows each class had, and in which order the classes stood."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from imbalance_audit.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imbalance_audit.records import Audit, ClassWeights


class TrainingCounts(NamedTuple):
    """Class → training rows, and the classes in index order; None where it is not told."""

    rows: Mapping[str, int] | None
    classes: tuple[str, ...] | None


def training_counts(
    weights: ClassWeights | None, audit: Audit | None, counts: Mapping[str, int] | None
) -> TrainingCounts:
    """Return what weights, an audit (of its training split) or plain counts tell of the training.

    Raises:
        OptionError: more than one of them is given.
    """
    if sum(one is not None for one in (weights, audit, counts)) > 1:
        message = "Training counts are given more than once. Give one of weights, audit and counts."
        raise OptionError(message)
    if weights is not None:
        return TrainingCounts(dict(zip(weights.classes, weights.counts, strict=True)), weights.classes)
    if audit is not None:
        per_label = audit.counts.of_split(audit.counts.training).per_label()
        return TrainingCounts({name: per_label.get(name, 0) for name in audit.classes}, audit.classes)
    return TrainingCounts(counts, None)
