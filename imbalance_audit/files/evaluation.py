"""The only place that knows evaluation.json: one JSON object, the same bytes for the same predictions.

    format "imbalance-audit/evaluation" · version 1 · task · classes [str] · rows · split str|null
    target {class: share}|null · confidence · resamples · seed · notes [str]
    runs [{…}] · differences [{…}] · requirements [{…}]

The keys within are those of the records. What is not defined is null.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from imbalance_audit.display import plain
from imbalance_audit.errors import AuditFileError
from imbalance_audit.files.json_object import JsonKind, compact, shown
from imbalance_audit.files.own_kinds import EVALUATION_FILE
from imbalance_audit.files.staging import write_file
from imbalance_audit.files.wire import extended, record_of
from imbalance_audit.records import Evaluation, digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from imbalance_audit.records import Estimate, RunEvaluation

EVALUATION: JsonKind[Any] = JsonKind(
    noun="an evaluation",
    format="imbalance-audit/evaluation",
    version=1,
    error=AuditFileError,
    way_out="Evaluate again: `audit evaluate` writes one.",
    wire=lambda: extended(Evaluation, "EvaluationFile", format=str, version=int, digest=str),
)

_HEAD = ("task", "classes", "rows", "split", "target", "confidence", "resamples", "seed", "notes")
_LINED = ("classes", "regions", "confusions", "bins")


def dump_evaluation(evaluation: Evaluation) -> str:
    """Return the JSON text, one class, confusion or difference a line, with a newline at the end."""
    found = asdict(evaluation)
    kind = {"format": EVALUATION.format, "version": EVALUATION.version}
    blocks = {**kind, "digest": digest_of({**kind, **found}), **{key: found[key] for key in _HEAD}}
    lines = [f"{json.dumps(key)}: {compact(value)}" for key, value in blocks.items()]
    lines.append('"runs": [' + ",\n".join(_run(run) for run in found["runs"]) + "]")
    lines += [f'"{key}": {_lined(found[key])}' for key in ("differences", "requirements")]
    return "{" + ",\n".join(lines) + "}\n"


def save_evaluation(evaluation: Evaluation, path: str | PathLike[str]) -> None:
    """Write evaluation.json in one step.

    Raises:
        OptionError: the path cannot be written.
    """
    write_file(path, dump_evaluation(evaluation).encode(), EVALUATION_FILE)


def load_evaluation(path: str | PathLike[str]) -> Evaluation:
    """Return the evaluation that a file holds.

    Raises:
        AuditFileError: there is no such file, or it is not an evaluation of this version, or it is incomplete.
    """
    found = record_of(Evaluation, EVALUATION.read(path))
    for place, expected, got in _contradictions(found):
        raise EVALUATION.wrong(plain(str(path)), place, expected, got)
    return found


def _run(run: dict[str, Any]) -> str:
    parts = (f"{json.dumps(key)}: {_lined(value) if key in _LINED else compact(value)}" for key, value in run.items())
    return "{" + ",\n ".join(parts) + "}"


def _lined(items: list[dict[str, Any]]) -> str:
    return "[" + ",".join(f"\n  {compact(item)}" for item in items) + "]"


def _contradictions(found: Evaluation) -> Iterator[tuple[str, str, str]]:
    """Yield what cannot be, though every type is right: place, what is expected, what is there."""
    names = [run.name for run in found.runs]
    if not names or len(set(names)) < len(names):
        yield "runs", "at least one, each name once", "none, or one twice"
    if len(set(found.classes)) < len(found.classes):
        yield "classes", "names, each once", "one twice"
    if not 0 < found.confidence < 1:
        yield "confidence", "between 0 and 1", shown(found.confidence)
    if found.target is not None and set(found.target) != set(found.classes):
        yield "target", "a share for each class", "others"
    for at, run in enumerate(found.runs):
        for place, expected, got in _of_run(run, found):
            yield f"runs[{at}].{place}", expected, got
    yield from _of_comparisons(found, names)


def _of_comparisons(found: Evaluation, names: list[str]) -> Iterator[tuple[str, str, str]]:
    for at, one in enumerate(found.differences):
        if not {one.first, one.second} <= set(names):
            yield f"differences[{at}]", "of two of the runs", shown(one.second)
        if not _ordered(one.change):
            yield f"differences[{at}].change", "low ≤ value ≤ high", shown(one.change.value)
    for at, condition in enumerate(found.requirements):
        if condition.run not in names:
            yield f"requirements[{at}].run", "one of the runs", shown(condition.run)


def _of_run(run: RunEvaluation, found: Evaluation) -> Iterator[tuple[str, str, str]]:
    if run.rows != found.rows:
        yield "rows", f"{found.rows}, as many as are judged", str(run.rows)
    if tuple(one.label for one in run.classes) != found.classes:
        yield "classes", "the classes, in their order", "others"
    for key, estimate in run.metrics.items():
        if not _ordered(estimate):
            yield f"metrics.{key}", "low ≤ value ≤ high", shown(estimate.value)
    for at, one in enumerate(run.classes):
        for key in ("precision", "recall", "f1"):
            estimate = getattr(one, key)
            if not _ordered(estimate) or not all(0 <= end <= 1 for end in _ends(estimate)):
                yield f"classes[{at}].{key}", "a share with its interval", shown(estimate.value)
    for at, confusion in enumerate(run.confusions):
        if not {confusion.truth, confusion.predicted} <= set(found.classes):
            yield f"confusions[{at}]", "of two of the classes", shown(confusion.truth)


def _ends(estimate: Estimate) -> list[float]:
    return [end for end in (estimate.low, estimate.value, estimate.high) if end is not None]


def _ordered(estimate: Estimate) -> bool:
    paired = (estimate.low is None) == (estimate.high is None) and (estimate.value is not None or estimate.low is None)
    return paired and _ends(estimate) == sorted(_ends(estimate))
