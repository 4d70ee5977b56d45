"""What to do with a class that has no instance: its raw weight would be infinite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError, WeightError
from imbalance_audit.weights.normalisation import neutral

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imbalance_audit.weights.cells import Entries
    from imbalance_audit.weights.recipe import Recipe

ZERO_COUNTS: Mapping[str, str] = {
    "error": "refuse, and name the classes",
    "ignore": "weight 0: the class takes no part in the loss",
    "cap": "the largest weight of a class that occurs",
    "smooth": "add a constant to every count, also where no class is missing",
    "one": "the weight that no weighting gives: 1 (1/C under sum-1)",
}
"""Every policy, in words."""

_WAYS = ", ".join(f'"{policy}"' for policy in ZERO_COUNTS if policy != "error")

SHOWN = 5
"""Classes that an error names before it counts the rest."""


def smoothing_constant(value: float | None, *, policy: str) -> float | None:
    """Return what `smooth` adds to every count (1 unless given); None under another policy.

    Raises:
        OptionError: it is not positive and finite, or another policy was asked for.
    """
    if policy != "smooth":
        if value is not None:
            message = (
                f'smoothing is taken by zero_count="smooth" alone, got zero_count="{policy}". Leave one of them out.'
            )
            raise OptionError(message)
        return None
    if value is None:
        return 1.0
    if not 0 < value < float("inf"):
        message = f"smoothing is a positive number that is added to every count, got {value}."
        raise OptionError(message)
    return float(value)


def refuse_absent(classes: Sequence[str], counts: Sequence[int], *, where: str) -> None:
    """Raise for classes without an instance.

    Raises:
        WeightError: there is one. The message names the first few.
    """
    absent = [name for name, n in zip(classes, counts, strict=True) if n == 0]
    if not absent:
        return
    names = ", ".join(quoted(name) for name in absent[:SHOWN])
    more = f" and {len(absent) - SHOWN:,} more" if len(absent) > SHOWN else ""
    message = (
        f"Expected every class to have an instance {where}, got none of {names}{more}. "
        f"Give zero_count as one of {_WAYS}, or leave these classes out of the declared ones."
    )
    raise WeightError(message)


def raw_weights(entries: Entries, recipe: Recipe) -> list[float]:
    """Return the raw weight of every entry, with the policy applied to those that have no instance.

    Raises:
        WeightError: a cell of group × class has no instance under `error`.
    """
    scheme, parameters = recipe.scheme, recipe.parameters
    if recipe.smoothing is not None:
        return scheme.raw(entries.plus(recipe.smoothing), parameters)
    present = entries.present()
    if present is entries:
        return scheme.raw(entries, parameters)
    if recipe.zero_count == "error":
        _refuse_empty_cells(entries)
    weights = scheme.raw(present, parameters)
    stand_in = {
        "ignore": 0.0,
        "cap": max(weights),
        "one": neutral(weights, present.counts, to=recipe.normalisation),
    }[recipe.zero_count]
    drawn = iter(weights)
    return [next(drawn) if n > 0 else stand_in for n in entries.counts]


def _refuse_empty_cells(entries: Entries) -> None:
    empty = [at for at, n in enumerate(entries.counts) if n == 0]
    first = "; ".join(entries.title(at) for at in empty[:SHOWN])
    more = f" and {len(empty) - SHOWN:,} more" if len(empty) > SHOWN else ""
    message = (
        f"Expected an instance in each of {len(entries.counts):,} cells of group and class, got none of {first}{more}. "
        f"Give zero_count as one of {_WAYS}, or use coarser groups."
    )
    raise WeightError(message)
