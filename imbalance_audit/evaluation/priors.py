"""What the test rows count where the classes have other shares: the target prior."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError
from imbalance_audit.weights.target_prior import ROUNDING, refuse_other_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


def checked_target(target: Mapping[str, float], classes: Sequence[str]) -> dict[str, float]:
    """Return the share of each class, in class order, summing to 1.

    Raises:
        OptionError: it does not give each class one share, or they do not sum to 1.
    """
    refuse_other_names(classes, list(target), what="target prior")
    for name, share in target.items():
        if not 0 <= share <= 1:  # also true of NaN
            message = f"Expected shares from 0 to 1 in the target prior, got {share} for {quoted(name)}. Correct it."
            raise OptionError(message)
    total = math.fsum(target.values())
    if abs(total - 1) > ROUNDING:
        message = f"Expected the shares of the target prior to sum to 1, got {total:.6g}. Scale them."
        raise OptionError(message)
    return {name: target[name] / total for name in classes}


def row_weights(
    truth: NDArray[np.int64], target: Mapping[str, float] | None
) -> tuple[NDArray[np.float64] | None, tuple[str, ...]]:
    """Return what each row counts, its class's target share over its share of the rows (Elkan, IJCAI 2001), and notes.

    A class that the target holds and the rows do not cannot be judged; the other shares are scaled up then.

    Raises:
        OptionError: no class of the target has a row.
    """
    if target is None:
        return None, ()
    shares = np.array(list(target.values()))
    support = np.bincount(truth, minlength=len(shares))
    weight = np.divide(shares, support, out=np.zeros(len(shares)), where=support > 0) * len(truth)
    lost = [name for name, share, n in zip(target, shares, support, strict=True) if share > 0 and n == 0]
    if not (weight > 0).any():
        message = "No row is of a class that the target prior holds. Judge rows of these classes, or another target."
        raise OptionError(message)
    if not lost:
        return weight[truth], ()
    part = sum(target[name] for name in lost)
    note = f"{part:.2%} of the target prior is of {len(lost):,} classes without a row here, such as {quoted(lost[0])}."
    return weight[truth], (note,)
