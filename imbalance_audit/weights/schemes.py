"""The schemes by name: how what is counted becomes raw weights, before any limit or scaling.

A scheme is a value. A new one is a function and a line in `SCHEMES`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from imbalance_audit.errors import OptionError, WeightError
from imbalance_audit.weights import count_schemes
from imbalance_audit.weights.cells import of_classes
from imbalance_audit.weights.cost_matrix import cost_weights, of_costs
from imbalance_audit.weights.group_label import equal_cells, independence, of_cells
from imbalance_audit.weights.parameters import Choice, Parameter
from imbalance_audit.weights.smoothed_density import of_bins, smoothed_density
from imbalance_audit.weights.target_prior import of_target, prior_ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from imbalance_audit.weights.cells import Entries, Materials, Population
    from imbalance_audit.weights.parameters import Value

    Raw = Callable[[Entries, Mapping[str, Value]], list[float]]


@dataclass(frozen=True)
class Scheme:
    """A named way from counts to raw weights.

    Attributes:
        name: What `class_weights(scheme=…)` and `--scheme` call it.
        formula: The raw weight of a class with n of N instances among C classes.
        source: Where it comes from.
        raw: Entries with positive counts → a weight each; the scale is free.
        parameters: What it can be told.
        entries: What is weighed: the classes, or the cells of group × class.
        needs: What it must be given beside numbers; None for nothing.
    """

    name: str
    formula: str
    source: str
    raw: Raw
    parameters: tuple[Parameter | Choice, ...] = ()
    entries: Callable[[Population, Materials], Entries] = of_classes
    needs: Literal["prior", "costs"] | None = None

    def settle(self, given: Mapping[str, float | str | None]) -> dict[str, Value]:
        """Return the parameters of this scheme, with its defaults for those that are None.

        Raises:
            OptionError: a parameter is out of range, or the scheme does not take it.
        """
        own = {parameter.name for parameter in self.parameters}
        for name, value in given.items():
            if value is not None and name not in own:
                takers = [f'"{s.name}"' for s in SCHEMES.values() if name in {p.name for p in s.parameters}]
                way_out = f"or choose a scheme that does: {', '.join(takers)}" if takers else "no scheme does"
                message = f'scheme "{self.name}" takes no {name}; leave it out, {way_out}.'
                raise OptionError(message)
        return {parameter.name: parameter.settle(given.get(parameter.name)) for parameter in self.parameters}


def _of_counts(formula: Callable[[Sequence[float], Mapping[str, Value]], list[float]]) -> Raw:
    """Return a scheme that looks at nothing but the counts."""

    def raw(entries: Entries, parameters: Mapping[str, Value]) -> list[float]:
        return formula(entries.counts, parameters)

    return raw


def _of_whole_samples(population: Population, materials: Materials) -> Entries:
    """Return an entry for each class of a source with one label a sample.

    Raises:
        WeightError: samples differ in how many labels they have, and how large those with a class are is not counted.
    """
    table = population.table
    columns = zip(table.label, table.instances, table.samples, strict=True)
    if population.task == "multilabel" or any(label is not None and n != m for label, n, m in columns):
        message = (
            'scheme "median-frequency" needs, for each class, the labels of all samples that it occurs in; where a '
            "sample has several labels they are not counted. Choose balanced or sqrt."
        )
        raise WeightError(message)
    return of_classes(population, materials)


_TAU = Parameter(
    "tau", default=0.5, least=0.0, most=1.0, range="a number from 0 (no weighting) to 1 (inverse frequency)"
)
_BETA = Parameter(
    "beta", default=0.999, least=0.0, most=math.nextafter(1.0, 0.0), range="a number from 0 up to, but not including, 1"
)
_K = Parameter("k", default=1.02, least=1.0001, most=1e6, range="a number above 1, from 1.0001 to 1,000,000")
_MU = Parameter("mu", default=0.15, least=1e-9, most=1e9, range="a positive number")
_LDS = (
    Choice("reweight", ("sqrt-inverse", "inverse")),
    Choice("kernel", ("gaussian", "triang", "laplace")),
    Parameter("kernel_size", default=5, least=1, most=999, range="an odd number of bins from 1 to 999", whole=True),
    Parameter("sigma", default=2.0, least=0.01, most=100, range="a number of bins from 0.01 to 100"),
)

SCHEMES: Mapping[str, Scheme] = {
    scheme.name: scheme
    for scheme in (
        Scheme(
            "balanced",
            "N / (C·n)",
            "King & Zeng 2001, as scikit-learn's class_weight='balanced'",
            _of_counts(count_schemes.balanced),
        ),
        Scheme("inverse", "1 / n", "power with τ = 1", _of_counts(count_schemes.inverse)),
        Scheme(
            "sqrt",
            "1 / √n",
            "power with τ = ½; Kang et al., ICLR 2020, arXiv 1910.09217 (q = ½)",
            _of_counts(count_schemes.square_root),
        ),
        Scheme(
            "power",
            "n^-τ",
            "Kang et al., ICLR 2020, arXiv 1910.09217 (q = 1-τ)",
            _of_counts(count_schemes.power),
            (_TAU,),
        ),
        Scheme(
            "effective-number",
            "(1-β) / (1-β^n)",
            "Cui et al., CVPR 2019, arXiv 1901.05555, eq. 2; β = 0.999 as in their ImageNet and iNaturalist runs",
            _of_counts(count_schemes.effective_number),
            (_BETA,),
        ),
        Scheme(
            "median-frequency",
            "median(f) / f, f = n/N for one label a sample",
            "Eigen & Fergus, ICCV 2015, arXiv 1411.4734",
            _of_counts(count_schemes.median_frequency),
            entries=_of_whole_samples,
        ),
        Scheme(
            "enet", "1 / ln(k + n/N)", "Paszke et al. 2016, arXiv 1606.02147", _of_counts(count_schemes.enet), (_K,)
        ),
        Scheme(
            "log-smoothed",
            "max(1, ln(μ·N/n))",
            "an answer on Data Science Stack Exchange, copied widely; no paper",
            _of_counts(count_schemes.log_smoothed),
            (_MU,),
        ),
        Scheme(
            "target-prior",
            "π* / (n/N)",
            "Elkan, IJCAI 2001, §3; Saerens et al., Neural Computation 2002",
            prior_ratio,
            entries=of_target,
            needs="prior",
        ),
        Scheme(
            "cost-matrix",
            "Σ_j K[i][j] - K[i][i]",
            "Breiman et al. 1984; Ting, TKDE 2002",
            cost_weights,
            entries=of_costs,
            needs="costs",
        ),
        Scheme(
            "group-label",
            "n_g·n / (N·n_g,c)",
            "Kamiran & Calders, KAIS 2012",
            independence,
            entries=of_cells,
        ),
        Scheme(
            "group-label-balanced",
            "N / (cells·n_g,c)",
            "the inverse cell size of SubpopBench's ReWeight",
            equal_cells,
            entries=of_cells,
        ),
        Scheme(
            "lds",
            "1 / Σ_b k(b-c)·√n_b",
            "Yang et al., ICML 2021, arXiv 2102.09554",
            smoothed_density,
            _LDS,
            entries=of_bins,
        ),
    )
}
"""Every scheme by its name, in the order that help prints them."""
