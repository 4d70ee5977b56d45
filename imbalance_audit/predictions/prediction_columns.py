"""Which columns hold the truth, the scores and the predicted classes: named, or found by their usual names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import SourceError
from imbalance_audit.sources.tidying.column_roles import LABEL_NAMES, find_column, listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imbalance_audit.predictions.prediction_options import Outputs, PredictionOptions
    from imbalance_audit.sources.rows import Table

TRUTH_NAMES = LABEL_NAMES | {"truth", "true", "true_label", "y_true", "ground_truth", "gold", "actual"}
PREDICTION_NAMES = frozenset(
    (
        "prediction", "predictions", "predicted", "pred", "preds", "y_pred", "predicted_label", "predicted_class",
        "pred_label",
    )
)  # fmt: skip

_LOGITS = ("logit", "logits")
_PROBABILITIES = ("prob", "probs", "proba", "probas", "probability", "probabilities", "y_prob", "y_proba", "softmax")
_SCORES = ("score", "scores", "y_score")
_KINDS: dict[str, Outputs | None] = {
    **dict.fromkeys(_LOGITS, "logits"),
    **dict.fromkeys(_PROBABILITIES, "probabilities"),
    **dict.fromkeys(_SCORES, None),
}
_PREFIXED = re.compile(rf"({'|'.join(sorted(_KINDS, key=len, reverse=True))})[_.:/ -](.+)", re.IGNORECASE | re.DOTALL)
_ONE_HOT = re.compile(r"(label|target|truth|true)[_.:/ -](.+)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class ScoreColumns:
    """Where the scores are.

    Attributes:
        columns: One column of lists or of one class's scores, or a column for each class.
        names: What the columns say their classes are called; empty for one column.
        outputs: What their name says they hold; None where it says nothing.
    """

    columns: tuple[str, ...]
    names: tuple[str, ...] = ()
    outputs: Outputs | None = None


@dataclass(frozen=True)
class Columns:
    """The columns in use. One of `scores` and `prediction` is there at least.

    Attributes:
        truth: The column of the truth, or one-hot columns; empty where it is kept elsewhere.
        truth_names: The classes of one-hot columns.
        scores: Where the scores are.
        prediction: Where the predicted class is.
        optional: `id`, `group` and `split` → column.
    """

    truth: tuple[str, ...]
    truth_names: tuple[str, ...]
    scores: ScoreColumns | None
    prediction: str | None
    optional: Mapping[str, str]

    def every(self) -> tuple[str, ...]:
        """Return all of them, once."""
        scores = () if self.scores is None else self.scores.columns
        said = () if self.prediction is None else (self.prediction,)
        return tuple(dict.fromkeys((*self.truth, *scores, *said, *self.optional.values())))


def find_columns(table: Table, options: PredictionOptions) -> Columns:
    """Return the columns of predictions.

    Raises:
        SourceError: a column that was named is not there, or one that is needed cannot be told.
    """
    names, path = list(table.schema), table.path
    optional = optional_columns(names, options, path)
    rest = [name for name in names if name not in optional.values()]
    prediction = _prediction(rest, options, path)
    truth, truth_names = ((), ()) if options.truth is not None else find_truth(rest, options, path)
    taken = {prediction, *truth}
    scores = _scores(table, [name for name in rest if name not in taken], options)
    if scores is None and prediction is None:
        message = (
            f"{plain(path)} has no column that is known to hold scores or predictions. Columns: {listed(names)}. Pass"
            " --scores or --prediction."
        )
        raise SourceError(message)
    return Columns(truth, truth_names, scores, prediction, optional)


def optional_columns(names: Sequence[str], options: PredictionOptions, path: str) -> dict[str, str]:
    """Return the columns of id, group and split that were named; with the truth elsewhere, those that are here.

    Raises:
        SourceError: one is not there.
    """
    wanted = {
        "id": (options.id, "--id"),
        "group": (options.group, "--group"),
        "split": (options.split, "--split"),
    }
    return {
        role: find_column(name, names, option=option, path=path)
        for role, (name, option) in wanted.items()
        if name is not None and (role == "id" or options.truth is None or name in names)
    }


def find_truth(names: Sequence[str], options: PredictionOptions, path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the column of the truth, or its one-hot columns with their classes.

    Raises:
        SourceError: it cannot be told.
    """
    if options.label is not None:
        if options.label.endswith("*") and options.label not in names:
            return _starting(options.label, names, path, option="--label")
        return (find_column(options.label, names, option="--label", path=path),), ()
    found = [name for name in names if name.lower() in TRUTH_NAMES]
    if len(found) == 1:
        return (found[0],), ()
    if found:
        message = f"{plain(path)} has several columns that may hold the truth: {listed(found)}. Pass --label."
        raise SourceError(message)
    hot = [(name, match) for name in names if (match := _ONE_HOT.fullmatch(name))]
    if len(hot) > 1 and len({match[1] for _, match in hot}) == 1:
        return tuple(name for name, _ in hot), tuple(match[2] for _, match in hot)
    message = f"{plain(path)} has no column that is known to hold the truth. Columns: {listed(names)}. Pass --label."
    raise SourceError(message)


