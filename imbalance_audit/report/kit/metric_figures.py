"""How metrics are told: in which order, by which name, and how their figures read."""

from __future__ import annotations

import re
from dataclasses import replace
from math import inf, isfinite, isnan
from operator import attrgetter
from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.records import metrics as table
from imbalance_audit.records.metrics import Metric
from imbalance_audit.report.kit import figures

if TYPE_CHECKING:
    from imbalance_audit.records import Estimate
    from imbalance_audit.records.metrics import MetricUnit

METRICS = {one.key: one for one in sorted(table.RUN_METRICS.values(), key=attrgetter("shown"))}
"""The metrics of a run, in the order in which they are shown."""

CLASS_METRICS = {one.key: one for one in sorted(table.CLASS_METRICS.values(), key=attrgetter("shown"))}
"""The metrics of one class, likewise."""

_OF_A_CLASS = re.compile(r"(\w+)\[(.*)\]", re.DOTALL)


def of_a_class(key: str) -> tuple[str, str] | None:
    """Return the metric and the class of a key such as `recall[fox]`, or None for a metric of the whole run.

    >>> of_a_class("recall[a[0]]"), of_a_class("nll")
    (('recall', 'a[0]'), None)
    """
    found = _OF_A_CLASS.fullmatch(key)
    return (found[1], found[2]) if found else None


def metric(key: str) -> Metric:
    """Return how a metric is told; one that is not known is told by its key.

    >>> metric("nll").better, metric("recall[fox]").name, metric("kappa").name
    ('lower', 'recall of "fox"', 'kappa')
    """
    parts = of_a_class(key)
    if parts and parts[0] in CLASS_METRICS:
        known = CLASS_METRICS[parts[0]]
        return replace(known, name=f"{known.name} of {quoted(parts[1], longest=40)}")
    return METRICS.get(key) or Metric(key, plain(key)[:80], None, "number", "")


def figure(unit: MetricUnit, value: float | None) -> str:
    """Return the figure of a metric.

    >>> figure("share", 0.6957), figure("number", 0.3), figure("cost", 12.5), figure("number", float("inf"))
    ('69.6 %', '0.300', '12.5', '∞')
    """
    if value is None or isnan(value):
        return figures.NONE
    if not isfinite(value):
        return "∞" if value == inf else "−∞"
    if unit == "share":
        return figures.share(value)
    return _minus(_cost(value) if unit == "cost" else figures.number(value) if abs(value) >= 100 else _decimal(value))


def _cost(value: float) -> str:
    if value == int(value) or abs(value) >= 1000:
        return figures.number(value)
    return f"{value:#.3g}".rstrip(".")


def _decimal(value: float) -> str:
    if value and abs(value) < 0.0005:
        return "< 0.001" if value > 0 else "> −0.001"
    return f"{value:.3f}"


def _minus(text: str) -> str:
    return f"−{text[1:]}" if text.startswith("-") else text


def span(unit: MetricUnit, estimate: Estimate) -> str:
    """Return the interval of a figure, nothing where there is none.

    >>> from imbalance_audit.records import Estimate
    >>> span("share", Estimate(0.696, 0.6892, 0.703)), span("share", Estimate(0.5))
    ('68.9–70.3', '')
    """
    if estimate.low is None or estimate.high is None:
        return ""
    between = " to " if estimate.low < 0 else "–"
    return between.join(figure(unit, end).removesuffix(" %") for end in (estimate.low, estimate.high))


def told(unit: MetricUnit, estimate: Estimate) -> str:
    """Return a figure with its interval.

    >>> from imbalance_audit.records import Estimate
    >>> told("share", Estimate(0.696, 0.6892, 0.703))
    '69.6 % (68.9–70.3)'
    """
    interval = span(unit, estimate)
    return figure(unit, estimate.value) + (f" ({interval})" if interval else "")


def change(unit: MetricUnit, value: float | None) -> str:
    """Return a difference with its sign; of shares in points, hundredths of the whole.

    >>> change("share", 0.016), change("number", 0.04), change("share", -0.0004), change("share", 0.0)
    ('+1.6', '+0.040', '−0.04', '0')
    """
    text = _size(unit, value)
    return f"+{text}" if value is not None and value > 0 and text[0] not in "–<" else text


def change_span(unit: MetricUnit, estimate: Estimate) -> str:
    """Return the interval of a difference, nothing where there is none.

    >>> from imbalance_audit.records import Estimate
    >>> change_span("share", Estimate(0.016, -0.009, 0.023))
    '−0.9 to 2.3'
    """
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{_size(unit, estimate.low)} to {_size(unit, estimate.high)}"


def negated(estimate: Estimate) -> Estimate:
    """Return a difference the other way round.

    >>> from imbalance_audit.records import Estimate
    >>> negated(Estimate(-2.0, -3.0, -1.0))
    Estimate(value=2.0, low=1.0, high=3.0)
    """
    value, low, high = (None if end is None else -end for end in (estimate.value, estimate.high, estimate.low))
    return replace(estimate, value=value, low=low, high=high)


def _size(unit: MetricUnit, value: float | None) -> str:
    if value is None or isnan(value):
        return figures.NONE
    if not value or not isfinite(value):
        return "0" if not value else "∞" if value > 0 else "−∞"
    if unit == "cost":
        return _minus(_cost(value))
    size = abs(value) * (100 if unit == "share" else 1)
    least, most = (0.005, 1) if unit == "share" else (0.00005, 3)
    digits = most if size >= 10**-most else most + 1
    text = f"{size:,.{digits}f}" if size >= least else f"{least:.{most + 2}f}"
    sign = "−" if value < 0 else ""
    return f"{sign}{text}" if size >= least else f"{'> −' if value < 0 else '< '}{text}"
