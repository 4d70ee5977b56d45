"""How often data without drift raise a finding about their splits.

    python benchmarks/false_alarms.py --draws 1000

Each draw is an audit of a train, a val and a test split whose rows come from one Zipf distribution of K classes: no
split differs from another but by chance. What is printed is the share of audits in which a rule SPL found anything.
"""

from __future__ import annotations

import argparse

import numpy as np

from imbalance_audit.auditing.judging import judge_again
from imbalance_audit.measures.class_skew import skew_of
from imbalance_audit.records import Audit, ClassCounts, LabelFaults, Source
from imbalance_audit.rules.policy import Override, Policy

SIZES = {"test": 1_000, "train": 8_000, "val": 1_000}
EVERY_DIFFERENCE = Policy(
    select=("SPL",),
    rules={"SPL001": Override(warning=1.0), "SPL002": Override(warning=0.0)},
)
"""Without a limit on the size of a difference: chance alone is judged."""


def without_drift(classes: int, generator: np.random.Generator) -> Audit:
    """Return the audit of three splits that are drawn from the same class shares."""
    shares = 1 / np.arange(1, classes + 1)
    cells = [
        (split, f"class {index:04d}", int(n))
        for split, size in SIZES.items()
        for index, n in enumerate(generator.multinomial(size, shares / shares.sum()))
        if n
    ]
    n = tuple(count for *_, count in cells)
    counts = ClassCounts(
        tuple(split for split, *_ in cells), (None,) * len(n), tuple(label for _, label, _ in cells), n, n, n
    )
    labels = tuple(sorted({label for _, label, _ in cells}))
    skew = skew_of(counts, taxonomy=labels, faults=LabelFaults())
    return Audit(Source("draw", "frame", "row", "multiclass", ""), labels, "lexical", counts, skew)


def false_alarms(classes: int, draws: int, policy: Policy) -> float:
    """Return the share of audits without drift in which a rule on splits finds anything."""
    generator = np.random.default_rng(classes)
    return sum(bool(judge_again(without_drift(classes, generator), policy).findings) for _ in range(draws)) / draws


def main() -> None:
    """Print a table: classes, share of audits with a finding under the default limits and without any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1000)
    draws = parser.parse_args().draws
    print("| classes | default limits | chance alone |\n|---|---|---|")
    for classes in (10, 100, 1000):
        shares = [false_alarms(classes, draws, policy) for policy in (Policy(select=("SPL",)), EVERY_DIFFERENCE)]
        print(f"| {classes:,} | {shares[0]:.1%} | {shares[1]:.1%} |", flush=True)


if __name__ == "__main__":
    main()
