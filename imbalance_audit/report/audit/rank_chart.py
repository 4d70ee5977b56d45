"""Charts as inline SVG. Counts are drawn on a log scale over a baseline below one, so a class of one row has a mark.

Colours are CSS classes of `style.css`; series differ by dash as well as by colour.
"""

from __future__ import annotations

from html import escape
from math import log10
from typing import TYPE_CHECKING

from imbalance_audit.display import quoted
from imbalance_audit.measures.class_regions import FEW, HEAD, region_of
from imbalance_audit.report.kit import figures
from imbalance_audit.report.kit.axis import below, rows_of_grid, title_below, unit_square
from imbalance_audit.report.kit.chart import COLUMNS, POINTS, chart, empty
from imbalance_audit.report.kit.marks import series_style

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_BASE = 0.5
_W, _H, _LEFT, _RIGHT, _TOP, _BOTTOM = 760, 320, 58, 28, 14, 42


def rank_frequency(
    counts: Sequence[int],
    *,
    names: Sequence[str] = (),
    series: Mapping[str, Sequence[int]] | None = None,
    floor: int | None = None,
) -> str:
    """Draw the counts of all classes by rank, and each series (a split) ranked by itself.

    Args:
        counts: Instances of each class, in any order; classes without an instance have no column and are counted.
        names: The classes in the order of `counts`; shown when a column is pointed at.
        series: Split → instances of each class in it.
        floor: The policy's limit for a rare class.
    """
    order = sorted(range(len(counts)), key=lambda i: (-counts[i], i))
    ranked = [counts[i] for i in order if counts[i] > 0]
    if not ranked:
        return empty("Rank and frequency of the classes", "No class has an instance.")
    own = {name: sorted((n for n in values if n > 0), reverse=True) for name, values in (series or {}).items()}
    x, y = _scales(len(ranked), max(ranked[0], floor or 1))
    labels = [names[i] for i in order[: len(ranked)]] if names else []
    body = [_grid(ranked[0], y), _columns(ranked, labels, x, y) if len(ranked) <= COLUMNS else _area(ranked, x, y)]
    body += [_line(values, x, y, place) for place, values in enumerate(own.values()) if values]
    body += [_rule(floor, y, "floor", f"limit {figures.count(floor)}")] if floor else []
    body.append(_rank_axis(len(ranked), x))
    absent = len(counts) - len(ranked)
    said = (
        f"{figures.counted(len(ranked), 'class', 'classes')}, from {figures.count(ranked[0])} down to "
        f"{figures.count(ranked[-1])}. {figures.counted(absent, 'class', 'classes')} without an instance."
    )
    return chart("rank", _W, _H, "Instances of each class, commonest first, on a log scale", said, body)


def lorenz(counts: Sequence[int]) -> str:
    """Draw the share of the labels that the rarest classes hold together, against perfect balance."""
    ascending = sorted(n for n in counts if n > 0)
    total = sum(ascending)
    if not total:
        return empty("Cumulative share of the labels", "No class has an instance.")
    side, left, top = 260, 46, 14
    points, reached, wanted = ["0.0,260.0"], 0, _spread(len(ascending), log=False)
    for rank, n in enumerate(ascending, 1):
        reached += n
        if rank in wanted:
            points.append(f"{side * rank / len(ascending):.1f},{side * (1 - reached / total):.1f}")
    line = " ".join(points)
    drawn = (
        f'<polygon class="area" points="{line} {side},{side}"/><polyline class="curve" points="{line}"/>'
        '<text class="axis" x="120" y="116" text-anchor="middle" transform="rotate(-45 120 116)">balanced</text>'
    )
    body = [unit_square(side, drawn, left=left, top=top, across="% of classes, rarest first", up="% of labels")]
    half = half_holders(counts)
    said = f"Half of all labels belong to {figures.counted(half, 'class', 'classes')} of {len(ascending):,}."
    return chart("lorenz", side + left + 14, side + top + 46, "Cumulative share of the labels", said, body)


def half_holders(counts: Sequence[int]) -> int:
    """Return how many of the commonest classes hold half of all labels.

    >>> half_holders([1, 1, 8])
    1
    """
    reached, total = 0, sum(counts)
    for place, n in enumerate(sorted(counts, reverse=True), 1):
        reached += n
        if 2 * reached >= total:
            return place
    return 0


