"""What the functions here take: logits over classes and what the rows are, checked once where they come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def checked_logits(logits: object, *, size: int | None = None, multilabel: bool = False) -> NDArray[np.float64]:
    """Return float64 (N, C).

    Raises:
        OptionError: they have another shape or no row, fewer than two classes, NaN or +∞, or a row of -∞ only.
    """
    try:
        z = np.asarray(logits, dtype=np.float64)
    except (TypeError, ValueError) as error:
        message = f"Expected numbers as logits, got {type(logits).__name__}. Give an array (rows, classes)."
        raise OptionError(message) from error
    wanted = "classes" if size is None else f"{size} classes"
    if z.ndim != 2 or (size is not None and z.shape[1] != size):
        message = f"Expected logits (rows, {wanted}), got the shape {list(z.shape)}. Give one logit for each class."
        raise OptionError(message)
    if z.shape[0] == 0:
        message = "Expected rows to judge, got none. Name a file or a split that holds some."
        raise OptionError(message)
    if z.shape[1] < 2 and not multilabel:
        message = "Expected at least two classes to decide between, got one. Name all classes."
        raise OptionError(message)
    # Log odds may be infinite on both sides; a logit of +∞ in a softmax is no probability.
    bad = np.isnan(z) if multilabel else np.isnan(z) | (z == np.inf)
    lost = bad.any(axis=1) if multilabel else bad.any(axis=1) | (z.max(axis=1) == -np.inf)
    if lost.any():
        row = int(np.argmax(lost))
        what = "NaN" if np.isnan(z[row]).any() else "+∞" if bad[row].any() else "-∞ only"
        message = (
            f"Expected logits that are numbers, got {what} in row {row} ({int(lost.sum()):,} such rows). Drop them."
        )
        raise OptionError(message)
    return z


def checked_truth(truth: object, shape: tuple[int, ...], *, multilabel: bool) -> NDArray[np.int64]:
    """Return int64 (N,) class indices, or (N, C) of 0 and 1 where a row may have several labels.

    Raises:
        OptionError: they have another shape, or are no such numbers.
    """
    y = np.asarray(truth)
    rows, size = shape
    wanted, top = (shape, 2) if multilabel else ((rows,), size)
    if y.shape != wanted or y.dtype.kind not in "iub":
        message = f"Expected what the rows are as integers {list(wanted)}, got {y.dtype}{list(y.shape)}. Give indices."
        raise OptionError(message)
    if y.size and (int(y.min()) < 0 or int(y.max()) >= top):
        message = (
            f"Expected what the rows are from 0 to {top - 1}, got {int(y.min())} to {int(y.max())}. Number them so."
        )
        raise OptionError(message)
    return y.astype(np.int64)


def checked_shares(what: str, shares: object, size: int, *, positive: bool = False) -> NDArray[np.float64]:
    """Return float64 (C,), scaled to the sum 1.

    Raises:
        OptionError: they are not one finite number from 0 up for each class with a sum above 0; with `positive`, one
            is 0.
    """
    vector = np.asarray(shares, dtype=np.float64)
    fits = vector.shape == (size,) and bool(np.isfinite(vector).all()) and bool((vector >= 0).all())
    if not fits or not vector.sum() > 0 or (positive and not (vector > 0).all()):
        bound = "above 0" if positive else "from 0 up"
        message = f"Expected one {what} share {bound} for each of {size} classes, got others. Give equally many shares."
        raise OptionError(message)
    scaled: NDArray[np.float64] = vector / vector.sum()
    return scaled


def refuse_classes_without_rows(classes: Sequence[str], rows: NDArray[np.int64], *, need: str) -> None:
    """Raise where a class has no row (of several labels: no positive).

    Raises:
        OptionError: there is such a class.
    """
    empty = [name for name, n in zip(classes, rows.tolist(), strict=True) if n == 0]
    if empty:
        more = f" and {len(empty) - 1:,} more" if len(empty) > 1 else ""
        message = (
            f"Expected validation rows of every class {need}, got none of {quoted(empty[0], longest=40)}{more}. "
            "Validate on rows of every class, or tune by accuracy or costs, without a target."
        )
        raise OptionError(message)


def refuse_lost_rows(lost: NDArray[np.bool_]) -> None:
    """Raise where a row has no probability left.

    Raises:
        OptionError: there is such a row.
    """
    if lost.any():
        message = (
            f"Row {int(np.argmax(lost))} has a probability only of classes that the training data lack "
            f"({int(lost.sum()):,} such rows). Leave these rows out, or train on rows of these classes."
        )
        raise OptionError(message)
