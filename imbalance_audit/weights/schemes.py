"""The schemes: how a class's count becomes its raw weight, before any scaling.

A scheme is a value. A new one is a function and a line in `SCHEMES`; a new parameter is also a keyword of
`class_weights`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imbalance_audit.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True)
class Parameter:
    """A number that a scheme takes.

    Attributes:
        name: Its keyword.
        default: Its value when none is given.
        least: The smallest value allowed.
        most: The largest value allowed.
        range: The same, in words.
    """

    name: str
    default: float
    least: float
    most: float
    range: str

    def settle(self, value: float | None) -> float:
        """Return the value, or the default for None.

        Raises:
            OptionError: the value is out of range, or not a number.
        """
        if value is None:
            return self.default
        if not self.least <= value <= self.most:  # also true of NaN
            message = f"{self.name} is {self.range}, got {value}."
            raise OptionError(message)
        return float(value)


@dataclass(frozen=True)
class Scheme:
    """A named way from counts to raw weights.

    Attributes:
        name: What `class_weights(scheme=…)` and `--scheme` call it.
        formula: The raw weight of a class with n of N instances among C classes.
        source: Where it comes from.
        raw: Positive counts → a weight each. Rare classes get the large ones; the scale is free.
        parameters: The numbers it takes.
    """

    name: str
    formula: str
    source: str
    raw: Callable[[Sequence[float], Mapping[str, float]], list[float]]
    parameters: tuple[Parameter, ...] = ()

    def settle(self, given: Mapping[str, float | None]) -> dict[str, float]:
        """Return the parameters of this scheme, with its defaults for those that are None.

        Raises:
            OptionError: a parameter is out of range, or the scheme does not take it.
        """
        own = {parameter.name for parameter in self.parameters}
        for name, value in given.items():
            if value is not None and name not in own:
                takers = ", ".join(f'"{s.name}"' for s in SCHEMES.values() if name in {p.name for p in s.parameters})
                message = f'scheme "{self.name}" takes no {name}; leave it out, or choose a scheme that does: {takers}.'
                raise OptionError(message)
        return {parameter.name: parameter.settle(given.get(parameter.name)) for parameter in self.parameters}


def balanced(counts: Sequence[float], _: Mapping[str, float]) -> list[float]:
    """Return N / (C·n).

    >>> balanced([4, 4, 1, 4, 7], {})
    [1.0, 1.0, 4.0, 1.0, 0.5714285714285714]
    """
    total = math.fsum(counts)
    return [total / (len(counts) * n) for n in counts]


def power(counts: Sequence[float], parameters: Mapping[str, float]) -> list[float]:
    """Return n^-τ.

    >>> power([1, 4, 16], {"tau": 0.5})
    [1.0, 0.5, 0.25]
    """
    tau = parameters["tau"]
    # Division and square root are rounded the same on every machine; pow is not.
    if tau == 1.0:
        return [1.0 / n for n in counts]
    if tau == 0.5:
        return [1.0 / math.sqrt(n) for n in counts]
    return [n**-tau for n in counts]


def square_root(counts: Sequence[float], _: Mapping[str, float]) -> list[float]:
    """Return n^-½.

    >>> square_root([1, 4, 16], {})
    [1.0, 0.5, 0.25]
    """
    return power(counts, {"tau": 0.5})


def inverse(counts: Sequence[float], _: Mapping[str, float]) -> list[float]:
    """Return 1 / n.

    >>> inverse([1, 4, 16], {})
    [1.0, 0.25, 0.0625]
    """
    return power(counts, {"tau": 1.0})


def effective_number(counts: Sequence[float], parameters: Mapping[str, float]) -> list[float]:
    """Return (1-β) / (1-β^n).

    >>> [round(w, 6) for w in effective_number([900, 90, 10], {"beta": 0.99})]
    [0.010001, 0.016799, 0.104583]
    """
    beta = parameters["beta"]
    if beta == 0.0:
        return [1.0 for _ in counts]
    log_beta = math.log(beta)
    # 1-β^n loses all its digits to cancellation where β^n is near 1; expm1 keeps them.
    return [(1.0 - beta) / -math.expm1(n * log_beta) for n in counts]


_TAU = Parameter(
    "tau", default=0.5, least=0.0, most=1.0, range="a number from 0 (no weighting) to 1 (inverse frequency)"
)
_BETA = Parameter(
    "beta", default=0.999, least=0.0, most=math.nextafter(1.0, 0.0), range="a number from 0 up to, but not including, 1"
)

SCHEMES: Mapping[str, Scheme] = {
    scheme.name: scheme
    for scheme in (
        Scheme("balanced", "N / (C·n)", "King & Zeng 2001, as scikit-learn's class_weight='balanced'", balanced),
        Scheme("inverse", "1 / n", "power with τ = 1", inverse),
        Scheme("sqrt", "1 / √n", "power with τ = ½; Kang et al., ICLR 2020, arXiv 1910.09217 (q = ½)", square_root),
        Scheme("power", "n^-τ", "Kang et al., ICLR 2020, arXiv 1910.09217 (q = 1-τ)", power, (_TAU,)),
        Scheme(
            "effective-number",
            "(1-β) / (1-β^n)",
            "Cui et al., CVPR 2019, arXiv 1901.05555, eq. 2; β = 0.999 as in their ImageNet and iNaturalist runs",
            effective_number,
            (_BETA,),
        ),
    )
}
"""Every scheme by its name, in the order that help prints them."""
