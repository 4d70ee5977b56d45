"""The only place that knows decision.json: one JSON object, the same bytes for the same decision.

    format "imbalance-audit/decision" · version 1 · digest str · classes [str] · multilabel bool
    correction {before [C], after [C], gamma, epsilon, smoothing} · temperature [C] · bias [C]
    rule "argmax"|"costs"|"thresholds" · offset [C] · costs [C][C] · thresholds [C]   (only that of the rule, else [])
    metric str|null · tuned, expected, plain, gain {value, low, high}|null · curve [[τ, {value, low, high}], …]
    parameters {…} · fingerprint str|null · notes [str]

Every list of C follows the order of `classes`. A shift of null is -∞: the class is ruled out.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from imbalance_audit.display import plain
from imbalance_audit.errors import DecisionFileError
from imbalance_audit.files.json_object import JsonKind, compact, shown
from imbalance_audit.files.own_kinds import DECISION_FILE
from imbalance_audit.files.staging import write_file
from imbalance_audit.files.wire import extended, record_of
from imbalance_audit.records import Decision, InverseMap, digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

_Positive = Annotated[float, msgspec.Meta(gt=0)]
_Inside = Annotated[float, msgspec.Meta(gt=0, lt=1)]
_SHIFTS = ("before", "after")


@cache
def _wire() -> type[msgspec.Struct]:
    shifts = tuple[float | None, ...]
    correction = extended(
        InverseMap,
        "InverseMap",
        before=shifts,
        after=shifts,
        gamma=Annotated[float, msgspec.Meta(ge=0)],
        epsilon=Annotated[float, msgspec.Meta(ge=-1)],
        smoothing=Annotated[float, msgspec.Meta(ge=0, lt=1)],
    )
    return extended(
        Decision,
        "Decision",
        format=str,
        version=int,
        digest=str,
        correction=correction,
        temperature=tuple[_Positive, ...],
        thresholds=tuple[_Inside, ...],
    )


DECISION: JsonKind[Any] = JsonKind(
    noun="a decision",
    format="imbalance-audit/decision",
    version=1,
    error=DecisionFileError,
    way_out="Decide again: `audit decide` writes one.",
    wire=_wire,
)


def dump_decision(decision: Decision) -> str:
    """Return the JSON text, one key a line and one point of the curve a line, with a newline at the end.

    Raises:
        DecisionFileError: the value could not be read back, because it was put together by hand.
    """
    kind = {"format": DECISION.format, "version": DECISION.version}
    content: dict[str, Any] = asdict(decision)
    shifts = {name: [_shift(value) for value in content["correction"][name]] for name in _SHIFTS}
    content["correction"] = {**content["correction"], **shifts}
    content["parameters"] = dict(sorted(decision.parameters.items()))
    whole = {**kind, "digest": digest_of({**kind, **content}), **content}
    try:
        lines = [f"{json.dumps(key)}: {_lined(value, lines=key == 'curve')}" for key, value in whole.items()]
    except (ValueError, TypeError) as error:
        message = f"Expected a decision of finite numbers and text, got another one ({error}). {DECISION.way_out}"
        raise DecisionFileError(message) from error
    text = "{" + ",\n".join(lines) + "}\n"
    _decision(text.encode(), "this value")
    return text


def save_decision(decision: Decision, path: str | PathLike[str]) -> None:
    """Write decision.json in one step.

    Raises:
        OptionError: the path cannot be written.
        DecisionFileError: the value could not be read back, because it was put together by hand.
    """
    write_file(path, dump_decision(decision).encode(), DECISION_FILE)


def load_decision(path: str | PathLike[str]) -> Decision:
    """Return the decision that a file holds.

    Raises:
        DecisionFileError: there is no such file, or it is no decision of this version, or something in it is wrong.
    """
    return _record(DECISION.read(path), plain(str(path)))


def _shift(value: float) -> float | None:
    return None if value == -math.inf else value


def _lined(value: object, *, lines: bool) -> str:
    if lines and isinstance(value, tuple | list) and value:
        return "[" + ",".join(f"\n {compact(one)}" for one in value) + "]"
    return compact(value)


def _decision(content: bytes, name: str) -> Decision:
    return _record(DECISION.checked(content, name), name)


def _record(found: Any, name: str) -> Decision:  # noqa: ANN401 -- of the type of `_wire`
    shifts = {
        key: tuple(-math.inf if one is None else one for one in getattr(found.correction, key)) for key in _SHIFTS
    }
    decision = record_of(Decision, found, correction=record_of(InverseMap, found.correction, **shifts))
    for place, expected, got in _contradictions(decision):
        raise DECISION.wrong(name, place, expected, got)
    return decision


def _contradictions(found: Decision) -> Iterator[tuple[str, str, str]]:
    """Yield what cannot be, though every type is right: place, what is expected, what is there."""
    size = len(found.classes)
    if not size or len(set(found.classes)) < size:
        yield "classes", "names, each once", "one twice" if size else "none"
    if found.multilabel != (found.rule == "thresholds"):
        wanted = "thresholds, of several labels" if found.multilabel else "argmax or costs, of one class a row"
        yield "rule", wanted, shown(found.rule)
    sizes = {
        "correction.before": (found.correction.before, size),
        "correction.after": (found.correction.after, size),
        "temperature": (found.temperature, size),
        "bias": (found.bias, size),
        "offset": (found.offset, size if found.rule == "argmax" else 0),
        "costs": (found.costs, size if found.rule == "costs" else 0),
        "thresholds": (found.thresholds, size if found.rule == "thresholds" else 0),
        **{f"costs[{at}]": (row, size) for at, row in enumerate(found.costs)},
    }
    for place, (values, wanted_size) in sizes.items():
        if len(values) != wanted_size:
            one_each = "one for each class" if wanted_size else "which the rule has no use for"
            yield place, f"{wanted_size} entries, {one_each}", f"{len(values)}"
    for key in _SHIFTS:
        if set(getattr(found.correction, key)) == {-math.inf}:
            yield f"correction.{key}", "a shift for at least one class", "null only"
    if not found.multilabel and len(set(found.temperature)) > 1:
        yield "temperature", "the same for every class of a softmax", "different ones"
