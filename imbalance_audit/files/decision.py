"""The only place that knows decision.json: one JSON object, the same bytes for the same decision.

    format "imbalance-audit/decision" · version 1 · classes [str] · multilabel bool
    correction {before [C], after [C], gamma, epsilon, smoothing} · temperature [C] · bias [C]
    rule "argmax"|"costs"|"thresholds" · offset [C] · costs [C][C] · thresholds [C]   (only that of the rule, else [])
    metric str|null · tuned, expected, plain, gain {value, low, high}|null · curve [[τ, {value, low, high}], …]
    parameters {…} · fingerprint str|null · notes [str]

Every list of C follows the order of `classes`. A shift of null is -∞: the class is ruled out. Keys that this version
does not know are left alone.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, get_args

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import DecisionFileError
from imbalance_audit.files.json_object import Kind, compact
from imbalance_audit.files.own_kinds import DECISION_FILE
from imbalance_audit.files.staging import write_file
from imbalance_audit.records import Decision, Decoding, Estimate, InverseMap

if TYPE_CHECKING:
    from os import PathLike

_LARGEST = 1e300
_WAY_OUT = "Decide again: `audit decide` writes one."
DECISION = Kind(
    noun="a decision",
    format="imbalance-audit/decision",
    version=1,
    error=DecisionFileError,
    way_out=_WAY_OUT,
)


def dump_decision(decision: Decision) -> str:
    """Return the JSON text, one key a line and one point of the curve a line, with a newline at the end.

    Raises:
        DecisionFileError: the value could not be read back, because it was put together by hand.
    """
    content: dict[str, Any] = {"format": DECISION.format, "version": DECISION.version, **asdict(decision)}
    shifts = {name: [_shift(value) for value in content["correction"][name]] for name in ("before", "after")}
    content["correction"] = {**content["correction"], **shifts}
    content["parameters"] = dict(sorted(decision.parameters.items()))
    try:
        lines = [f"{json.dumps(key)}: {_lined(value, lines=key == 'curve')}" for key, value in content.items()]
    except (ValueError, TypeError) as error:
        message = f"Expected a decision of finite numbers and text, got another one ({error}). {_WAY_OUT}"
        raise DecisionFileError(message) from error
    text = "{" + ",\n".join(lines) + "}\n"
    _decision(json.loads(text), "this value")
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
    return _decision(DECISION.read(path), plain(str(path)))


def _shift(value: float) -> float | None:
    return None if value == -math.inf else value


def _lined(value: object, *, lines: bool) -> str:
    if lines and isinstance(value, tuple | list) and value:
        return "[" + ",".join(f"\n {compact(one)}" for one in value) + "]"
    return compact(value)


def _decision(content: dict[str, Any], shown: str) -> Decision:
    fields = _Fields(content, shown)
    classes = tuple(fields.texts("classes"))
    size = len(classes)
    if size < 1 or len(set(classes)) < size:
        got = "one twice" if size else "none"
        raise fields.wrong(key="classes", expected="names, each once", got=got)
    multilabel = fields.flag("multilabel")
    rule = fields.rule("rule", multilabel=multilabel)
    correction = _Fields(fields.mapping("correction"), shown)
    temperature = fields.numbers("temperature", size, above=0.0)
    if not multilabel and len(set(temperature)) > 1:
        got = "different ones"
        raise fields.wrong(key="temperature", expected="the same for every class of a softmax", got=got)
    return Decision(
        classes=classes,
        multilabel=multilabel,
        correction=InverseMap(
            before=correction.numbers("before", size, ruled_out=True),
            after=correction.numbers("after", size, ruled_out=True),
            gamma=correction.number("gamma", least=0.0),
            epsilon=correction.number("epsilon", least=-1.0),
            smoothing=correction.number("smoothing", least=0.0, below=1.0),
        ),
        temperature=temperature,
        bias=fields.numbers("bias", size),
        rule=rule,
        offset=fields.numbers("offset", size if rule == "argmax" else 0),
        costs=fields.square("costs", size if rule == "costs" else 0),
        thresholds=fields.numbers("thresholds", size if rule == "thresholds" else 0, above=0.0, below=1.0),
        metric=fields.text_or_null("metric"),
        tuned=fields.estimate("tuned"),
        expected=fields.estimate("expected"),
        plain=fields.estimate("plain"),
        gain=fields.estimate("gain"),
        curve=fields.curve("curve"),
        parameters=fields.parameters("parameters"),
        fingerprint=fields.text_or_null("fingerprint"),
        notes=tuple(fields.texts("notes")),
    )


class _Fields:
    """The entries of decision.json, each checked as it is taken out."""

    def __init__(self, content: dict[str, Any], shown: str) -> None:
        self.content = content
        self.shown = shown

    def wrong(self, key: str, expected: str, got: str) -> DecisionFileError:
        """Return the error for an entry."""
        return DecisionFileError(f'{self.shown}: expected "{key}" to be {expected}, got {got}. {_WAY_OUT}')

    def value(self, key: str) -> Any:  # noqa: ANN401 -- the methods below find out what it is
        """Return the entry."""
        if key not in self.content:
            message = f'{self.shown}: expected the key "{key}", got a file without it. {_WAY_OUT}'
            raise DecisionFileError(message)
        return self.content[key]

    def flag(self, key: str) -> bool:
        """Return true or false."""
        value = self.value(key)
        if not isinstance(value, bool):
            raise self.wrong(key, "true or false", _kind(value))
        return value

    def rule(self, key: str, *, multilabel: bool) -> Decoding:
        """Return the rule, which has to fit the task."""
        value = self.value(key)
        for known in get_args(Decoding):
            if value == known and multilabel == (known == "thresholds"):
                found: Decoding = known
                return found
        wanted = "thresholds, of several labels" if multilabel else "argmax or costs, of one class a row"
        raise self.wrong(key, wanted, quoted(value) if isinstance(value, str) else _kind(value))

    def mapping(self, key: str) -> dict[str, Any]:
        """Return an object."""
        value = self.value(key)
        if not isinstance(value, dict):
            raise self.wrong(key, "an object", _kind(value))
        return value

    def texts(self, key: str) -> list[str]:
        """Return a list of texts."""
        value = self.value(key)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.wrong(key, "a list of text", _kind(value))
        return value

    def text_or_null(self, key: str) -> str | None:
        """Return text or None."""
        value = self.value(key)
        if value is not None and not isinstance(value, str):
            raise self.wrong(key, "text or null", _kind(value))
        return value

    def number(self, key: str, *, least: float, below: float = math.inf) -> float:
        """Return one finite number."""
        value = self.value(key)
        if not _is_number(value) or not least <= value < below:
            raise self.wrong(
                key, f"a number from {least:g}" + (f" to below {below:g}" if below < math.inf else ""), _kind(value)
            )
        return float(value)

    def numbers(
        self, key: str, size: int, *, ruled_out: bool = False, above: float = -math.inf, below: float = math.inf
    ) -> tuple[float, ...]:
        """Return so many finite numbers between two bounds; where null rules a class out, -∞ for it."""
        value = self.value(key)
        wanted = (
            f"{size} finite numbers, one for each class" if size else "an empty list, which the rule has no use for"
        )
        if not isinstance(value, list) or len(value) != size:
            raise self.wrong(key, wanted, f"{len(value)} entries" if isinstance(value, list) else _kind(value))
        found = [-math.inf if one is None and ruled_out else one for one in value]
        for one in found:
            if not (one == -math.inf and ruled_out) and not (_is_number(one) and above < one < below):
                inside = "" if above == -math.inf else f" above {above:g}"
                inside += "" if below == math.inf else f" and below {below:g}"
                raise self.wrong(key, wanted + inside, _kind(one))
        if size and all(one == -math.inf for one in found):
            raise self.wrong(key, "a shift for at least one class", "null only")
        return tuple(float(one) for one in found)

    def square(self, key: str, size: int) -> tuple[tuple[float, ...], ...]:
        """Return a square of finite numbers."""
        value = self.value(key)
        if not isinstance(value, list) or len(value) != size:
            raise self.wrong(
                key, f"{size} rows of costs", f"{len(value)} rows" if isinstance(value, list) else _kind(value)
            )
        return tuple(_Fields({key: row}, self.shown).numbers(key, size) for row in value)

    def estimate(self, key: str) -> Estimate | None:
        """Return an estimate or None."""
        value = self.value(key)
        return None if value is None else self._estimate(key, value)

    def curve(self, key: str) -> tuple[tuple[float, Estimate], ...]:
        """Return points of strength and estimate."""
        value = self.value(key)
        pairs = isinstance(value, list) and all(isinstance(p, list) and len(p) == 2 and _is_number(p[0]) for p in value)
        if not pairs:
            raise self.wrong(key, "a list of points [strength, estimate]", _kind(value))
        return tuple((float(at), self._estimate(key, found)) for at, found in value)

    def parameters(self, key: str) -> dict[str, float | str | bool | None]:
        """Return names with a number, text or nothing each."""
        value = self.mapping(key)
        for one in value.values():
            if not (one is None or isinstance(one, str | bool) or _is_number(one)):
                raise self.wrong(key, "names with a finite number, text or null each", _kind(one))
        return value

    def _estimate(self, key: str, value: object) -> Estimate:
        parts = ("value", "low", "high")
        if not isinstance(value, dict) or not set(parts) <= set(value):
            raise self.wrong(key, "an object of value, low and high", _kind(value))
        if not all(value[part] is None or _is_number(value[part]) for part in parts):
            raise self.wrong(key, "finite numbers or null", "others")
        return Estimate(**{part: value[part] for part in parts})


def _is_number(value: object) -> bool:
    # No call of isfinite: an integer of hundreds of digits, which JSON may hold, overflows there.
    return isinstance(value, int | float) and not isinstance(value, bool) and -_LARGEST <= value <= _LARGEST


def _kind(value: object) -> str:
    """Return what a JSON value is, in words."""
    if isinstance(value, dict | list):
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)}"
    return quoted(value, longest=40) if isinstance(value, str) else plain(repr(value))[:40]