def _scales(classes: int, largest: int) -> tuple[Callable[[float], float], Callable[[float], float]]:
    width, height = _W - _LEFT - _RIGHT, _H - _TOP - _BOTTOM
    top = log10(max(largest * 1.25, 10))
    slot = width / max(classes, 6)

    def y(n: float) -> float:
        return _TOP + height * (top - log10(max(n, _BASE))) / (top - log10(_BASE))

    def linear(rank: float) -> float:
        return _LEFT + slot * (rank - 0.5)

    def logarithmic(rank: float) -> float:
        return _LEFT + 4 + (width - 8) * log10(rank) / log10(classes)

    return (linear if classes <= 2 * COLUMNS else logarithmic), y


def _grid(largest: int, y: Callable[[float], float]) -> str:
    powers = [10**e for e in range(len(str(largest)))]
    step = 1 if len(powers) <= 6 else 2
    lines = rows_of_grid(((y(n), figures.tick(n)) for n in powers[::step]), left=_LEFT, right=_W - _RIGHT)
    bands = [_rule(limit, y, "band", name) for limit, name in ((HEAD, "head"), (FEW, "few")) if largest > limit]
    return lines + "".join(bands) + f'<path class="base" d="M{_LEFT} {y(_BASE):.1f}H{_W - _RIGHT}"/>'


def _rule(n: int, y: Callable[[float], float], kind: str, words: str) -> str:
    at = y(n)
    below = kind == "band" and words == "few"
    return (
        f'<path class="{kind}" d="M{_LEFT} {at:.1f}H{_W - _RIGHT}"/>'
        f'<text class="{kind}" x="{_W - _RIGHT - 2}" y="{at + (13 if below else -5):.1f}" text-anchor="end">'
        f"{words}{' ↓' if below else ' ↑' if kind == 'band' else ''}</text>"
    )


def _columns(
    ranked: Sequence[int], names: Sequence[str], x: Callable[[float], float], y: Callable[[float], float]
) -> str:
    width = max(1.5, min(28.0, (x(2) - x(1)) * 0.74))
    marks = []
    for place, n in enumerate(ranked):
        tip = f"<title>{escape(quoted(names[place]))}: {n:,}</title>" if names else ""
        marks.append(
            f'<rect class="col {region_of(n)}" x="{x(place + 1) - width / 2:.1f}" y="{y(n):.1f}" width="{width:.1f}" '
            f'height="{y(_BASE) - y(n):.1f}">{tip}</rect>'
        )
    return "".join(marks)


def _area(ranked: Sequence[int], x: Callable[[float], float], y: Callable[[float], float]) -> str:
    line = _points(ranked, x, y)
    base = f"{y(_BASE):.1f}"
    ends = f"{x(len(ranked)):.1f},{base} {x(1):.1f},{base}"
    return f'<polygon class="area" points="{line} {ends}"/><polyline class="curve" points="{line}"/>'


def _line(values: Sequence[int], x: Callable[[float], float], y: Callable[[float], float], place: int) -> str:
    end = f'<circle class="end s{place % 6}" cx="{x(len(values)):.1f}" cy="{y(values[-1]):.1f}" r="3"/>'
    return f'<polyline class="line {series_style(place)}" points="{_points(values, x, y)}"/>{end}'


def _points(values: Sequence[int], x: Callable[[float], float], y: Callable[[float], float]) -> str:
    ranks = sorted(_spread(len(values), log=len(values) > 2 * COLUMNS))
    return " ".join(f"{x(rank):.1f},{y(values[rank - 1]):.1f}" for rank in ranks)


def _spread(classes: int, *, log: bool) -> set[int]:
    if classes <= POINTS:
        return set(range(1, classes + 1))
    steps = POINTS - 1
    if log:
        return {round(classes ** (i / steps)) for i in range(POINTS)}
    return {1 + round((classes - 1) * i / steps) for i in range(POINTS)}


def _rank_axis(classes: int, x: Callable[[float], float]) -> str:
    if classes > 2 * COLUMNS:
        ranks = [10**e for e in range(len(str(classes)))]
        ranks = [r for r in ranks if r * 1.6 < classes] + [classes]
        words = "rank of the class (log scale)"
    else:
        step = next((s for s in (1, 2, 5, 10, 20, 25, 50) if classes / s <= 12), 50)
        steps = (r for r in range(step, classes, step) if r - 1 >= 0.75 * step and classes - r > step / 2)
        ranks = sorted({1, *steps, classes})
        words = "rank of the class, commonest first"
    marks = below(((x(r), f"{r:,}") for r in ranks), y=_H - 24)
    return marks + title_below(words, x=(_W + _LEFT) / 2, y=_H - 5)