def _prediction(names: Sequence[str], options: PredictionOptions, path: str) -> str | None:
    if options.prediction is not None:
        return find_column(options.prediction, names, option="--prediction", path=path)
    found = [name for name in names if name.lower() in PREDICTION_NAMES and name != options.label]
    if len(found) > 1:
        message = f"{plain(path)} has several columns that may hold predictions: {listed(found)}. Pass --prediction."
        raise SourceError(message)
    return found[0] if found else None


def _scores(table: Table, names: Sequence[str], options: PredictionOptions) -> ScoreColumns | None:
    if options.scores is not None:
        return _named_scores(options.scores, names, table.path)
    candidates = [ScoreColumns((name,), (), _KINDS[name.lower()]) for name in names if name.lower() in _KINDS]
    prefixed: dict[str, list[tuple[str, str]]] = {}
    for name in names:
        if match := _PREFIXED.fullmatch(name):
            prefixed.setdefault(match[1], []).append((name, match[2]))
    for prefix, pairs in prefixed.items():
        columns, suffixes = zip(*pairs, strict=True)
        candidates.append(ScoreColumns(columns, suffixes, _KINDS[prefix.lower()]))
    if not candidates and options.classes is not None and set(options.classes) <= set(names):
        return ScoreColumns(options.classes, options.classes)
    if len(candidates) > 1:
        message = (
            f"{plain(table.path)} has several columns that may hold scores:"
            f" {listed(candidate.columns[0] for candidate in candidates)}. Pass --scores."
        )
        raise SourceError(message)
    return candidates[0] if candidates else None


def _named_scores(wanted: str, names: Sequence[str], path: str) -> ScoreColumns:
    if not wanted.endswith("*") or wanted in names:
        column = find_column(wanted, names, option="--scores", path=path)
        return ScoreColumns((column,), (), _KINDS.get(column.lower()))
    columns, suffixes = _starting(wanted, names, path, option="--scores")
    return ScoreColumns(columns, suffixes, _KINDS.get(wanted.rstrip("*_.:/ -").lower()))


def _starting(pattern: str, names: Sequence[str], path: str, *, option: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    prefix = pattern[:-1]
    found = tuple(name for name in names if name.startswith(prefix) and name != prefix)
    if not found:
        message = (
            f"{plain(path)} has no column that begins with {quoted(prefix)}. Columns: {listed(names)}. Pass another"
            f" {option}."
        )
        raise SourceError(message)
    return found, tuple(name.removeprefix(prefix) for name in found)


def is_list(dtype: pl.DataType) -> bool:
    """Return whether a column holds several values a row."""
    return isinstance(dtype, pl.List | pl.Array)
