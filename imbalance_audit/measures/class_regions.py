"""Head, medium and few: the classes by how many rows they had in training."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from imbalance_audit.errors import OptionError
from imbalance_audit.records import Region

if TYPE_CHECKING:
    from collections.abc import Sequence

REGIONS: tuple[Region, ...] = get_args(Region)
"""From the classes with most training rows to those with fewest."""

HEAD, FEW = 100, 20
"""More training rows than the first are head, fewer than the second few (Liu et al., CVPR 2019; Kang et al., ICLR
2020)."""


def region_of(count: int, bounds: tuple[int, int] = (HEAD, FEW)) -> Region:
    """Return the region of a class of so many training rows.

    >>> [region_of(n) for n in (101, 100, 20, 19)]
    ['head', 'medium', 'medium', 'few']
    """
    head, few = bounds
    return "head" if count > head else "few" if count < few else "medium"


def regions_of(
    counts: Sequence[int], bounds: tuple[int, int] | None
) -> tuple[tuple[Region | None, ...], tuple[str, ...]]:
    """Return the region of each class, and a note where the usual bounds say nothing.

    Args:
        counts: Training rows of each class.
        bounds: More rows than the first are head, fewer than the second few. None: the usual ones, or, where no class
            is few by them, thirds of the classes.

    Raises:
        OptionError: the bounds are not in order.
    """
    if bounds is not None and not bounds[0] >= bounds[1] > 0:
        message = f"Expected bounds such as {HEAD},{FEW}, the larger one first, got {bounds[0]},{bounds[1]}."
        raise OptionError(message)
    if bounds is not None or min(counts) < FEW:
        return tuple(region_of(n, bounds or (HEAD, FEW)) for n in counts), ()
    if len(counts) < len(REGIONS):
        return (None,) * len(counts), ()
    note = f"No class has fewer than {FEW} training rows: head, medium and few are thirds of the classes."
    return _thirds(counts), (note,)


def _thirds(counts: Sequence[int]) -> tuple[Region, ...]:
    """Return the region of each class, as many of each as can be: the first ones have what is left over."""
    order = sorted(range(len(counts)), key=lambda at: (-counts[at], at))
    size, rest = divmod(len(counts), len(REGIONS))
    by_rank = [region for place, region in enumerate(REGIONS) for _ in range(size + (place < rest))]
    found = dict(zip(order, by_rank, strict=True))
    return tuple(found[at] for at in range(len(counts)))
