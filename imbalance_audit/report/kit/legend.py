"""Samples of what a chart draws, to stand beside the names of its series."""

from __future__ import annotations

from imbalance_audit.report.kit.marks import series_style, shape


def line_key(place: int) -> str:
    """Return a sample of the line of the series at this place."""
    return _key(28, 10, f'<path class="line {series_style(place)}" d="M0 5H28"/>')


def mark_key(place: int) -> str:
    """Return the mark of the series at this place."""
    return _key(14, 14, shape(place, 7, 7))


def _key(width: int, height: int, drawn: str) -> str:
    return f'<svg class="key" width="{width}" height="{height}" aria-hidden="true">{drawn}</svg>'
