"""A chart as inline SVG with its text alternative. Colours are CSS classes of `style.css`."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

POINTS = 600
"""Marks of a series that are drawn at most."""

COLUMNS = 150
"""Classes that get a column each; more are drawn as an area."""


def chart(
    name: str, width: float, height: float, title: str, said: str, body: Sequence[str], *, key: str | None = None
) -> str:
    """Return a chart with its text alternative.

    Args:
        name: Its CSS class.
        width: Of its own coordinates.
        height: Of its own coordinates.
        title: What it shows.
        said: What there is to see in it.
        body: Its elements.
        key: What its ids begin with where a page has several of this name.
    """
    own = key or name
    return (
        f'<svg class="chart {name}" viewBox="0 0 {width} {height}" role="img" aria-labelledby="{own}-t {own}-d">'
        f'<title id="{own}-t">{escape(title)}</title><desc id="{own}-d">{escape(said)}</desc>{"".join(body)}</svg>'
    )


def empty(title: str, said: str) -> str:
    """Return the sentence that stands where there is nothing to draw."""
    return f'<p class="empty">{escape(title)}: {escape(said)}</p>'
