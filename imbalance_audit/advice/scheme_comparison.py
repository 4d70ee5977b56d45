"""All schemes side by side on one audit, and which to prefer."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from imbalance_audit.advice.recommendation import recommend
from imbalance_audit.errors import AuditError
from imbalance_audit.weights.build import population_of, weigh
from imbalance_audit.weights.cells import Materials
from imbalance_audit.weights.clipping import Limits
from imbalance_audit.weights.diagnosis import BATCH
from imbalance_audit.weights.diagnostics import batch_noise, design_effect, effective_sample_size
from imbalance_audit.weights.normalisation import data_mean
from imbalance_audit.weights.recipe import Recipe
from imbalance_audit.weights.schemes import SCHEMES
from imbalance_audit.weights.selection import chosen_split

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from imbalance_audit.advice.recommendation import Recommendation
    from imbalance_audit.records import Audit
    from imbalance_audit.weights.cells import Population
    from imbalance_audit.weights.parameters import Value

MOST_CELLS = 1_000_000
"""Cells of group × class up to which the comparison weighs them; `audit weights` takes more."""

_MILD = 0.25
"""The τ that `power` is shown at, between no weighting and `sqrt`."""


@dataclass(frozen=True)
class Compared:
    """What one scheme would do, on the scale where the mean weight of a training label is 1.

    Attributes:
        scheme: Its name; "none" is no weighting.
        parameters: Its parameters.
        ratio: The largest weight over the smallest positive one.
        ess_share: The effective sample size over the sample size.
        batch_noise: The coefficient of variation of Σ w over a batch.
        head: The weight of the commonest class.
        tail: The weight of the rarest class that occurs.
        head_share: The share of the commonest class that training sees.
        tail_share: The share of the rarest class that training sees.
    """

    scheme: str
    parameters: Mapping[str, Value]
    ratio: float
    ess_share: float
    batch_noise: float
    head: float
    tail: float
    head_share: float
    tail_share: float


@dataclass(frozen=True)
class SchemeComparison:
    """All schemes that apply to an audit, and why the others do not.

    Attributes:
        split: The split that was counted; None for all rows.
        commonest: The commonest class.
        commonest_count: Its labels.
        rarest: The rarest class that occurs.
        rarest_count: Its labels.
        absent: Classes without a label; they are left out.
        batch: The samples in a batch that `batch_noise` is for.
        schemes: No weighting, then each scheme in the order of `SCHEMES`.
        others: Scheme → the reason that it has no line.
        recommendation: What to start from.
    """

    split: str | None
    commonest: str
    commonest_count: int
    rarest: str
    rarest_count: int
    absent: int
    batch: int
    schemes: tuple[Compared, ...]
    others: Mapping[str, str]
    recommendation: Recommendation


def compare_schemes(
    audit: Audit,
    *,
    split: str | None = None,
    all_rows: bool = False,
    batch: int = BATCH,
    prior: Mapping[str, float] | None = None,
    costs: Mapping[str, Mapping[str, float]] | None = None,
) -> SchemeComparison:
    """Return what every scheme, with its default parameters, would do to the training data of an audit.

    Classes without a label are left out. `power` is shown at τ = ¼, and `effective-number` also at
    β = 1 - 1/median count.

    Args:
        audit: What was counted.
        split: The split to count. None takes `train` if the audit has it, else all rows.
        all_rows: Count all rows, also where there is a train split.
        batch: Samples in a batch.
        prior: For `target-prior`: the share of each class where the model will be used.
        costs: For `cost-matrix`: truth → prediction → cost.

    Raises:
        OptionError: there is no such split.
        WeightError: there is no class, or none has a label.
    """
    split = chosen_split(audit.counts.splits, split, all_rows=all_rows)
    population = population_of(audit, split, zero_count="ignore")
    counts = population.counts
    present = [at for at, n in enumerate(counts) if n > 0]
    head, tail = max(present, key=counts.__getitem__), min(present, key=counts.__getitem__)
    schemes: list[Compared] = [_unweighted(population, head, tail)]
    others = {"inverse": "The same as balanced where the mean weight is 1."}
    for name, parameters in _variants(counts):
        needs = SCHEMES[name].needs
        materials = Materials(prior if needs == "prior" else None, costs if needs == "costs" else None)
        try:
            _refuse_many_cells(name, population)
            recipe = Recipe.of(name, parameters, zero_count="ignore", limits=Limits(), materials=materials)
            schemes.append(_compared(population, recipe, head, tail, batch))
        except AuditError as error:
            others[name] = str(error)
    return SchemeComparison(
        split=split,
        commonest=population.classes[head],
        commonest_count=counts[head],
        rarest=population.classes[tail],
        rarest_count=counts[tail],
        absent=len(counts) - len(present),
        batch=batch,
        schemes=tuple(schemes),
        others=others,
        recommendation=recommend([counts[at] for at in present], task=population.task),
    )


def _variants(counts: tuple[int, ...]) -> Iterator[tuple[str, dict[str, float | str | None]]]:
    for name in SCHEMES:
        if name == "inverse":
            continue
        yield name, {"tau": _MILD} if name == "power" else {}
        if name == "effective-number":
            yield name, {"beta": float(f"{1 - 1 / max(median(n for n in counts if n > 0), 2.0):.6g}")}


def _refuse_many_cells(name: str, population: Population) -> None:
    if name.startswith("group-"):
        cells = len(set(population.table.group)) * len(population.classes)
        if cells > MOST_CELLS:
            message = f"{cells:,} cells of group and class are too many for a preview; `audit weights` weighs them."
            raise AuditError(message)


def _unweighted(population: Population, head: int, tail: int) -> Compared:
    size, counts = sum(population.counts), population.counts
    return Compared("none", {}, 1.0, 1.0, 0.0, 1.0, 1.0, counts[head] / size, counts[tail] / size)


def _compared(population: Population, recipe: Recipe, head: int, tail: int, batch: int) -> Compared:
    weighing = weigh(population, recipe)
    counts, weight = population.counts, weighing.by_class
    size, mean = sum(counts), data_mean(weight, counts)
    ess = effective_sample_size(weighing.entries.counts, weighing.weight)
    positive = [w for w in weighing.weight if w > 0]
    return Compared(
        scheme=recipe.scheme.name,
        parameters=recipe.parameters,
        ratio=max(positive) / min(positive),
        ess_share=min(ess / size, 1.0),
        batch_noise=batch_noise(design_effect(size, ess), batch),
        head=weight[head] / mean,
        tail=weight[tail] / mean,
        head_share=counts[head] * weight[head] / (mean * size),
        tail_share=counts[tail] * weight[tail] / (mean * size),
    )
