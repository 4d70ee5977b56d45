"""Conditions that a run has to meet, such as `macro_f1>=0.7` or `recall[fox]>=0.5`."""

from __future__ import annotations

import json
import math
import operator
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import OptionError, did_you_mean
from imbalance_audit.measures.class_regions import REGIONS
from imbalance_audit.records import Estimate, Requirement
from imbalance_audit.records.metrics import CLASS_METRICS, RUN_METRICS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imbalance_audit.records import RunEvaluation

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
_REGION_METRIC = "region_recall"
# The label may hold anything: it ends at the last bracket before an operator.
_CONDITION = re.compile(
    r"\s*(?:(?P<run>[^\[\]<>=!]+):)?\s*(?P<metric>[\w.-]+)\s*(?:\[(?P<label>.*)\])?\s*"
    r"(?P<operator>>=|<=|==|!=|>|<)\s*(?P<limit>[^\]]+?)\s*",
    re.DOTALL,
)


@dataclass(frozen=True)
class Condition:
    """A requirement, taken apart.

    Attributes:
        text: As the user wrote it.
        run: The one run that it is for; None: each.
        metric: The metric.
        label: The class, or the region; None for a metric over all.
        operator: How the figure is compared.
        limit: With what.
    """

    text: str
    run: str | None
    metric: str
    label: str | None
    operator: str
    limit: float


def parse(text: str, classes: Sequence[str], runs: Sequence[str]) -> Condition:
    """Return a requirement, taken apart: `METRIC OP NUMBER`, `METRIC[CLASS] OP NUMBER`, either after `RUN:`.

    Raises:
        OptionError: it is none, or its metric, class or run is not known.
    """
    found = _CONDITION.fullmatch(text)
    limit = None if found is None else _number(found["limit"])
    if found is None or limit is None:
        message = (
            f"Expected a requirement such as 'macro_f1>=0.7' or 'recall[fox]>=0.5', got {quoted(text)}. Operators:"
            f" {', '.join(_OPERATORS)}."
        )
        raise OptionError(message)
    run, metric = found["run"], found["metric"]
    if run is not None:
        run = _known(run.strip(), runs, what="run", text=text)
    label = None if found["label"] is None else found["label"]
    if label is None:
        _known(metric, tuple(RUN_METRICS), what="metric", text=text, others=tuple(CLASS_METRICS))
    elif metric == _REGION_METRIC:
        label = _known(label.strip(), REGIONS, what="region", text=text)
    else:
        _known(metric, (*CLASS_METRICS, _REGION_METRIC), what="metric of a class", text=text)
        label = _class(label, classes, text)
    return Condition(text, run, metric, label, found["operator"], limit)


def judge(condition: Condition, runs: Sequence[RunEvaluation]) -> tuple[Requirement, ...]:
    """Return whether each run meets it. A figure that is not defined fails."""
    judged = [run for run in runs if condition.run in (None, run.name)]
    found = []
    for run in judged:
        observed = _observed(condition, run)
        met = observed is not None and _OPERATORS[condition.operator](observed, condition.limit)
        found.append(Requirement(condition.text, run.name, observed, met))
    return tuple(found)


def _observed(condition: Condition, run: RunEvaluation) -> float | None:
    if condition.label is None:
        return run.metrics.get(condition.metric, Estimate(None)).value
    if condition.metric == _REGION_METRIC:
        return next((one.recall.value for one in run.regions if one.region == condition.label), None)
    score = next(one for one in run.classes if one.label == condition.label)
    figure: Estimate | float | None = getattr(score, condition.metric)
    return figure.value if isinstance(figure, Estimate) else figure


def _class(label: str, classes: Sequence[str], text: str) -> str:
    """Return the class as it is written, without quotes around it, or as a JSON text."""
    known = set(classes)
    readings = [label, label.strip(), label.strip().strip("'"), label.strip().strip('"')]
    with suppress(ValueError):
        readings.append(str(json.loads(label)))
    for reading in readings:
        if reading in known:
            return reading
    return _known(readings[1].strip("'\""), classes, what="class", text=text)


def _known(name: str, known: Sequence[str], *, what: str, text: str, others: Sequence[str] = ()) -> str:
    if name in known:
        return name
    hint = did_you_mean(name, (*known, *others))
    if name in others:
        hint = f" Name a class: {plain(name)}[CLASS]."
    shown = ", ".join(plain(one) for one in known[:20])
    message = f"The requirement {quoted(text)} names no {what} that is known.{hint} Known: {shown}."
    raise OptionError(message)


def _number(text: str) -> float | None:
    try:
        number = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
