"""Several runs, brought to the same classes and checked to be of the same rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import SourceError
from imbalance_audit.predictions.predicted import Predictions
from imbalance_audit.predictions.reading import read_predictions
from imbalance_audit.values.class_order import order_classes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imbalance_audit.predictions.prediction_options import PredictionOptions


def read_runs(runs: Mapping[str, object], options: PredictionOptions) -> tuple[Predictions, ...]:
    """Return the runs, in one class order.

    Args:
        runs: Name → where its predictions are, or `Predictions`.
        options: How to read them.

    Raises:
        SourceError: one cannot be read, or they are not of the same rows, labels and classes.
    """
    read = {name: _read(name, source, options) for name, source in runs.items()}
    classes = _common_classes([*read.values()])
    for name, one in read.items():
        if one.classes != classes:
            again = _read(name, runs[name], replace(options, classes=classes))
            read[name] = replace(again, notes=one.notes)
    found = tuple(read.values())
    for other in found[1:]:
        _refuse_unlike(found[0], other)
    return found


def _read(name: str, source: object, options: PredictionOptions) -> Predictions:
    if isinstance(source, Predictions):
        return replace(source, name=name)
    return read_predictions(source, options, name=name)


def _common_classes(found: list[Predictions]) -> tuple[str, ...]:
    """Return the classes of the first run with scores; where runs hold classes only, all that occur in any."""
    first = next((one for one in found if one.scores is not None), None)
    if first is not None:
        return first.classes
    every = set().union(*(one.classes for one in found))
    if every == set(found[0].classes):
        return found[0].classes
    numbered = all(name.isdecimal() for name in every)
    return order_classes(every, declared=None, rule="numeric" if numbered else "lexical", integers=numbered)[0]


def _refuse_unlike(one: Predictions, other: Predictions) -> None:
    if (one.classes, one.task) != (other.classes, other.task):
        message = (
            f"{_both(one, other)} are not of the same classes, or one has several labels a row. Pass --classes and"
            " compare runs of one task."
        )
        raise SourceError(message)
    if len(one.truth) != len(other.truth):
        message = (
            f"{_both(one, other)} have {len(one.truth):,} and {len(other.truth):,} rows. Runs are compared on the same"
            " rows: predict all of them in both."
        )
        raise SourceError(message)
    if one.id is not None and other.id is not None and (differs := one.id != other.id).any():
        at = int(differs.argmax())
        message = (
            f"{_both(one, other)} are not of the same ids: {quoted(str(one.id[at]))} and {quoted(str(other.id[at]))}"
            " differ. Predict the same rows in both."
        )
        raise SourceError(message)
    unequal = (one.truth != other.truth).reshape(len(one.truth), -1).any(axis=1)
    if unequal.any():
        at = int(unequal.argmax())
        which = f"row {at + 1:,}" if one.id is None else f"id {quoted(str(one.id[at]))}"
        way = " Name the column of ids with --id, if their rows are in other orders." if one.id is None else ""
        message = f"{_both(one, other)} have other labels, first at {which}, so they are not of the same rows.{way}"
        raise SourceError(message)


def _both(one: Predictions, other: Predictions) -> str:
    return f"The runs {quoted(one.name)} ({plain(one.path)}) and {quoted(other.name)} ({plain(other.path)})"
