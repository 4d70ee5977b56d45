"""Judging predictions, beside scikit-learn's own functions called one after the other.

    python benchmarks/evaluation_speed.py --rows 100_000 --classes 10

Both take the same logits from memory. scikit-learn alone gives the figures without intervals; a bootstrap around it is
what one would write for intervals, and is timed with few resamples and told for as many as ours. Printed is the median
of the time, and its ratio to scikit-learn's one pass.
"""

from __future__ import annotations

import argparse
import time
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from sklearn import metrics

from imbalance_audit import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

RESAMPLES = 1000
FEW = 5


def predictions(rows: int, classes: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return Zipf labels and logits that are mostly right."""
    draw = np.random.default_rng(0)
    share = 1 / np.arange(1, classes + 1)
    truth = draw.choice(classes, rows, p=share / share.sum())
    logits = draw.normal(size=(rows, classes))
    logits[np.arange(rows), truth] += 2.5
    return truth, logits


def one_pass(truth: NDArray[np.int64], logits: NDArray[np.float64]) -> None:
    """Take the figures of an evaluation that scikit-learn has."""
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = odds / odds.sum(axis=1, keepdims=True)
    said, labels = logits.argmax(axis=1), np.arange(logits.shape[1])
    metrics.precision_recall_fscore_support(truth, said, labels=labels, zero_division=0)
    metrics.balanced_accuracy_score(truth, said)
    metrics.matthews_corrcoef(truth, said)
    metrics.confusion_matrix(truth, said, labels=labels)
    metrics.log_loss(truth, p, labels=labels)
    for label in labels:
        metrics.average_precision_score(truth == label, p[:, label])


def bootstrap(truth: NDArray[np.int64], logits: NDArray[np.float64]) -> None:
    """Take the same figures of a few resamples of the rows."""
    draw = np.random.default_rng(0)
    for _ in range(FEW):
        rows = draw.integers(len(truth), size=len(truth))
        one_pass(truth[rows], logits[rows])


def seconds(call: Callable[[], object], runs: int) -> float:
    """Return the median time of a call."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return median(taken)


def main() -> None:
    """Time each and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    truth, logits = predictions(options.rows, options.classes)
    names = [f"c{i}" for i in range(options.classes)]
    table = pl.DataFrame({"label": [names[i] for i in truth]}).hstack(
        pl.DataFrame(logits, schema=[f"logit_{name}" for name in names])
    )
    evaluate(table.head(100), classes=names, resamples=1)  # imports
    alone = seconds(lambda: one_pass(truth, logits), options.runs)
    resampled = seconds(lambda: bootstrap(truth, logits), options.runs) * RESAMPLES / FEW
    ours = seconds(lambda: evaluate(table, classes=names, resamples=RESAMPLES), options.runs)
    print(f"{options.rows:,} rows, {options.classes:,} classes, median of {options.runs} runs\n")
    print("| | seconds | × one pass |\n|---|--:|--:|")
    for name, taken in (
        ("scikit-learn, one pass, no intervals", alone),
        (f"imbalance_audit.evaluate, {RESAMPLES:,} resamples", ours),
        (f"scikit-learn in a bootstrap of {RESAMPLES:,} (from {FEW})", resampled),
    ):
        print(f"| {name} | {taken:.2f} | {taken / alone:.1f} |")


if __name__ == "__main__":
    main()
