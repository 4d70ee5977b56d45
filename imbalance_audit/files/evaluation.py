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
from imbalance_audit.files.json_object import Kind, compact
from imbalance_audit.files.own_kinds import EVALUATION_FILE
from imbalance_audit.files.staging import write_file
from imbalance_audit.records import (
    CalibrationBin,
    ClassScore,
    Confusion,
    Difference,
    Estimate,
    Evaluation,
    RegionScore,
    Requirement,
    RunEvaluation,
)

if TYPE_CHECKING:
    from os import PathLike

EVALUATION = Kind(
    noun="an evaluation",
    format="imbalance-audit/evaluation",
    version=1,
    error=AuditFileError,
    way_out="Evaluate again: `audit evaluate` writes one.",
)

_HEAD = ("task", "classes", "rows", "split", "target", "confidence", "resamples", "seed", "notes")
_LINED = ("classes", "regions", "confusions", "bins")
_ESTIMATES = ("precision", "recall", "f1")


def dump_evaluation(evaluation: Evaluation) -> str:
    """Return the JSON text, one class, confusion or difference a line, with a newline at the end."""
    found = asdict(evaluation)
    head = {
        key: found[key]
        for key in ("task", "classes", "rows", "split", "target", "confidence", "resamples", "seed", "notes")
    }
    blocks = {"format": EVALUATION.format, "version": EVALUATION.version, **head}
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
    found = EVALUATION.read(path)
    try:
        return _from_json(found)
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        got = f"{type(error).__name__}: {plain(str(error))}"
        message = f"{plain(str(path))} is not a complete evaluation ({got}). {EVALUATION.way_out}"
        raise AuditFileError(message) from error


def _run(run: dict[str, Any]) -> str:
    parts = (f"{json.dumps(key)}: {_lined(value) if key in _LINED else compact(value)}" for key, value in run.items())
    return "{" + ",\n ".join(parts) + "}"


def _lined(items: list[dict[str, Any]]) -> str:
    return "[" + ",".join(f"\n  {compact(item)}" for item in items) + "]"


def _from_json(found: dict[str, Any]) -> Evaluation:
    target = found["target"]
    return Evaluation(
        task=found["task"],
        classes=tuple(found["classes"]),
        rows=found["rows"],
        runs=tuple(_run_from_json(run) for run in found["runs"]),
        differences=tuple(Difference(**{**one, "change": Estimate(**one["change"])}) for one in found["differences"]),
        requirements=tuple(Requirement(**one) for one in found["requirements"]),
        split=found["split"],
        target=None if target is None else dict(target),
        confidence=found["confidence"],
        resamples=int(found["resamples"]),
        seed=int(found["seed"]),
        notes=tuple(found["notes"]),
    )


def _run_from_json(run: dict[str, Any]) -> RunEvaluation:
    return RunEvaluation(
        name=run["name"],
        path=run["path"],
        outputs=run["outputs"],
        rows=run["rows"],
        metrics={name: Estimate(**figure) for name, figure in run["metrics"].items()},
        classes=tuple(
            ClassScore(**{**score, **{key: Estimate(**score[key]) for key in _ESTIMATES}}) for score in run["classes"]
        ),
        regions=tuple(RegionScore(**{**one, "recall": Estimate(**one["recall"])}) for one in run["regions"]),
        confusions=tuple(Confusion(**one) for one in run["confusions"]),
        bins=tuple(CalibrationBin(**one) for one in run["bins"]),
        notes=tuple(run["notes"]),
    )
