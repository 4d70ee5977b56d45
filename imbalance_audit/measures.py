"""How skewed class counts are. Pure functions of counts.

Sums of floats go through `math.fsum`: the result does not depend on the order of the classes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from imbalance_audit.records import Measures, Skew

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from imbalance_audit.records import ClassCounts, LabelFaults


def skew_of(
    counts: ClassCounts, *, taxonomy: Collection[str], faults: LabelFaults, ignored: Collection[str] = ()
) -> Skew:
    """Return the measures of these counts as found, and with dirt set aside.

    Args:
        counts: The counts of all rows or of one split.
        taxonomy: The classes that could occur; one that does not counts as zero.
        faults: What is wrong with the labels.
        ignored: Labels that are no class by choice.
    """
    raw = {label: n for label, n in counts.per_label().items() if label not in ignored}
    return Skew(
        raw=_measure(counts, raw, taxonomy),
        clean=_measure(counts, without_dirt(raw, faults), set(taxonomy) - _dirt(faults)),
    )


def without_dirt(counts: Mapping[str, int], faults: LabelFaults) -> dict[str, int]:
    """Return the counts with look-alikes added to what they stand for and other dirt left out.

    >>> from imbalance_audit.records import LabelFaults
    >>> without_dirt({"cat": 5, "Cat": 1, "": 2}, LabelFaults(empty=("",), stands_for={"Cat": "cat"}))
    {'cat': 6}
    """
    aside = {*faults.empty, *faults.placeholders, *faults.unknown}
    clean: dict[str, int] = {}
    for label, n in counts.items():
        if label not in aside:
            name = faults.stands_for.get(label, label)
            clean[name] = clean.get(name, 0) + n
    return clean


def imbalance_ratio(counts: Collection[int]) -> float | None:
    """Return the largest count over the smallest positive one; None without a positive count.

    >>> imbalance_ratio([900, 90, 0])
    10.0
    """
    present = [n for n in counts if n > 0]
    return max(present) / min(present) if present else None


def entropy(counts: Collection[int]) -> float | None:
    """Return the Shannon entropy of the class shares, in nats; None without a positive count.

    >>> entropy([4])
    0.0
    """
    total = sum(counts)
    if total == 0:
        return None
    return math.fsum(n / total * math.log(total / n) for n in counts if n > 0)


def hill_2(counts: Collection[int]) -> float | None:
    """Return the Hill number of order 2, 1 / Σ share² (Hill 1973); None without a positive count.

    >>> hill_2([5, 5])
    2.0
    """
    total = sum(counts)
    return total * total / sum(n * n for n in counts) if total else None


def gini(counts: Sequence[int]) -> float | None:
    """Return the Gini coefficient of the counts, 0 when all are equal; None without a positive count.

    >>> gini([3, 3, 3]), gini([0, 0, 9])
    (0.0, 0.6666666666666666)
    """
    total, size = sum(counts), len(counts)
    if total == 0:
        return None
    ranked = sum(rank * n for rank, n in enumerate(sorted(counts), start=1))
    # In integers up to the one division, so that equal counts give exactly zero.
    return (2 * ranked - (size + 1) * total) / (size * total)


def _dirt(faults: LabelFaults) -> set[str]:
    return {*faults.empty, *faults.placeholders, *faults.unknown, *faults.stands_for}


def _measure(counts: ClassCounts, per_label: Mapping[str, int], taxonomy: Collection[str]) -> Measures:
    present = {label: n for label, n in per_label.items() if n > 0}
    largest = min(present, key=lambda label: (-present[label], label), default=None)
    smallest = min(present, key=lambda label: (present[label], label), default=None)
    possible = [*present.values(), *(0 for label in taxonomy if label not in present)]
    nats = entropy(present.values())
    return Measures(
        samples=counts.total_samples,
        instances=sum(present.values()),
        unlabelled=counts.unlabelled,
        classes=len(present),
        largest=largest,
        largest_count=present[largest] if largest is not None else 0,
        smallest=smallest,
        smallest_count=present[smallest] if smallest is not None else 0,
        imbalance_ratio=imbalance_ratio(present.values()),
        hill_1=None if nats is None else math.exp(nats),
        hill_2=hill_2(present.values()),
        normalised_entropy=None if nats is None or len(possible) < 2 else min(1.0, nats / math.log(len(possible))),
        gini=gini(possible),
    )
