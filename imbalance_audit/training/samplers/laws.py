"""How often a class is drawn, by how many rows it has. Each law is a small value that a sampler takes.

A law gives each class a mass, which is not scaled to 1: sums of floats depend on the processor, and without one a
checkpoint continues on another machine. For the same reason, powers go through float32.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 5
"""Classes that an error names before it counts the rest."""


class Law:
    """A mass for each class. A subclass says which."""

    @property
    def last_epoch(self) -> int:
        """The epoch from which on the law stays as it is."""
        return 0

    def mass(self, counts: Sequence[int], labels: Sequence[str | int], epoch: int) -> list[float]:
        """Return the mass of each class in an epoch, finite and from 0 up.

        Args:
            counts: The rows of each class, each at least 1.
            labels: The label of each class.
            epoch: The epoch, from 0.

        Raises:
            OptionError: the law does not fit these classes.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class PowerLaw(Law):
    """q_c ∝ n_c^q: 1 draws rows evenly, ½ by the square root, 0 classes evenly (Kang et al., ICLR 2020, eq. 1).

    Args:
        q: From 0 to 1.

    Raises:
        OptionError: q is out of range.

    >>> PowerLaw(q=0.5).mass([100, 4], ["cat", "lynx"], 0)
    [10.0, 2.0]
    """

    q: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.q <= 1:
            message = f"q is a number from 0 (classes evenly) to 1 (rows evenly), got {self.q}."
            raise OptionError(message)

    def mass(self, counts: Sequence[int], labels: Sequence[str | int], epoch: int) -> list[float]:  # noqa: ARG002 -- a law's signature
        """Return n^q."""
        return [_single(n**self.q) if self.q not in (0, 1) else n**self.q for n in counts]


@dataclass(frozen=True)
class EffectiveNumberLaw(Law):
    """q_c ∝ n_c·(1-β)/(1-β^n_c): draws as the effective-number weights weigh (Cui et al., CVPR 2019, § 4).

    β = 0 draws rows evenly, β → 1 classes evenly.

    Args:
        beta: β, from 0 to below 1.

    Raises:
        OptionError: β is out of range.

    >>> [round(mass, 2) for mass in EffectiveNumberLaw(beta=0.9).mass([100, 1], ["cat", "lynx"], 0)]
    [10.0, 1.0]
    """

    beta: float = 0.999

    def __post_init__(self) -> None:
        if not 0 <= self.beta < 1:
            message = f"beta is a number from 0 up to, but not including, 1, got {self.beta}."
            raise OptionError(message)

    def mass(self, counts: Sequence[int], labels: Sequence[str | int], epoch: int) -> list[float]:  # noqa: ARG002 -- a law's signature
        """Return n·(1-β)/(1-βⁿ)."""
        if self.beta == 0:
            return [float(n) for n in counts]
        rate = math.log(self.beta)
        return [_single(n * (1 - self.beta) / -math.expm1(n * rate)) for n in counts]


@dataclass(frozen=True)
class PriorLaw(Law):
    """q_c ∝ what is asked for: the class shares that training shall see, such as those of deployment.

    Args:
        prior: A number from 0 up for each label; they need not add up to 1. 0 leaves a class out.

    Raises:
        OptionError: a number is negative or not finite, or all are 0.

    >>> PriorLaw({"cat": 3, "lynx": 1}).mass([100, 4], ["cat", "lynx"], 0)
    [3.0, 1.0]
    """

    prior: Mapping[str, float] | Mapping[int, float]

    def __post_init__(self) -> None:
        given: object = self.prior
        if not isinstance(given, Mapping):
            message = f"Expected a prior as label → share, got {type(given).__name__}. Name the label of each share."
            raise OptionError(message)
        for label, share in self.prior.items():
            if not 0 <= share < math.inf:
                message = f"Expected shares that are finite and from 0 up, got {share} for {quoted(str(label))}."
                raise OptionError(message)
        if not any(self.prior.values()):
            message = "Expected a class with a share above 0, got none. Give the shares that training shall see."
            raise OptionError(message)

    def mass(self, counts: Sequence[int], labels: Sequence[str | int], epoch: int) -> list[float]:  # noqa: ARG002 -- a law's signature
        """Return the shares in the order of the labels.

        Raises:
            OptionError: a label has no share, or a share above 0 no row.
        """
        shares: dict[str | int, float] = dict(self.prior.items())
        without = [label for label in labels if label not in shares]
        if without:
            message = f"Expected a share for every label, got none for {listed(without)}. 0 leaves a class out."
            raise OptionError(message)
        there = set(labels)
        empty = [label for label, share in shares.items() if share > 0 and label not in there]
        if empty:
            message = (
                f"Expected a row of every class with a share above 0, got none of {listed(empty)}. Check the labels."
            )
            raise OptionError(message)
        return [float(shares[label]) for label in labels]


@dataclass(frozen=True)
class ProgressiveLaw(Law):
    """Goes from one law to another in even steps: (1-t)·q^first + t·q^last with t = epoch / (epochs - 1), at most 1.

    Kang et al. (ICLR 2020, § 4.1, "progressively-balanced") go from rows evenly to classes evenly, as here by default.
    It needs `set_epoch`.

    Args:
        epochs: In how many epochs, at least 2.
        first: The law of epoch 0.
        last: The law of epoch `epochs` - 1 and all later ones.

    Raises:
        OptionError: there are fewer than two epochs.

    >>> law = ProgressiveLaw(epochs=3)
    >>> [law.mass([3, 1], ["cat", "lynx"], epoch) for epoch in (0, 1, 2)]
    [[0.75, 0.25], [0.625, 0.375], [0.5, 0.5]]
    """

    epochs: int
    first: Law = field(default_factory=lambda: PowerLaw(q=1.0))
    last: Law = field(default_factory=lambda: PowerLaw(q=0.0))

    def __post_init__(self) -> None:
        if self.epochs < 2:
            message = (
                f"epochs is an integer from 2 up, got {self.epochs}: the first and the last have laws of their own."
            )
            raise OptionError(message)

    @property
    def last_epoch(self) -> int:
        """The epoch from which on the law stays as it is."""
        return self.epochs - 1

    def mass(self, counts: Sequence[int], labels: Sequence[str | int], epoch: int) -> list[float]:
        """Return the mixed shares; their sums are rounded once, so that every machine gets the same."""
        t = min(1.0, epoch / self.last_epoch)
        first, last = (_shares(law.mass(counts, labels, epoch)) for law in (self.first, self.last))
        return [(1 - t) * a + t * b for a, b in zip(first, last, strict=True)]


def listed(labels: Sequence[str | int]) -> str:
    """Return the first few labels as they are shown in an error, and how many more there are."""
    more = f" and {len(labels) - SHOWN:,} more" if len(labels) > SHOWN else ""
    shown = [quoted(label) if isinstance(label, str) else str(label) for label in labels[:SHOWN]]
    return ", ".join(shown) + more


def _shares(mass: Sequence[float]) -> list[float]:
    total = math.fsum(mass)
    return [value / total for value in mass]


def _single(value: float) -> float:
    single: float = struct.unpack("f", struct.pack("f", value))[0]
    return single
