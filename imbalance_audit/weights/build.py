"""An audit's counts → one weight for each class."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError, WeightError, did_you_mean
from imbalance_audit.records import ClassWeights
from imbalance_audit.weights.diagnostics import effective_sample_size, implied_prior, prior
from imbalance_audit.weights.normalisation import NORMALISATIONS, normalised
from imbalance_audit.weights.positive_weight import positive_weights
from imbalance_audit.weights.schemes import SCHEMES
from imbalance_audit.weights.selection import chosen_split, class_counts
from imbalance_audit.weights.zero_counts import ZERO_COUNTS, raw_weights, smoothing_constant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from imbalance_audit.records import Audit, ClassCounts

NO_TARGET = -100
"""What torch leaves out of a loss unless told otherwise."""

_CANONICAL_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_LARGEST_FLOAT32 = 3.4028234663852886e38
_SMALLEST_FLOAT32 = 2.0**-149


def class_weights(
    audit: Audit,
    *,
    scheme: str = "balanced",
    split: str | None = None,
    all_rows: bool = False,
    normalisation: str = "data-mean",
    zero_count: str = "error",
    tau: float | None = None,
    beta: float | None = None,
    smoothing: float | None = None,
) -> ClassWeights:
    """Return one weight for each class of the audit, in index order, in float64.

    Counts → zero-count policy → scheme → normalisation → diagnostics, in this order. Labels that are no class are left
    out of the counts.

    Args:
        audit: What was counted.
        scheme: How a count becomes a weight: a name of `SCHEMES`.
        split: The split to count. None takes `train` if the audit has it, else all rows.
        all_rows: Count all rows, also where there is a train split.
        normalisation: What the weights are scaled to: a name of `NORMALISATIONS`. The default gives the training data
            a mean weight of 1, so that loss and learning rate stay where they were.
        zero_count: What to do with classes without an instance: a name of `ZERO_COUNTS`.
        tau: The exponent of `power`, 0 to 1; ½ by default.
        beta: β of `effective-number`, below 1; 0.999 by default.
        smoothing: What `zero_count="smooth"` adds to every count; 1 by default.

    Raises:
        OptionError: an unknown name, or a parameter that is out of range or not taken.
        WeightError: there is no class, a class has no instance under `zero_count="error"`, or a weight would not be a
            finite float32.
    """
    recipe = _recipe(scheme, normalisation, zero_count, smoothing, {"tau": tau, "beta": beta})
    split = chosen_split(audit.counts.splits, split, all_rows=all_rows)
    table = audit.counts.of_split(split)
    counts = class_counts(audit.classes, table, split, policy=zero_count)
    raw = raw_weights(
        counts,
        SCHEMES[recipe.scheme],
        recipe.parameters,
        policy=recipe.zero_count,
        smoothing=recipe.smoothing,
        normalisation=recipe.normalisation,
    )
    weight = _fit_for_file(normalised(raw, counts, to=recipe.normalisation))
    return _recorded(audit, table, split, counts, weight, recipe)


@dataclass(frozen=True)
class _Recipe:
    """The options, checked, with their defaults."""

    scheme: str
    parameters: Mapping[str, float]
    normalisation: str
    zero_count: str
    smoothing: float | None


def _recipe(
    scheme: str, normalisation: str, zero_count: str, smoothing: float | None, given: Mapping[str, float | None]
) -> _Recipe:
    _known(scheme, SCHEMES, what="scheme")
    _known(normalisation, NORMALISATIONS, what="normalisation")
    _known(zero_count, ZERO_COUNTS, what="zero_count policy")
    return _Recipe(
        scheme=scheme,
        parameters=SCHEMES[scheme].settle(given),
        normalisation=normalisation,
        zero_count=zero_count,
        smoothing=smoothing_constant(smoothing, policy=zero_count),
    )


def _recorded(
    audit: Audit,
    table: ClassCounts,
    split: str | None,
    counts: tuple[int, ...],
    weight: tuple[float, ...],
    recipe: _Recipe,
) -> ClassWeights:
    added = {} if recipe.smoothing is None else {"smoothing": recipe.smoothing}
    return ClassWeights(
        classes=audit.classes,
        weight=weight,
        counts=counts,
        prior=prior(counts),
        implied_prior=implied_prior(counts, weight),
        scheme=recipe.scheme,
        parameters={**recipe.parameters, **added},
        normalisation=recipe.normalisation,
        zero_count=recipe.zero_count,
        task=audit.source.task,
        fingerprint=audit.source.fingerprint,
        split=split,
        ess=effective_sample_size(counts, weight),
        ignore_index=_ignore_index(audit.ignored, len(audit.classes)),
        pos_weight=positive_weights(audit, table, policy=recipe.zero_count, smoothing=recipe.smoothing),
        created_by=f"imbalance-audit {_version()}",
    )


def _known(name: str, names: Iterable[str], *, what: str) -> None:
    known = list(names)
    if name not in known:
        choices = ", ".join(f'"{choice}"' for choice in known)
        message = f"There is no {what} {quoted(name)}.{did_you_mean(name, known)} Choose one of {choices}."
        raise OptionError(message)


def _fit_for_file(weights: Sequence[float]) -> tuple[float, ...]:
    for weight in weights:
        if weight != 0.0 and not _SMALLEST_FLOAT32 <= weight <= _LARGEST_FLOAT32:
            message = f"Expected finite weights that a float32 can hold, got {weight}. Use milder parameters."
            raise WeightError(message)
    return tuple(weights)


def _ignore_index(ignored: Sequence[str], classes: int) -> int:
    if len(ignored) == 1 and _CANONICAL_INTEGER.fullmatch(ignored[0]):
        index = int(ignored[0])
        # A label "0" that is no class must not make a loss leave out the class at index 0.
        if not 0 <= index < classes:
            return index
    return NO_TARGET


def _version() -> str:
    try:
        return metadata.version("imbalance-audit")
    except metadata.PackageNotFoundError:
        return "(not installed)"
