"""A section of a page, and the badge that stands for a state."""

from __future__ import annotations

from imbalance_audit.report.kit.markup import Markup, element, icon, join


def section(anchor: str, title: str, *children: str, lead: str = "") -> Markup:
    """Return a section of the page under its heading."""
    return element(
        "section",
        element("h2", title, id=f"{anchor}-h"),
        element("p", lead, class_="lead") if lead else Markup('<p class="lead"></p>'),
        join(children),
        id=anchor,
        aria_labelledby=f"{anchor}-h",
    )


def badge(kind: str, words: str, *, bare: bool = False) -> Markup:
    """Return words under a shape and a colour: an error, a warning, a note, a state of a rule."""
    return element("span", icon(kind), words, class_=f"badge {kind} bare" if bare else f"badge {kind}")
