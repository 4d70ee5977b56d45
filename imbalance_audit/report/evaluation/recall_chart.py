"""How classes and probabilities fare, drawn: the recall of each class over the runs, and reliability diagrams.

Runs differ by shape as well as by colour.
"""

from __future__ import annotations

from html import escape
from itertools import groupby
from math import sqrt
from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.report.kit import figures
from imbalance_audit.report.kit import metric_figures as metrics
from imbalance_audit.report.kit.axis import below, rows_of_grid, title_below, unit_square
from imbalance_audit.report.kit.chart import COLUMNS, POINTS, chart, empty
from imbalance_audit.report.kit.marks import shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imbalance_audit.records import CalibrationBin
    from imbalance_audit.report.evaluation.arrangement import ScoredClass

NAMED = 40
"""Classes that have their names on the axis; more are numbered by rank."""

_W, _H, _LEFT, _RIGHT, _TOP = 1080, 270, 52, 14, 26


def recalls(classes: Sequence[ScoredClass], runs: Sequence[str]) -> str:
    """Draw the recall of each class in each run, classes from left to right in the order given.

    Intervals are drawn while there are few enough to tell them apart; of more than `POINTS` classes that many are
    drawn, evenly spread.

    Args:
        classes: The classes, head first.
        runs: Names of the runs that are drawn, the first ones of each class's scores.
    """
    title = "Recall of each class, commonest in training first"
    if not classes or not runs:
        return empty(title, "No class was judged.")
    slot = (_W - _LEFT - _RIGHT) / len(classes)
    named = len(classes) <= NAMED
    longest = max(len(_short(row.label)) for row in classes) if named else 0
    flat = 7 * longest < slot
    height = _TOP + _H + (40 if flat or not named else round(22 + 4.7 * longest))
    body = [
        _zones(classes, slot),
        _scale(),
        *(_names(classes, slot, flat=flat) if named else _ranks(len(classes), slot)),
    ]
    if len(classes) <= COLUMNS:
        body += [_marks(classes, slot, place, runs) for place in range(len(runs))]
    else:
        body += [_cloud(classes, slot, place) for place in range(len(runs))]
    said = f"{figures.counted(len(classes), 'class', 'classes')} from left to right in {len(runs)} runs."
    return chart("recalls", _W, height, title, said, body)


def _x(rank: float, slot: float) -> float:
    return _LEFT + slot * (rank + 0.5)


def _y(share: float) -> float:
    return _TOP + _H * (1 - share)


def _scale() -> str:
    return rows_of_grid(((_y(part / 4), f"{25 * part} %") for part in range(5)), left=_LEFT, right=_W - _RIGHT)


def _zones(classes: Sequence[ScoredClass], slot: float) -> str:
    parts, at = [], 0
    for region, members in groupby(row.region for row in classes):
        n = sum(1 for _ in members)
        left, width = _LEFT + slot * at, slot * n
        at += n
        if region is None:
            continue
        edge = f'<path class="band" d="M{left:.1f} {_TOP - 18}V{_TOP + _H}"/>' if left > _LEFT else ""
        words = f'<text x="{left + 6:.1f}" y="{_TOP - 9}">{region}</text>' if width >= 44 else ""
        parts.append(f'{edge}<rect class="zone {region}" x="{left:.1f}" y="{_TOP - 3}" width="{width:.1f}" '
                     f'height="3"/>{words}')  # fmt: skip
    return "".join(parts)


def _names(classes: Sequence[ScoredClass], slot: float, *, flat: bool) -> list[str]:
    base = _TOP + _H
    places = [
        f'x="{_x(i, slot):.1f}" y="{base + 18}" text-anchor="middle"'
        if flat
        else f'transform="translate({_x(i, slot) + 4:.1f} {base + 14}) rotate(-42)" text-anchor="end"'
        for i in range(len(classes))
    ]
    return [f"<text {place}>{escape(_short(row.label))}</text>" for place, row in zip(places, classes, strict=True)]


