"""The rows that are judged: of one split, with the truth beside the predictions, in the order of their ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import OptionError, SourceError, did_you_mean
from imbalance_audit.predictions.prediction_columns import find_columns, find_truth, optional_columns
from imbalance_audit.predictions.row_names import RowNames
from imbalance_audit.records import ReadOptions
from imbalance_audit.sources.rows import open_table
from imbalance_audit.sources.split_words import SPLIT_NAMES
from imbalance_audit.sources.tidying.column_roles import find_column, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imbalance_audit.predictions.prediction_columns import Columns
    from imbalance_audit.predictions.prediction_options import PredictionOptions

_NUMBER, _ID, _GROUP, _SPLIT = "\0number", "\0id", "\0group", "\0split"
_SHOWN = 3


@dataclass(frozen=True)
class Gathered:
    """The rows of one run, as they stand in its file.

    Attributes:
        path: What the file is called.
        columns: Which column is what.
        frame: The columns of scores and predictions.
        truth: The columns of the truth.
        truth_names: The classes of one-hot columns.
        untyped: Numbers and text cannot be told apart in the predictions.
        truth_untyped: Nor in the truth.
        rows: What the rows are called.
        ids: Their ids.
        groups: Their groups.
    """

    path: str
    columns: Columns
    frame: pl.DataFrame
    truth: pl.DataFrame
    truth_names: tuple[str, ...]
    untyped: bool
    truth_untyped: bool
    rows: RowNames
    ids: pl.Series | None
    groups: pl.Series | None


def gather(source: object, options: PredictionOptions) -> Gathered:
    """Return the rows that are judged.

    Raises:
        OptionError: options do not go together.
        SourceError: the rows cannot be read, an id stands twice, or predictions and labels are not of the same rows.
    """
    if options.truth is not None and options.id is None:
        message = "Labels that are kept elsewhere are matched by id. Name its column with --id."
        raise OptionError(message)
    table = open_table(source, ReadOptions(format=options.format, header=options.header))
    columns = find_columns(table, options)
    lists = [*columns.truth, *([columns.prediction] if columns.prediction else [])]
    lists += columns.scores.columns if columns.scores and len(columns.scores.columns) == 1 else ()
    frame = _with_roles(table.rows(columns.every(), lists=lists), columns.optional)
    if _ID in frame.columns:
        _refuse_odd_ids(frame, table.path)
    names, untyped = columns.truth_names, table.untyped
    if options.truth is None:
        frame = _of_split(frame, options, table.path)
        truth = frame.select(columns.truth)
    else:
        frame, truth, names, untyped = _joined(frame, options, table.path)
    if _ID in frame.columns:
        order = frame[_ID].arg_sort()
        frame, truth = frame[order], truth[order]
    ids, groups = (frame[name] if name in frame.columns else None for name in (_ID, _GROUP))
    rows = RowNames(table.path, frame[_NUMBER], ids)
    return Gathered(table.path, columns, frame, truth, names, table.untyped, untyped, rows, ids, groups)


def _with_roles(frame: pl.DataFrame, roles: Mapping[str, str]) -> pl.DataFrame:
    own = {_ID: roles.get("id"), _GROUP: roles.get("group"), _SPLIT: roles.get("split")}
    added = [pl.col(column).cast(pl.String).alias(name) for name, column in own.items() if column is not None]
    return frame.with_columns(pl.int_range(1, pl.len() + 1).alias(_NUMBER), *added)


def _refuse_odd_ids(frame: pl.DataFrame, path: str) -> None:
    if frame[_ID].null_count():
        row = int(frame[_ID].is_null().arg_max() or 0) + 1
        message = f"Row {row:,} of {plain(path)} has no id ({frame[_ID].null_count():,} such rows). Give each row one."
        raise SourceError(message)
    twice = frame.filter(pl.col(_ID).is_duplicated())
    if twice.height:
        ids = twice[_ID].unique(maintain_order=True)
        message = (
            f"{plain(path)} has {len(ids):,} ids on several rows, first {listed(ids.head(_SHOWN))}. Each row needs"
            " an id of its own: leave the others out."
        )
        raise SourceError(message)


def _of_split(frame: pl.DataFrame, options: PredictionOptions, path: str) -> pl.DataFrame:
    if options.of_split is None:
        return frame
    if _SPLIT not in frame.columns:
        message = f"Judging the split {quoted(options.of_split)} needs the column of splits. Name it: --split."
        raise OptionError(message)
    wanted = SPLIT_NAMES.get(options.of_split, options.of_split)
    splits = frame[_SPLIT].replace(SPLIT_NAMES)
    kept = frame.filter((splits == wanted).fill_null(value=False))
    if not kept.height:
        known = sorted(splits.drop_nulls().unique())
        hint = did_you_mean(options.of_split, known)
        message = f"{plain(path)} has no row of the split {quoted(options.of_split)}.{hint} Splits: {listed(known)}."
        raise SourceError(message)
    return kept


def _joined(
    frame: pl.DataFrame, options: PredictionOptions, path: str
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[str, ...], bool]:
    """Return the predictions of the labels' rows, and these labels."""
    table = open_table(options.truth, ReadOptions(header=options.header))
    names = list(table.schema)
    optional = optional_columns(names, options, table.path)
    for name, role, option in ((options.group, _GROUP, "--group"), (options.split, _SPLIT, "--split")):
        if name is not None and role not in frame.columns:
            find_column(name, names, option=option, path=table.path)
    label, classes = find_truth([name for name in names if name not in optional.values()], options, table.path)
    columns = list(dict.fromkeys((*label, *optional.values())))
    labels = _with_roles(table.rows(columns, lists=label), optional)
    _refuse_odd_ids(labels, table.path)
    strays = frame.join(labels, on=_ID, how="anti", maintain_order="left")
    if strays.height:
        message = (
            f"{strays.height:,} predictions of {plain(path)} have no label in {plain(table.path)}, first"
            f" {listed(strays[_ID].head(_SHOWN))}. Predict labelled rows only, or name the right labels."
        )
        raise SourceError(message)
    if _SPLIT in frame.columns:
        frame = _of_split(frame, options, path)
    if _SPLIT in labels.columns or _SPLIT not in frame.columns:
        labels = _of_split(labels, options, table.path)
        frame = frame.join(labels.select(_ID), on=_ID, how="semi", maintain_order="left")
    missing = labels.join(frame, on=_ID, how="anti", maintain_order="left")
    if missing.height and (_SPLIT not in frame.columns or options.of_split is None or _SPLIT in labels.columns):
        message = (
            f"{missing.height:,} of the {labels.height:,} labels of {plain(table.path)} have no prediction in"
            f" {plain(path)}, first {listed(missing[_ID].head(_SHOWN))}. Predict every row, or choose a split"
            " (--split, --of-split)."
        )
        raise SourceError(message)
    ordered = frame.select(_ID).join(labels, on=_ID, how="left", maintain_order="left")
    if _GROUP in ordered.columns and _GROUP not in frame.columns:
        frame = frame.with_columns(ordered[_GROUP])
    return frame, ordered.select(label), classes, table.untyped
