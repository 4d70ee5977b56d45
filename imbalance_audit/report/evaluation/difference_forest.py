"""Differences of two runs as a forest plot: right of the line is better, whichever way the metric goes.

Better, worse and noise differ by side, shape and word as well as by colour. Each unit has a scale of its own.
"""

from __future__ import annotations

from html import escape
from itertools import groupby
from math import floor, isfinite, log10
from typing import TYPE_CHECKING

from imbalance_audit.report.kit import figures
from imbalance_audit.report.kit import metric_figures as metrics
from imbalance_audit.report.kit.axis import column_of_grid
from imbalance_audit.report.kit.chart import chart, empty
from imbalance_audit.report.kit.metric_figures import metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imbalance_audit.records import Difference
    from imbalance_audit.records.metrics import MetricUnit

_W, _LEFT, _MIDDLE, _HALF, _WORDS, _ROW = 690, 128, 268, 128, 412, 25

_UNITS: dict[MetricUnit, str] = {"share": "points", "number": "", "cost": "of cost"}


def forest(differences: Sequence[Difference], *, key: str) -> str:
    """Draw each difference with its interval.

    Args:
        differences: Of two runs, by metrics of whole runs, in the order in which they are drawn.
        key: What the ids of this chart begin with.
    """
    title = "Differences, better to the right"
    if not differences:
        return empty(title, "The runs were not compared.")
    units = list(_UNITS)
    ordered = sorted(differences, key=lambda difference: units.index(metric(difference.metric).unit))
    body = [
        f'<text class="axis" x="{_MIDDLE - 10}" y="14" text-anchor="end">← worse</text>'
        f'<text class="axis" x="{_MIDDLE + 10}" y="14">better →</text>'
    ]
    top = 22.0
    for unit, members in groupby(ordered, key=lambda difference: metric(difference.metric).unit):
        panel = list(members)
        body.append(_panel(panel, unit, top))
        top += _ROW * len(panel) + 34
    return chart("forest", _W, round(top - 6), title, _said(differences), body, key=key)


def _said(differences: Sequence[Difference]) -> str:
    named = {
        verdict: [metric(d.metric).name for d in differences if d.verdict == verdict]
        for verdict in ("better", "worse", "noise")
    }
    return "; ".join(f"{verdict}: {', '.join(names) or 'none'}" for verdict, names in named.items()) + "."


def _panel(panel: Sequence[Difference], unit: MetricUnit, top: float) -> str:
    ends = [end for d in panel for end in (d.change.value, d.change.low, d.change.high) if end is not None]
    scale = 100 if unit == "share" else 1
    limit = _rounded_up(max((abs(end) * scale for end in ends if isfinite(end)), default=1.0))
    bottom = top + _ROW * len(panel) + 2
    ticks = "".join(_tick(part * limit, limit, top, bottom, unit) for part in (-1, -0.5, 0, 0.5, 1))
    rows = "".join(_row(d, scale / limit, top + _ROW * (i + 0.5)) for i, d in enumerate(panel))
    return ticks + rows


def _rounded_up(size: float) -> float:
    if not size:
        return 1.0
    power = 10.0 ** floor(log10(size))
    return float(next(step * power for step in (1, 2, 4, 6, 8, 10) if size <= step * power * (1 + 1e-9)))


def _tick(at: float, limit: float, top: float, bottom: float, unit: MetricUnit) -> str:
    x = _MIDDLE + at / limit * _HALF
    words = figures.number(abs(round(at, 12))) if at else "0"
    if at == limit and _UNITS[unit]:
        words += f" {_UNITS[unit]}"
    return column_of_grid(x, top, bottom, words, base=not at, start=at == limit and bool(_UNITS[unit]))


def _row(difference: Difference, scale: float, y: float) -> str:
    known = metric(difference.metric)
    sign = -1 if known.better == "lower" else 1

    def x(end: float) -> float:
        return _MIDDLE + max(-1.0, min(1.0, sign * end * scale)) * _HALF

    change = difference.change
    line = ""
    if change.low is not None and change.high is not None:
        line = f'<path class="sure" d="M{x(change.low):.1f} {y:.1f}H{x(change.high):.1f}"/>'
    dot = "" if change.value is None else mark(difference.verdict, x(change.value), y)
    interval = metrics.change_span(known.unit, change)
    words = metrics.change(known.unit, change.value) + (f" ({interval})" if interval else "")
    return (
        f'<g class="{difference.verdict}"><text class="what" x="{_LEFT - 4}" y="{y + 4:.1f}" text-anchor="end">'
        f"{escape(known.name)}</text>{line}{dot}"
        f'<text class="what" x="{_WORDS}" y="{y + 4:.1f}">{words} <tspan class="verdict-word">{difference.verdict}'
        f"</tspan></text></g>"
    )


def mark(verdict: str, x: float, y: float) -> str:
    """Return the shape of a verdict: a triangle to the better or the worse side, a hollow circle for noise."""
    if verdict == "noise":
        return f'<circle class="at" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'
    tip = 6 if verdict == "better" else -6
    return f'<path class="at" d="M{x + tip:.1f} {y:.1f}l{-1.75 * tip:.1f} -5.5v11z"/>'