def _ranks(classes: int, slot: float) -> list[str]:
    base = _TOP + _H
    step = next((s for s in (1, 2, 5, 10, 20, 50) if classes / s <= 14), max(100, classes // 1400 * 100))
    ranks = sorted({1, *range(step, classes + 1, step)})
    marks = below(((_x(rank - 1, slot), f"{rank:,}") for rank in ranks), y=base + 17)
    return [marks, title_below("rank of the class, commonest first", x=_W / 2, y=base + 35)]


def _short(label: str) -> str:
    seen = plain(label) if label.strip() else quoted(label)
    return seen if len(seen) <= 17 else seen[:16] + "…"


def has_intervals(classes: int, runs: int) -> bool:
    """Return whether the drawing of so many recalls holds their intervals."""
    return classes * runs <= COLUMNS


def _marks(classes: Sequence[ScoredClass], slot: float, place: int, runs: Sequence[str]) -> str:
    step = min(11.0, 0.74 * slot / len(runs))
    offset, whiskers = (place - (len(runs) - 1) / 2) * step, has_intervals(len(classes), len(runs))
    drawn = []
    for i, row in enumerate(classes):
        recall = row.scores[place].recall
        if recall.value is None:
            continue
        x = _x(i, slot) + offset
        if whiskers and recall.low is not None and recall.high is not None:
            drawn.append(f'<path class="whisk s{place % 6}" d="M{x:.1f} {_y(recall.low):.1f}V{_y(recall.high):.1f}"/>')
        said = f"{quoted(row.label, longest=40)}, {plain(runs[place][:40])}: {metrics.told('share', recall)}"
        drawn.append(shape(place, x, _y(recall.value), f"<title>{escape(said)}</title>", small=step < 7))
    return "".join(drawn)


def _cloud(classes: Sequence[ScoredClass], slot: float, place: int) -> str:
    n = min(POINTS, len(classes))
    ranks = {round(i * (len(classes) - 1) / (n - 1)) for i in range(n)}
    points = [
        f"M{_x(i, slot):.0f} {_y(value):.0f}h0"
        for i in sorted(ranks)
        if (value := _value(classes[i], place)) is not None
    ]
    return f'<path class="cloud s{place % 6}" d="{"".join(points)}"/>'


def _value(row: ScoredClass, place: int) -> float | None:
    return row.scores[place].recall.value


def reliability(bins: Sequence[CalibrationBin], *, key: str) -> str:
    """Draw the share that is right in each bin of confidence, against what the confidence promises.

    Args:
        bins: The bins; empty ones are left out.
        key: What the ids of this chart begin with.
    """
    title = "Reliability: accuracy by confidence"
    filled = [found for found in bins if found.rows]
    if not filled:
        return empty(title, "There are no probabilities.")
    side, left, top, most = 230, 46, 10, max(found.rows for found in filled)
    marks = "".join(_bin(found, side, most) for found in filled)
    body = [unit_square(side, marks, left=left, top=top, across="confidence, %", up="right, %")]
    return chart("reliability", side + left + 14, side + top + 46, title, tendency(filled), body, key=key)


def _bin(found: CalibrationBin, side: int, most: int) -> str:
    x, y = side * found.confidence, side * (1 - found.accuracy)
    kind = "over" if found.confidence > found.accuracy else "under"
    radius = 2.5 + 7 * sqrt(found.rows / most)
    said = (
        f"{figures.counted(found.rows, 'row')}: confidence {figures.share(found.confidence)}, "
        f"right {figures.share(found.accuracy)}"
    )
    return (
        f'<path class="gap {kind}" d="M{x:.1f} {side - x:.1f}V{y:.1f}"/>'
        f'<circle class="bin {kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"><title>{escape(said)}</title></circle>'
    )


def tendency(bins: Sequence[CalibrationBin]) -> str:
    """Return in words to which side the confidence errs, by the rows in the bins below and above the diagonal."""
    rows = sum(found.rows for found in bins)
    over = sum(found.rows for found in bins if found.confidence > found.accuracy)
    if not rows:
        return "There are no probabilities."
    if over == rows:
        return "Overconfident in every bin: less is right than the confidence promises."
    if not over:
        return "Never overconfident: in each bin at least as much is right as the confidence promises."
    return f"Overconfident in bins that hold {figures.share(over, rows)} of the rows; the others promise too little."
