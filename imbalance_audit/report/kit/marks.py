"""The marks of a series: its colour, dash and shape, so that no series is told by colour alone."""

from __future__ import annotations

_SHAPES = (
    "M-4.2 0a4.2 4.2 0 1 0 8.4 0a4.2 4.2 0 1 0 -8.4 0z",
    "M0 -5.4l5.2 9.4h-10.4z",
    "M-3.8 -3.8h7.6v7.6h-7.6z",
    "M0 -5.6l5 5.6l-5 5.6l-5 -5.6z",
    "M0 5.4l5.2 -9.4h-10.4z",
    "M-1.6 -5h3.2v3.4h3.4v3.2h-3.4v3.4h-3.2v-3.4h-3.4v-3.2h3.4z",
)


def series_style(place: int) -> str:
    """Return the CSS classes of a line: the colour and the dash of the series at this place.

    >>> series_style(7)
    's1 d3'
    """
    return f"s{place % 6} d{place % 4}"


def shape(place: int, x: float, y: float, tip: str = "", *, small: bool = False) -> str:
    """Return the mark of the run at this place."""
    at = f'd="{_SHAPES[place % 6]}" transform="translate({x:.1f} {y:.1f}){" scale(.68)" if small else ""}"'
    return f'<path class="dot s{place % 6}" {at}>{tip}</path>' if tip else f'<path class="dot s{place % 6}" {at}/>'
