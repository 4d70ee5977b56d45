"""Counts → raw weights: the scheme, and the policy for what has no instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.errors import WeightError
from imbalance_audit.weights.normalisation import neutral
from imbalance_audit.weights.zero_counts import SHOWN, WAYS

if TYPE_CHECKING:
    from imbalance_audit.weights.cells import Entries
    from imbalance_audit.weights.recipe import Recipe


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
        f"Give zero_count as one of {WAYS}, or use coarser groups."
    )
    raise WeightError(message)
