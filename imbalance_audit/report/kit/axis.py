"""Axes, drawn in one way: grid lines with their words, the words under an axis, and the square of two shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def rows_of_grid(ticks: Iterable[tuple[float, str]], *, left: float, right: float) -> str:
    """Return a line across the chart at each height, with its words on the left.

    >>> rows_of_grid([(10, "5 %")], left=50, right=90)
    '<path class="grid" d="M50 10.0H90"/><text x="42" y="14.0" text-anchor="end">5 %</text>'
    """
    return "".join(
        f'<path class="grid" d="M{left} {y:.1f}H{right}"/><text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">'
        f"{words}</text>"
        for y, words in ticks
    )


def column_of_grid(x: float, top: float, bottom: float, words: str, *, base: bool, start: bool = False) -> str:
    """Return a line down the chart, with its words below it, in the middle or from a little to its left on.

    Args:
        x: Where.
        top: Its upper end.
        bottom: Its lower end.
        words: What stands below.
        base: Whether this is the line that others are measured from.
        start: Whether the words begin here.
    """
    anchor = f'x="{x - 5:.1f}"' if start else f'x="{x:.1f}" text-anchor="middle"'
    return (
        f'<path class="{"base" if base else "grid"}" d="M{x:.1f} {top:.1f}V{bottom:.1f}"/>'
        f'<text {anchor} y="{bottom + 14:.1f}">{words}</text>'
    )


def below(ticks: Iterable[tuple[float, str]], *, y: float) -> str:
    """Return words at places along a horizontal axis.

    >>> below([(10, "1")], y=99)
    '<text x="10.0" y="99" text-anchor="middle">1</text>'
    """
    return "".join(f'<text x="{x:.1f}" y="{y}" text-anchor="middle">{words}</text>' for x, words in ticks)


def title_below(words: str, *, x: float, y: float) -> str:
    """Return what a horizontal axis counts."""
    return f'<text class="axis" x="{x:.0f}" y="{y}" text-anchor="middle">{words}</text>'


def unit_square(side: int, body: str, *, left: int, top: int, across: str, up: str) -> str:
    """Return a square of two shares, 0 to 100 % each, with its diagonal under what is drawn in it.

    Args:
        side: Its length.
        body: What is drawn in it, in its own coordinates.
        left: Where it begins.
        top: Where it begins.
        across: What the horizontal axis counts.
        up: What the vertical axis counts.
    """
    quarters = [(side * part / 4, str(25 * part)) for part in range(5)]
    grid = rows_of_grid([(side - at, words) for at, words in quarters], left=0, right=side)
    upright = f'<text class="axis" transform="rotate(-90)" x="{-side // 2}" y="-34" text-anchor="middle">{up}</text>'
    return (
        f'<g transform="translate({left} {top})">{grid}{below(quarters, y=side + 18)}'
        f'<path class="even" d="M0 {side}L{side} 0"/>{body}{title_below(across, x=side / 2, y=side + 36)}{upright}</g>'
    )
