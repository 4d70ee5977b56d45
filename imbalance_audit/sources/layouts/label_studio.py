"""Label Studio's JSON export: tasks, what annotators made of each, and what models predicted for it.

A task is the sample. Every annotation that was not cancelled counts, also several of one task; predictions and drafts
do not. The labels are those of one tag of the labelling interface, the `from_name`: a result of type T keeps them in
`value.T`. `--group completed_by` tells annotators apart; `--group` and `--split` may name a key of the tasks' data.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import EmptySourceError, SourceError, did_you_mean
from imbalance_audit.sources.layouts.json_file import read_json
from imbalance_audit.sources.layouts.json_head import json_head
from imbalance_audit.sources.layouts.layout import Layout
from imbalance_audit.sources.places.paths import shown_path
from imbalance_audit.sources.reading_progress import steps
from imbalance_audit.sources.tidying.column_roles import Roles, listed
from imbalance_audit.sources.tidying.tidy import Origin, tidy, tidy_parts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imbalance_audit.records import Labels, ReadOptions
    from imbalance_audit.records.vocabulary import Unit

_WHOLE = frozenset({"choices", "taxonomy"})
"""Types that label the whole task."""

_TEXT = frozenset({"labels", "hypertextlabels", "paragraphlabels"})
"""Types that label a span."""


class _Value(msgspec.Struct, gc=False):
    """The fields of a value that hold labels; coordinates and run lengths are skipped."""

    choices: Any = None
    taxonomy: Any = None
    labels: Any = None
    hypertextlabels: Any = None
    paragraphlabels: Any = None
    rectanglelabels: Any = None
    polygonlabels: Any = None
    ellipselabels: Any = None
    keypointlabels: Any = None
    brushlabels: Any = None
    bitmasklabels: Any = None
    vectorlabels: Any = None
    timeserieslabels: Any = None
    timelinelabels: Any = None


_HOLD_LABELS = _Value.__struct_fields__
_SHAPES = frozenset({"rectangle", "polygon", "ellipse", "keypoint", "brush", "bitmask", "vector", "videorectangle"})
_ANNOTATOR = "completed_by"


class _Result(msgspec.Struct, gc=False):
    type: str | None = None
    from_name: str | None = None
    value: _Value | None = None


class _Annotation(msgspec.Struct, gc=False):
    result: list[_Result] | None = None
    was_cancelled: bool | None = None
    completed_by: Any = None


class _Prediction(msgspec.Struct, gc=False):
    """Only whether there is one is told."""


class _Task(msgspec.Struct, gc=False):
    id: int | str | None = None
    data: dict[str, Any] | None = None
    annotations: list[_Annotation] | None = None
    completions: list[_Annotation] | None = None
    """What annotations were called before version 1.0."""
    predictions: list[_Prediction | int] | None = None


def _claims(paths: Sequence[Path]) -> bool:
    return bool(paths) and all(path.suffix.lower() == ".json" and _is_export(path) for path in paths)


def _is_export(file: Path) -> bool:
    head = json_head(file)
    if head.opening != "[":
        return False
    if {"annotation_id", "annotator"} <= head.keys.keys():
        return "[{" in head.keys.values()
    lists = [head.keys.get(key, "").startswith("[") for key in ("annotations", "completions")]
    return any(lists) and ("data" in head.keys or not head.whole)


def _read(paths: Sequence[Path], options: ReadOptions) -> Labels:
    path = shown_path([str(one) for one in paths])
    if len(paths) != 1 or paths[0].is_dir():
        message = f"{plain(path)} is not one Label Studio export. Name one .json; audits of several can be merged."
        raise SourceError(message)
    head = json_head(paths[0])
    if "annotation_id" in head.keys and "annotations" not in head.keys:
        message = f"{plain(path)} is the JSON-MIN export, which leaves out what was cancelled. Export it as JSON."
        raise SourceError(message)
    tasks, notes = read_json(paths[0], list[_Task], path)
    if not tasks:
        message = f"{plain(path)} holds no tasks: there is nothing to check."
        raise EmptySourceError(message)
    _check_keys(tasks, options, path)
    tag, types = _tag(tasks, options, path)
    rows = [
        row
        for place, task in enumerate(steps(tasks, "tasks", len(tasks)))
        for row in _rows(task, place, tag, options, path, whole=types <= _WHOLE)
    ]
    shapes = {result.type for task in tasks for result in _results(task)} & _SHAPES
    unit: Unit = "row" if types <= _WHOLE else "token" if types <= _TEXT and not shapes else "box"
    origin = Origin(path=path, kind="label-studio", unit=unit, notes=(*notes, *_notes(tasks, tag)))
    several = types <= _WHOLE and any(len(row[0]) > 1 for row in rows)
    labels = [row[0] for row in rows] if several else [row[0][0] if row[0] else None for row in rows]
    roles = Roles(("label",), options.split and "split", options.group and "group", "id")
    others = {"id": 1, "group": 2, "split": 3}
    frame = pl.LazyFrame(
        {"label": labels, **{role: [row[i] for row in rows] for role, i in others.items() if getattr(roles, role)}},
        schema_overrides={"label": pl.List(pl.String) if several else pl.String},
    )
    return tidy(frame, roles, options, origin) if several else tidy_parts(frame, options, origin)


def _kept(task: _Task) -> list[_Annotation]:
    return [one for one in task.annotations or task.completions or () if not one.was_cancelled]


def _results(task: _Task) -> list[_Result]:
    return [result for annotation in _kept(task) for result in annotation.result or ()]


def _tag(tasks: Sequence[_Task], options: ReadOptions, path: str) -> tuple[str | None, set[str]]:
    """Return the tag whose labels are counted, and the types of its results.

    Raises:
        SourceError: there is none, or it cannot be told which of several.
    """
    found: dict[str | None, set[str]] = {}
    for task in tasks:
        for result in _results(task):
            if _holder(result) is not None:
                found.setdefault(result.from_name, set()).add(str(result.type))
    names = sorted(str(name) for name in found)
    if len(options.label) > 1 or (options.label and options.label[0] not in names):
        wanted = options.label[-1]
        message = (
            f"{plain(path)} has no labelling tag {quoted(wanted)}.{did_you_mean(wanted, names)} Tags: {listed(names)}."
        )
        raise SourceError(message)
    if not options.label and len(names) > 1:
        message = f"{plain(path)} has several labelling tags: {listed(names)}. Pass one of them as --label."
        raise SourceError(message)
    if not found:
        message = f"{plain(path)} has no annotation with a label. Export a project that is annotated."
        raise SourceError(message)
    tag = next(name for name in found if not options.label or str(name) == options.label[0])
    return tag, found[tag]


def _holder(result: _Result) -> str | None:
    """Return the field of the value that holds the labels; None for results that are no labels, such as texts."""
    if result.type in _HOLD_LABELS:
        return result.type
    # The boxes of a video have a type of their own.
    return "labels" if result.value is not None and result.value.labels is not None else None


def _labels(result: _Result, path: str) -> list[str]:
    """Return the labels of a result; of a taxonomy, each path as one label.

    Raises:
        SourceError: they are of another shape.
    """
    holder = _holder(result)
    found = None if result.value is None or holder is None else getattr(result.value, holder)
    if found is None:
        return []
    labels = found if isinstance(found, list) else [found]
    if holder == "taxonomy":
        labels = [" / ".join(map(str, one)) if isinstance(one, list) else one for one in labels]
    if any(isinstance(label, list | dict) for label in labels):
        message = f"{plain(path)} holds {quoted(holder)} that are no list of names. Check that Label Studio wrote it."
        raise SourceError(message)
    return [str(label) for label in labels]


_Row = tuple[list[str], str, str | None, str | None]
"""Labels, task, group, split."""


def _rows(task: _Task, place: int, tag: str | None, options: ReadOptions, path: str, *, whole: bool) -> list[_Row]:
    """Return a row for each annotation of a whole task, or for each region; one without labels where there is none."""
    name = str(place if task.id is None else task.id)
    split = _datum(task, options.split)
    rows: list[_Row] = []
    for annotation in _kept(task):
        mine = [label for one in annotation.result or () if one.from_name == tag for label in _labels(one, path)]
        group = _annotator(annotation) if options.group == _ANNOTATOR else _datum(task, options.group)
        rows += [
            (labels, name, group, split) for labels in ([mine] if whole else [[label] for label in mine]) if labels
        ]
    group = None if options.group == _ANNOTATOR else _datum(task, options.group)
    return rows or [([], name, group, split)]


def _check_keys(tasks: Sequence[_Task], options: ReadOptions, path: str) -> None:
    """Refuse a group or a split that no task has.

    Raises:
        SourceError: there is one.
    """
    keys = {key for task in tasks for key in task.data or ()}
    for option, wanted in (("--group", options.group), ("--split", options.split)):
        known = sorted(keys | ({_ANNOTATOR} if option == "--group" else set()))
        if wanted is not None and wanted not in known:
            hint = did_you_mean(wanted, known)
            message = f"The tasks of {plain(path)} have no {quoted(wanted)}.{hint} Pass another {option}."
            raise SourceError(message)


def _datum(task: _Task, key: str | None) -> str | None:
    value = None if key is None else (task.data or {}).get(key)
    return None if value is None else str(value)


def _annotator(annotation: _Annotation) -> str | None:
    who = annotation.completed_by
    if isinstance(who, dict):
        who = who.get("email") or who.get("id")
    return None if who is None else str(who)


def _notes(tasks: Sequence[_Task], tag: str | None) -> list[str]:
    kept = [len(_kept(task)) for task in tasks]
    every = [len(task.annotations or task.completions or ()) for task in tasks]
    other = Counter(str(one.type) for task in tasks for one in _results(task) if one.from_name != tag)
    bare = sum(_bare(one) for task in tasks for one in _results(task) if one.from_name == tag)
    notes = [
        ("Annotations that were cancelled, left out", sum(every) - sum(kept)),
        ("Tasks with predictions, which are no labels", sum(bool(task.predictions) for task in tasks)),
        ("Tasks with several annotations, each of which is counted", sum(n > 1 for n in kept)),
        ("Tasks without any annotation, counted as without labels", kept.count(0)),
        ("Regions without a class, left out", bare),
        (f"Results of other tags ({listed(other)}), left out", other.total()),
    ]
    return [f"{what}: {n:,}." for what, n in notes if n]


def _bare(result: _Result) -> bool:
    holder = _holder(result)
    return holder is None or result.value is None or not getattr(result.value, holder)


LABEL_STUDIO = Layout(
    name="label-studio", claims=_claims, read=_read, heeds=frozenset({"classes", "label", "group", "split"})
)
