"""What each error costs → class weights, and whether class weights can say it at all.

K[truth][prediction] is what it costs to predict one class where another is true. (Elkan 2001 writes the transpose.)
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import OptionError
from imbalance_audit.weights.cells import of_classes
from imbalance_audit.weights.target_prior import refuse_other_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imbalance_audit.weights.cells import Entries, Materials, Population
    from imbalance_audit.weights.parameters import Value

Matrix = list[list[float]]

_STEPS = 200
"""Steps of the least-squares fit; it is exact after one where every pair of classes has a cost."""


def cost_weights(entries: Entries, _: Mapping[str, Value]) -> list[float]:
    """Return k, what the errors on each class cost together: Σ_j K[i][j] (Breiman et al. 1984; Ting, TKDE 2002).

    Scaled to a mean of 1 under the data: N·k_i / Σ k_j·n_j.
    """
    return list(entries.costs)


def of_costs(population: Population, materials: Materials) -> Entries:
    """Return an entry for each class, with the costs of its row, and how far the matrix is from consistent.

    Raises:
        OptionError: there is no matrix, or it is not square over the classes, or a cost is negative.
    """
    if materials.costs is None:
        message = 'scheme "cost-matrix" needs what each error costs: give costs (--costs), rows are the truth.'
        raise OptionError(message)
    matrix = regrets(population.classes, materials.costs)
    rows = tuple(math.fsum(row) for row in matrix)
    if not any(rows):
        message = "Expected an error that costs something, got a cost matrix of equal rows. Give the costs of errors."
        raise OptionError(message)
    digest = hashlib.sha256(json.dumps([population.classes, matrix]).encode()).hexdigest()
    recorded = {"costs_sha256": digest[:16], "cost_inconsistency": inconsistency(matrix)}
    return replace(of_classes(population, materials), costs=rows, recorded=recorded)


def regrets(classes: Sequence[str], costs: Mapping[str, Mapping[str, float]]) -> Matrix:
    """Return K[i][j] - K[i][i] in class order: what an error costs more than the right decision does.

    Raises:
        OptionError: the matrix is not square over the classes, or an error costs less than the right decision.
    """
    refuse_other_names(classes, list(costs), what="cost matrix")
    for name in classes:
        refuse_other_names(classes, list(costs[name]), what=f"row {quoted(name, longest=40)} of the cost matrix")
    matrix = [[costs[truth][said] - costs[truth][truth] for said in classes] for truth in classes]
    for truth, row in zip(classes, matrix, strict=True):
        for said, cost in zip(classes, row, strict=True):
            if not 0 <= cost < math.inf:  # also true of NaN
                message = (
                    f"Expected that calling {quoted(truth, longest=40)} {quoted(said, longest=40)} costs at least as "
                    f"much as the right decision, got {cost:+g}. Rows are the truth; transpose the matrix if yours are "
                    "not."
                )
                raise OptionError(message)
    return matrix


def inconsistency(matrix: Matrix) -> float | None:
    """Return how far ln(K[i][j] / K[j][i]) is at most from a difference u_i - u_j; None if it is without a bound.

    Only costs with 0 here are the same as class weights e^u (Zhou & Liu, AAAI 2006). The fit is by least squares. A
    pair of which one error is free and the other is not has no finite distance.

    >>> inconsistency([[0, 3], [1, 0]])
    0.0
    """
    gaps: dict[tuple[int, int], float] = {}
    for i, j in combinations(range(len(matrix)), 2):
        here, there = matrix[i][j], matrix[j][i]
        if here > 0 and there > 0:
            gaps[i, j] = math.log(here) - math.log(there)
        elif here != there:
            return None
    fitted = _least_squares(gaps, len(matrix))
    worst = max((abs(gap - fitted[i] + fitted[j]) for (i, j), gap in gaps.items()), default=0.0)
    return 0.0 if worst < 1e-9 else worst


def _least_squares(gaps: Mapping[tuple[int, int], float], size: int) -> list[float]:
    """Solve u_i - u_j ≈ gap by conjugate gradients on the Laplacian of the pairs."""

    def laplacian(u: Sequence[float]) -> list[float]:
        out = [0.0] * size
        for i, j in gaps:
            out[i] += u[i] - u[j]
            out[j] += u[j] - u[i]
        return out

    rest = [0.0] * size
    for (i, j), gap in gaps.items():
        rest[i] += gap
        rest[j] -= gap
    solution, direction, norm = [0.0] * size, rest, _dot(rest, rest)
    for _ in range(min(size, _STEPS)):
        if norm < 1e-24:
            break
        moved = laplacian(direction)
        step = norm / _dot(direction, moved)
        solution = [s + step * d for s, d in zip(solution, direction, strict=True)]
        rest = [r - step * m for r, m in zip(rest, moved, strict=True)]
        before, norm = norm, _dot(rest, rest)
        direction = [r + norm / before * d for r, d in zip(rest, direction, strict=True)]
    return solution


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return math.fsum(a * b for a, b in zip(one, other, strict=True))


def read_costs(path: str) -> dict[str, dict[str, float]]:
    """Return truth → prediction → cost from a CSV with the class names as header and as first column.

    Raises:
        OptionError: the file cannot be read, or is no such table.
    """
    try:
        rows = [row for row in csv.reader(Path(path).read_text(encoding="utf-8").splitlines()) if row]
        (_, *heads), _ = rows[0], rows[1]  # a header alone is no matrix
        costs = {truth: {said: float(cost) for said, cost in zip(heads, row, strict=True)} for truth, *row in rows[1:]}
    except (OSError, ValueError, IndexError) as error:
        message = (
            f"Cannot read the costs in {plain(path)[:200]}: expected a CSV with the class names in the first row and "
            "the first column, and a number in each other cell; rows are the truth."
        )
        raise OptionError(message) from error
    if len(costs) != len(rows) - 1 or len(set(heads)) != len(heads):
        message = f"Expected each class once in the costs {plain(path)[:200]}, got one twice. Leave it out once."
        raise OptionError(message)
    return costs
