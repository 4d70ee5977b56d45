"""Head, medium and few: the classes by how many rows they had in training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imbalance_audit.errors import OptionError
from imbalance_audit.evaluation.names import REGIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imbalance_audit.records import Region

USUAL = (100, 20)
"""More than 100 training rows are head, fewer than 20 few (Liu et al., CVPR 2019; Kang et al., ICLR 2020)."""


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
        message = f"Expected bounds such as 100,20, the larger one first, got {bounds[0]},{bounds[1]}."
        raise OptionError(message)
    upper, lower = bounds or USUAL
    if bounds is None and min(counts) >= lower:
        if len(counts) < 3:
            return (None,) * len(counts), ()
        order = sorted(range(len(counts)), key=lambda at: (-counts[at], at))
        found: list[Region | None] = [None] * len(counts)
        for region, members in zip(REGIONS, np.array_split(order, 3), strict=True):
            for at in members:
                found[at] = region
        note = f"No class has fewer than {lower} training rows: head, medium and few are thirds of the classes."
        return tuple(found), (note,)
    return tuple("head" if n > upper else "few" if n < lower else "medium" for n in counts), ()
