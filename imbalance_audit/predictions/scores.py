"""Score columns → one matrix (N, C) in class order, checked value by value."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import numpy as np
import polars as pl

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import SourceError
from imbalance_audit.predictions.label_indices import column_order
from imbalance_audit.predictions.prediction_columns import is_list
from imbalance_audit.predictions.row_blocks import row_blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from imbalance_audit.predictions.prediction_columns import ScoreColumns
    from imbalance_audit.predictions.prediction_options import Outputs
    from imbalance_audit.predictions.row_names import RowNames

SUM_ERROR = 0.01
"""How far the probabilities of a row may sum from 1: half precision is that coarse over many classes."""


def score_matrix(
    frame: pl.DataFrame, found: ScoreColumns, classes: Sequence[str], rows: RowNames
) -> NDArray[np.float64]:
    """Return the scores as they stand: a column a class, in class order, or one column of two classes.

    Raises:
        SourceError: a score is missing, no number or not finite, or the columns are not those of the classes.
    """
    first = frame[found.columns[0]]
    if not found.names and is_list(first.dtype):
        return _from_lists(first, len(classes), rows)
    order = column_order(found.names, classes, rows.path, what="score") if found.names else [0]
    matrix = np.empty((frame.height, len(order)), order="F")
    for index, at in enumerate(order):
        matrix[:, index] = _numbers(frame[found.columns[at]], rows)
    return matrix


def settled_outputs(
    scores: NDArray[np.float64], named: Outputs | None, wanted: Outputs | None, rows: RowNames, *, exclusive: bool
) -> Outputs:
    """Return what the scores are: what the user says, else their name, else their values.

    Only scores whose rows all sum to 1 are told by their values; others that no name tells are no more than an order.

    Args:
        scores: The scores.
        named: What their name says.
        wanted: What the user says.
        rows: What the rows are called.
        exclusive: The classes exclude each other and each has a column, so that probabilities sum to 1.

    Raises:
        SourceError: the values contradict it.
    """
    claimed = wanted or named
    if claimed == "probabilities":
        _refuse_improbable(scores, rows, exclusive=exclusive)
    if claimed in ("probabilities", "scores"):
        return claimed
    if exclusive and scores.shape[1] > 1 and _improbable(scores, exclusive=True) is None:
        if claimed == "logits" and len(scores) > 1:
            message = (
                f"The scores of {plain(rows.path)} are called logits, and each row of them lies in [0, 1] and sums to"
                " 1: these are probabilities. Rename them, or pass --outputs probabilities."
            )
            raise SourceError(message)
        return claimed or "probabilities"
    return claimed or "scores"


def rescale(scores: NDArray[np.float64]) -> None:
    """Make each row sum to exactly 1, in place."""
    for block in row_blocks(scores):
        scores[block] /= scores[block].sum(axis=1, keepdims=True)


def _numbers(values: pl.Series, rows: RowNames) -> NDArray[np.float64]:
    if is_list(values.dtype) or isinstance(values.dtype, pl.Struct | pl.Object):
        message = f"Column {quoted(values.name)} of {plain(rows.path)} is {plain(str(values.dtype))}, not a score."
        raise SourceError(message)
    numbers = values.cast(pl.Float64, strict=False).to_numpy()  # null is NaN
    bad = ~np.isfinite(numbers)
    if bad.any():
        row = int(bad.argmax())
        _refuse_score(values[row], quoted(values.name), rows.at(row), int(bad.sum()))
    return numbers


def _from_lists(values: pl.Series, size: int, rows: RowNames) -> NDArray[np.float64]:
    lists = values.arr.to_list() if isinstance(values.dtype, pl.Array) else values
    bad = (lists.list.len() != size).fill_null(value=True)
    if bad.any():
        row = int(bad.arg_max() or 0)
        length = "none" if lists[row] is None else f"{len(lists[row]):,}"
        message = (
            f"{rows.at(row)} has {length} scores in {quoted(values.name)}, and there are {size:,} classes. Name all"
            " classes in the order of the scores with --classes."
        )
        raise SourceError(message)
    each = lists.explode()
    numbers = each.cast(pl.Float64, strict=False).to_numpy(writable=True)
    odd = ~np.isfinite(numbers)
    if odd.any():
        at = int(odd.argmax())
        _refuse_score(each[at], quoted(values.name), rows.at(at // size), int(odd.sum()))
    return numbers.reshape(len(values), size)


def _refuse_score(value: object, column: str, row: str, count: int) -> NoReturn:
    shown = "no score" if value is None else f"the score {plain(str(value))[:40]}"
    message = (
        f"{row} has {shown} in {column} ({count:,} such values). Scores are finite numbers: correct them, and write"
        " -1e4 for the logit of a class that is masked."
    )
    raise SourceError(message)


def _improbable(scores: NDArray[np.float64], *, exclusive: bool) -> int | None:
    """Return the first row that is no distribution."""
    for block in row_blocks(scores):
        part = scores[block]
        bad = ((part < 0) | (part > 1)).any(axis=1)
        if exclusive and part.shape[1] > 1:
            bad |= np.abs(part.sum(axis=1) - 1) > SUM_ERROR
        if bad.any():
            return int(block.start + bad.argmax())
    return None


def _refuse_improbable(scores: NDArray[np.float64], rows: RowNames, *, exclusive: bool) -> None:
    row = _improbable(scores, exclusive=exclusive)
    if row is None:
        return
    here = scores[row]
    outside = here[(here < 0) | (here > 1)]
    what = f"holds {outside[0]:.6g}" if outside.size else f"sums to {here.sum():.6g}"
    message = (
        f"{rows.at(row)} is called probabilities and {what}. Probabilities lie in [0, 1]"
        f"{' and sum to 1' if exclusive else ''}. Pass --outputs logits or --outputs scores if they are none."
    )
    raise SourceError(message)
