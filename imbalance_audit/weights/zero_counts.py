"""What to do with a class that has no instance: its raw weight would be infinite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError, WeightError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ZERO_COUNTS: Mapping[str, str] = {
    "error": "refuse, and name the classes",
    "ignore": "weight 0: the class takes no part in the loss",
    "cap": "the largest weight of a class that occurs",
    "smooth": "add a constant to every count, also where no class is missing",
    "one": "the weight that no weighting gives: 1 (1/C under sum-1)",
}
"""Every policy, in words."""

WAYS = ", ".join(f'"{policy}"' for policy in ZERO_COUNTS if policy != "error")
"""The policies that go on, as an error lists them."""

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
        f"Give zero_count as one of {WAYS}, or leave these classes out of the declared ones."
    )
    raise WeightError(message)
