"""HTML built as values: whatever is not already `Markup` is escaped, and nothing invisible passes."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from imbalance_audit.display import plain
from imbalance_audit.report.kit.quoting import message_parts, shown, told

if TYPE_CHECKING:
    from collections.abc import Iterable

_VOID = {"br", "hr", "input", "link", "meta", "col"}


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def text(value: str) -> Markup:
    r"""Escape text for HTML, attributes included; controls and invisible characters become their escapes.

    >>> text('<b>&"\x1b')
    '&lt;b&gt;&amp;&quot;\\x1b'
    """
    if isinstance(value, Markup):
        return value
    visible = value if value.isprintable() else "\n".join(plain(line) for line in value.split("\n"))
    return Markup(escape(visible))


def element(name: str, *children: str, **attributes: str | int | bool | None) -> Markup:
    """Return an element. `class_` gives `class`, `aria_label` gives `aria-label`; None and False leave one out.

    >>> element("td", "<1>", class_="n", hidden=True, title=None)
    '<td class="n" hidden>&lt;1&gt;</td>'
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{text(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(children)}</{name}>")


def join(parts: Iterable[str], separator: str = "") -> Markup:
    """Concatenate, escaping what is not markup."""
    return Markup(separator.join(text(part) for part in parts))


def label(value: str | None, *, always_quoted: bool = False) -> Markup:
    """Return a class name for a table cell: isolated from the direction of its neighbours, in full as its title."""
    if value is None:
        return element("em", "no label", class_="nolabel")
    seen = told(value) if always_quoted else shown(value)
    cut = plain(value)[:400] if len(value) > 80 else None
    return element("bdi", seen, class_="label" if seen == value else "label odd", title=cut)


def message(value: str) -> Markup:
    """Return the message of a finding with its quoted labels set apart."""
    return join(element("code", part) if is_label else part for is_label, part in message_parts(value))


def icon(name: str) -> Markup:
    """Return a shape of the sprite that `sprite` defines; the words beside it carry the meaning."""
    return Markup(f'<svg class="icon" aria-hidden="true"><use href="#i-{name}"/></svg>')


_SHAPES = {
    "error": '<path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" fill="currentColor"/><path class="cut" d="M5 5l6 6M11 5l-6 6"/>',
    "warning": '<path d="M8 1l7.5 14H.5z" fill="currentColor"/><path class="cut" d="M8 6v4M8 11.7v1.3"/>',
    "info": '<circle cx="8" cy="8" r="7" fill="currentColor"/><path class="cut" d="M8 7v5M8 3.7V5"/>',
    "passed": '<rect x="1" y="1" width="14" height="14" rx="3" fill="currentColor"/>'
    '<path class="cut" d="M4 8.3l2.8 2.8L12 5.2"/>',
    "not_run": '<rect x="1.8" y="1.8" width="12.4" height="12.4" rx="6.2" fill="none" stroke="currentColor" '
    'stroke-width="1.6" stroke-dasharray="2.6 2"/><path d="M5 8h6" stroke="currentColor" stroke-width="1.8"/>',
}


def sprite() -> Markup:
    """Return the shapes of the badges, defined once a page."""
    symbols = "".join(f'<symbol id="i-{name}" viewBox="0 0 16 16">{body}</symbol>' for name, body in _SHAPES.items())
    return Markup(f'<svg width="0" height="0" style="position:absolute" aria-hidden="true">{symbols}</svg>')
