"""An audit's counts → one weight for each class."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from imbalance_audit.errors import WeightError
from imbalance_audit.records import ClassWeights
from imbalance_audit.weights.cells import Materials, Population
from imbalance_audit.weights.clipping import Limits, clipped
from imbalance_audit.weights.diagnostics import effective_sample_size, implied_prior, prior
from imbalance_audit.weights.normalisation import normalised
from imbalance_audit.weights.positive_weight import positive_weights
from imbalance_audit.weights.raw_weights import raw_weights
from imbalance_audit.weights.recipe import Recipe
from imbalance_audit.weights.selection import chosen_split, class_counts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imbalance_audit.records import Audit
    from imbalance_audit.weights.cells import Entries

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
    smoothing: float | None = None,
    max_ratio: float | None = None,
    clip: Sequence[float] | None = None,
    prior: Mapping[str, float] | None = None,
    costs: Mapping[str, Mapping[str, float]] | None = None,
    **parameters: float | str | None,
) -> ClassWeights:
    """Return one weight for each class of the audit, in index order, in float64.

    Counts → zero-count policy → scheme → limits → normalisation → diagnostics, in this order. Labels that are no class
    are left out of the counts.

    Args:
        audit: What was counted.
        scheme: How a count becomes a weight: a name of `SCHEMES`.
        split: The split to count. None takes `train` if the audit has it, else all rows.
        all_rows: Count all rows, also where there is a train split.
        normalisation: What the weights are scaled to: a name of `NORMALISATIONS`. The default gives the training data
            a mean weight of 1, so that loss and learning rate stay where they were.
        zero_count: What to do with classes, or cells of group × class, without an instance: a name of `ZERO_COUNTS`.
        smoothing: What `zero_count="smooth"` adds to every count; 1 by default.
        max_ratio: The largest weight over the smallest, at most.
        clip: The smallest and the largest weight, where the mean over the training data is 1.
        prior: For `target-prior`: the share of each class where the model will be used.
        costs: For `cost-matrix`: truth → prediction → cost.
        **parameters: The scheme's own. `tau` of `power`, 0 to 1, ½ by default; `beta` of `effective-number`, below 1,
            0.999; `k` of `enet`, 1.02; `mu` of `log-smoothed`, 0.15; of `lds`: `reweight` ("sqrt-inverse" or
            "inverse"), `kernel` ("gaussian", "triang" or "laplace"), `kernel_size`, 5, and `sigma`, 2.

    Raises:
        OptionError: an unknown name, or a parameter that is out of range, not taken or missing.
        WeightError: there is no class, a class has no instance under `zero_count="error"`, or a weight would not be a
            finite float32.

    >>> from imbalance_audit import scan
    >>> audit = scan(["cat"] * 90 + ["lynx"] * 10)
    >>> class_weights(audit, scheme="power", tau=1, normalisation="min-1").weight
    (1.0, 9.0)
    """
    recipe = Recipe.of(
        scheme,
        parameters,
        normalisation=normalisation,
        zero_count=zero_count,
        smoothing=smoothing,
        limits=Limits.of(max_ratio, clip),
        materials=Materials(prior, costs),
    )
    split = chosen_split(audit.counts.splits, split, all_rows=all_rows)
    population = population_of(audit, split, zero_count=zero_count)
    return _recorded(audit, population, split, weigh(population, recipe), recipe)


def population_of(audit: Audit, split: str | None, *, zero_count: str) -> Population:
    """Return the counts of a split, or of all rows.

    Raises:
        WeightError: there is no class, or one has no instance under `error`.
    """
    table = audit.counts.of_split(split)
    counts = class_counts(audit.classes, table, split, policy=zero_count)
    return Population(audit.classes, counts, table, audit.source.task)


@dataclass(frozen=True)
class Weighing:
    """What was weighed, and its weights.

    Attributes:
        entries: The classes, or the cells of group × class.
        weight: The weight of each entry.
        by_class: The weight of each class: the mean weight of its instances.
    """

    entries: Entries
    weight: tuple[float, ...]
    by_class: tuple[float, ...]

    @property
    def ess(self) -> float:
        """Kish's effective sample size."""
        return effective_sample_size(self.entries.counts, self.weight)


def weigh(population: Population, recipe: Recipe) -> Weighing:
    """Return the weights that a recipe makes of counts.

    Raises:
        OptionError: the scheme does not fit these classes, or lacks what it needs.
        WeightError: no weights can be computed from these counts.
    """
    entries = recipe.scheme.entries(population, recipe.materials)
    raw = raw_weights(entries, recipe)
    _refuse_nothing(raw, entries)
    limited = clipped(raw, entries.counts, recipe.limits)
    weight = _fit_for_file(normalised(limited, entries.counts, to=recipe.normalisation))
    by_class = _by_class(weight, entries, population) if entries.groups else weight
    return Weighing(entries, weight, by_class)


def _refuse_nothing(raw: Sequence[float], entries: Entries) -> None:
    if not any(w > 0 and n > 0 for w, n in zip(raw, entries.counts, strict=True)):
        message = "Expected a class that occurs to have a positive weight, got zeros only. Give it a share or a cost."
        raise WeightError(message)


def _by_class(weight: Sequence[float], entries: Entries, population: Population) -> tuple[float, ...]:
    size = len(population.classes)
    means = []
    for at, n in enumerate(population.counts):
        cells = range(at, len(weight), size)
        # Where a class has no instance, every cell of it is empty and all have the policy's weight.
        mean = math.fsum(weight[i] * entries.counts[i] for i in cells) / n if n else max(weight[i] for i in cells)
        means.append(mean)
    return tuple(means)


def _recorded(
    audit: Audit, population: Population, split: str | None, weighing: Weighing, recipe: Recipe
) -> ClassWeights:
    size, groups = len(population.classes), tuple(dict.fromkeys(weighing.entries.groups))
    cells = tuple(weighing.weight[at * size : (at + 1) * size] for at in range(len(groups)))
    return ClassWeights(
        classes=population.classes,
        weight=weighing.by_class,
        counts=population.counts,
        prior=prior(population.counts),
        implied_prior=implied_prior(population.counts, weighing.by_class),
        scheme=recipe.scheme.name,
        parameters={**recipe.recorded, **weighing.entries.recorded},
        normalisation=recipe.normalisation,
        zero_count=recipe.zero_count,
        task=audit.source.task,
        fingerprint=audit.source.fingerprint,
        split=split,
        ess=weighing.ess,
        ignore_index=_ignore_index(audit.ignored, size),
        pos_weight=positive_weights(audit, population.table, recipe),
        created_by=f"imbalance-audit {_version()}",
        groups=groups,
        group_weight=cells or None,
    )


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
