"""The options of a weighing, checked once, with their defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imbalance_audit.errors import OptionError, refuse_unknown
from imbalance_audit.weights.cells import Materials
from imbalance_audit.weights.clipping import Limits
from imbalance_audit.weights.normalisation import NORMALISATIONS
from imbalance_audit.weights.schemes import SCHEMES
from imbalance_audit.weights.zero_counts import ZERO_COUNTS, smoothing_constant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imbalance_audit.weights.parameters import Value
    from imbalance_audit.weights.schemes import Scheme


@dataclass(frozen=True)
class Recipe:
    """How counts become weights.

    Attributes:
        scheme: The scheme.
        parameters: Its parameters.
        normalisation: What the weights are scaled to.
        zero_count: What is done with entries that have no instance.
        smoothing: What is added to every count; None under another policy than `smooth`.
        limits: How far weights may go.
        materials: What the scheme was given beside numbers.
    """

    scheme: Scheme
    parameters: Mapping[str, Value]
    normalisation: str
    zero_count: str
    smoothing: float | None
    limits: Limits
    materials: Materials

    @classmethod
    def of(
        cls,
        scheme: str,
        given: Mapping[str, float | str | None],
        *,
        normalisation: str = "data-mean",
        zero_count: str = "error",
        smoothing: float | None = None,
        limits: Limits | None = None,
        materials: Materials | None = None,
    ) -> Recipe:
        """Return the recipe that these options make.

        Raises:
            OptionError: an unknown name, or a parameter that is out of range or not taken.
        """
        refuse_unknown("scheme", scheme, SCHEMES)
        refuse_unknown("normalisation", normalisation, NORMALISATIONS)
        refuse_unknown("zero_count policy", zero_count, ZERO_COUNTS)
        chosen, given_things = SCHEMES[scheme], materials or Materials()
        for name, thing in (("prior", given_things.prior), ("costs", given_things.costs)):
            if thing is not None and chosen.needs != name:
                taker = next(other.name for other in SCHEMES.values() if other.needs == name)
                message = f'scheme "{scheme}" takes no {name}; leave it out, or choose the scheme "{taker}".'
                raise OptionError(message)
        return cls(
            scheme=chosen,
            parameters=chosen.settle(given),
            normalisation=normalisation,
            zero_count=zero_count,
            smoothing=smoothing_constant(smoothing, policy=zero_count),
            limits=limits or Limits(),
            materials=given_things,
        )

    @property
    def recorded(self) -> dict[str, Value | None]:
        """The parameters as the weight file records them."""
        added = {} if self.smoothing is None else {"smoothing": self.smoothing}
        return {**self.parameters, **added, **self.limits.recorded}
