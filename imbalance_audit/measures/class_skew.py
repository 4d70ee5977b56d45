"""How skewed class counts are. Pure functions of counts.

Sums of floats go through `math.fsum`: the result does not depend on the order of the classes.
"""

from __future__ import annotations

import math
from collections import Counter
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


def cramers_v(table: Mapping[tuple[str, str], int]) -> float | None:
    """Return Cramér's V of a two-way table with Bergsma's correction of its bias (2013); None for fewer than 2 × 2.

    >>> cramers_v({("a", "x"): 50, ("b", "y"): 50})
    1.0
    """
    rows, columns = Counter[str](), Counter[str]()
    for (row, column), n in table.items():
        rows[row] += n
        columns[column] += n
    total, r, k = sum(rows.values()), len(rows), len(columns)
    if r < 2 or k < 2 or total < 2:
        return None
    # Σ n²/(row·column) - 1 is χ²/N, and empty cells add nothing.
    association = math.fsum(n * n / (rows[row] * columns[column]) for (row, column), n in table.items()) - 1
    corrected = max(0.0, association - (k - 1) * (r - 1) / (total - 1))
    sides = [side - (side - 1) ** 2 / (total - 1) for side in (r, k)]
    return min(1.0, math.sqrt(corrected / (min(sides) - 1))) if min(sides) > 1 else None


def irlbl(positives: Mapping[str, int]) -> dict[str, float]:
    """Return label → most positives of any label / its own (Charte et al. 2015); labels without positives left out.

    >>> irlbl({"a": 8, "b": 2, "c": 0})
    {'a': 1.0, 'b': 4.0}
    """
    most = max(positives.values(), default=0)
    return {label: most / n for label, n in positives.items() if n > 0}


def mean_irlbl(ratios: Sequence[float]) -> float | None:
    """Return MeanIR; None without a label.

    >>> mean_irlbl([1.0, 4.0])
    2.5
    """
    return math.fsum(ratios) / len(ratios) if ratios else None


def variation_irlbl(ratios: Sequence[float]) -> float | None:
    """Return CVIR, the sample standard deviation of IRLbl over its mean; None for fewer than two labels.

    >>> round(variation_irlbl([1.0, 4.0]), 4)
    0.8485
    """
    mean = mean_irlbl(ratios)
    if mean is None or len(ratios) < 2:
        return None
    return math.sqrt(math.fsum((ratio - mean) ** 2 for ratio in ratios) / (len(ratios) - 1)) / mean
