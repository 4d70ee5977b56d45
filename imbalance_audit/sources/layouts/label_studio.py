"""Label Studio's JSON export: tasks, what annotators made of each, and what models predicted for it.

A task is the sample. Every annotation that was not cancelled counts, also several of one task; predictions and drafts
do not. The labels are those of one tag of the labelling interface, the `from_name`: a result of type T keeps them in
`value.T`. `--group completed_by` tells annotators apart; `--group` and `--split` may name a key of the tasks' data.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec
import polars as pl

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import EmptySourceError, SourceError, did_you_mean
from imbalance_audit.sources.layouts.json_file import read_json
from imbalance_audit.sources.layouts.json_head import json_head
from imbalance_audit.sources.layouts.label_studio_records import StudioTask, StudioValue
from imbalance_audit.sources.layouts.layout import Layout
from imbalance_audit.sources.places.paths import shown_path
from imbalance_audit.sources.reading_progress import steps
from imbalance_audit.sources.tidying.column_roles import Roles, listed
from imbalance_audit.sources.tidying.tidy import Origin, tidy, tidy_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from imbalance_audit.records import Labels, ReadOptions
    from imbalance_audit.records.vocabulary import Unit
    from imbalance_audit.sources.layouts.label_studio_records import Result, StudioAnnotation

_WHOLE = frozenset({"choices", "taxonomy"})
"""Types that label the whole task."""

_TEXT = frozenset({"labels", "hypertextlabels", "paragraphlabels"})
"""Types that label a span."""

_HOLD_LABELS = StudioValue.__struct_fields__
_SHAPES = frozenset({"rectangle", "polygon", "ellipse", "keypoint", "brush", "bitmask", "vector", "videorectangle"})
_ANNOTATOR = "completed_by"


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


class _Tag(msgspec.Struct, frozen=True):
    """The tag whose labels are counted, and the types of its results."""

    name: str | None
    types: frozenset[str]

    @property
    def whole(self) -> bool:
        """Whether its labels are of whole tasks."""
        return self.types <= _WHOLE


class _Row(msgspec.Struct, frozen=True, gc=False):
    """What one annotation of a whole task, or one region, is labelled as."""

    labels: list[str]
    id: str
    group: str | None
    split: str | None


def _read(paths: Sequence[Path], options: ReadOptions) -> Labels:
    path = shown_path([str(one) for one in paths])
    tasks, notes = _tasks(paths, path)
    _check_keys(tasks, options, path)
    tag = _tag(tasks, options, path)
    rows = [
        row
        for place, task in enumerate(steps(tasks, "tasks", len(tasks)))
        for row in _rows(task, place, tag, options, path)
    ]
    origin = Origin(path=path, kind="label-studio", unit=_unit(tasks, tag), notes=(*notes, *_notes(tasks, tag.name)))
    roles = Roles(("label",), options.split and "split", options.group and "group", "id")
    if tag.whole and any(len(row.labels) > 1 for row in rows):
        sets = pl.Series([row.labels for row in rows], dtype=pl.List(pl.String))
        return tidy(_frame(rows, sets, roles), roles, options, origin)
    names = pl.Series([row.labels[0] if row.labels else None for row in rows], dtype=pl.String)
    return tidy_parts(_frame(rows, names, roles), options, origin)


def _tasks(paths: Sequence[Path], path: str) -> tuple[list[StudioTask], tuple[str, ...]]:
    """Return the tasks of the export, and what was odd.

    Raises:
        SourceError: it is not one whole export.
        EmptySourceError: it holds no task.
    """
    if len(paths) != 1 or paths[0].is_dir():
        message = f"{plain(path)} is not one Label Studio export. Name one .json; audits of several can be merged."
        raise SourceError(message)
    head = json_head(paths[0])
    if "annotation_id" in head.keys and "annotations" not in head.keys:
        message = f"{plain(path)} is the JSON-MIN export, which leaves out what was cancelled. Export it as JSON."
        raise SourceError(message)
    tasks, notes = read_json(paths[0], list[StudioTask], path)
    if not tasks:
        message = f"{plain(path)} holds no tasks: there is nothing to check."
        raise EmptySourceError(message)
    return tasks, notes


def _frame(rows: Sequence[_Row], labels: pl.Series, roles: Roles) -> pl.LazyFrame:
    columns = {role: pl.Series([getattr(row, role) for row in rows]) for role in roles.optional()}
    return pl.LazyFrame({"label": labels, **columns})


def _unit(tasks: Sequence[StudioTask], tag: _Tag) -> Unit:
    if tag.whole:
        return "row"
    drawn = any(result.type in _SHAPES for task in tasks for result in _results(task))
    return "token" if tag.types <= _TEXT and not drawn else "box"


def _kept(task: StudioTask) -> list[StudioAnnotation]:
    return [one for one in task.annotations or task.completions or () if not one.was_cancelled]


def _results(task: StudioTask) -> list[Result]:
    return [result for annotation in _kept(task) for result in annotation.result or ()]


def _tag(tasks: Sequence[StudioTask], options: ReadOptions, path: str) -> _Tag:
    """Return the tag whose labels are counted.

    Raises:
        SourceError: there is none, or it cannot be told which of several.
    """
    found: dict[str | None, set[str]] = {}
    for result in (result for task in tasks for result in _results(task) if _holder(result) is not None):
        found.setdefault(result.from_name, set()).add(str(result.type))
    if options.label:
        name = _named(options.label, found, path)
    elif len(found) == 1:
        (name,) = found
    elif found:
        tags = listed(sorted(map(str, found)))
        message = f"{plain(path)} has several labelling tags: {tags}. Pass one of them as --label."
        raise SourceError(message)
    else:
        message = f"{plain(path)} has no annotation with a label. Export a project that is annotated."
        raise SourceError(message)
    return _Tag(name, frozenset(found[name]))


def _named(wanted: Sequence[str], found: Iterable[str | None], path: str) -> str | None:
    """Return the tag that the options name.

    Raises:
        SourceError: there is no such tag, or they name several.
    """
    for name in found:
        if [str(name)] == list(wanted):
            return name
    last, names = wanted[-1], sorted(map(str, found))
    message = f"{plain(path)} has no labelling tag {quoted(last)}.{did_you_mean(last, names)} Tags: {listed(names)}."
    raise SourceError(message)


def _holder(result: Result) -> str | None:
    """Return the field of the value that holds the labels; None for results that are no labels, such as texts."""
    if result.type in _HOLD_LABELS:
        return result.type
    # The boxes of a video have a type of their own.
    return "labels" if result.value is not None and result.value.labels is not None else None


def _labels(result: Result, path: str) -> list[str]:
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


def _rows(task: StudioTask, place: int, tag: _Tag, options: ReadOptions, path: str) -> list[_Row]:
    """Return a row for each annotation of a whole task, or for each region; one without labels where there is none."""
    name, split = str(place if task.id is None else task.id), _datum(task, options.split)
    rows = [
        _Row(labels, name, _group(task, annotation, options.group), split)
        for annotation in _kept(task)
        for labels in _label_sets(annotation, tag, path)
    ]
    return rows or [_Row([], name, _group(task, None, options.group), split)]


def _label_sets(annotation: StudioAnnotation, tag: _Tag, path: str) -> list[list[str]]:
    """Return the labels of each row that an annotation makes."""
    of_tag = [one for one in annotation.result or () if one.from_name == tag.name]
    labels = [label for one in of_tag for label in _labels(one, path)]
    if tag.whole:
        return [labels] if labels else []
    return [[label] for label in labels]


def _group(task: StudioTask, annotation: StudioAnnotation | None, key: str | None) -> str | None:
    if key != _ANNOTATOR:
        return _datum(task, key)
    return None if annotation is None else _annotator(annotation)


def _check_keys(tasks: Sequence[StudioTask], options: ReadOptions, path: str) -> None:
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


def _datum(task: StudioTask, key: str | None) -> str | None:
    value = None if key is None else (task.data or {}).get(key)
    return None if value is None else str(value)


def _annotator(annotation: StudioAnnotation) -> str | None:
    who = annotation.completed_by
    if isinstance(who, dict):
        who = who.get("email") or who.get("id")
    return None if who is None else str(who)


def _notes(tasks: Sequence[StudioTask], tag: str | None) -> list[str]:
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


def _bare(result: Result) -> bool:
    holder = _holder(result)
    return holder is None or result.value is None or not getattr(result.value, holder)


LABEL_STUDIO = Layout(
    name="label-studio", claims=_claims, read=_read, heeds=frozenset({"classes", "label", "group", "split"})
)
