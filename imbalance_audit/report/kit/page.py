"""What every page for a browser is made of: one file, no network, no foreign script, its data inside."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from imbalance_audit.report.kit.markup import Markup, element, join, sprite

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LARGEST = 1_000_000
"""Bytes of a page, what is embedded not counted."""

LARGEST_EMBEDDED = 400_000
"""Bytes of data that are still embedded; larger ones are pointed at."""

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)

Section = tuple[str, str, Markup]
"""Id, words in the navigation, body."""


class Halving(Protocol):
    """How much of each list is shown, and how much at the next attempt."""

    def halved(self) -> Self:
        """Return the caps for a second, shorter attempt; at the end the same ones."""


_C = TypeVar("_C", bound=Halving)


def fitted(draw: Callable[[_C], str], caps: _C, largest: int) -> str:
    """Return what is drawn under the first caps that keep it within its bytes, or under the smallest ones."""
    while True:
        text = draw(caps)
        smaller = caps.halved()
        if len(text.encode()) <= largest or smaller == caps:
            return text
        caps = smaller


def embeddable(text: str, file: str) -> str:
    r"""Return the text of a JSON file as it is embedded: unchanged up to `LARGEST_EMBEDDED` bytes, else a pointer.

    Args:
        text: The JSON. Its `<` must be written as `\u003c`, or a label could close the script element that holds it.
        file: The name of the file, such as `audit.json`.

    Raises:
        ValueError: the text holds a `<`.
    """
    if "<" in text:
        unescaped = f"{file} holds '<'. Write it as \\u003c, so that no label can end the script element."
        raise ValueError(unescaped)
    return text if len(text.encode()) <= LARGEST_EMBEDDED else pointer(file)


def pointer(file: str) -> str:
    """Return what is embedded instead of data that are too large."""
    return f'{{"format": "imbalance-audit/pointer", "version": 1, "see": "{file}"}}'


def page(
    title: str,
    *,
    skip: tuple[str, str],
    masthead: Markup,
    sections: Sequence[Section],
    footer: Markup,
    data: tuple[str, str],
    styles: Sequence[str] = ("style.css",),
) -> str:
    """Return a whole page.

    Args:
        title: What the window is called.
        skip: Id and words of what a keyboard may jump to.
        masthead: The head of the page.
        sections: What follows, in order.
        footer: The closing line.
        data: Id and text of the embedded JSON.
        styles: The style sheets of this folder, in order.
    """
    anchor, words = skip
    body = element(
        "body",
        sprite(),
        element("a", words, class_="skip", href=f"#{anchor}"),
        masthead,
        _navigation(sections),
        element("main", join((body for _, _, body in sections), "\n")),
        footer,
        Markup(f'\n<script type="application/json" id="{data[0]}">{data[1]}</script>\n'),
        element("script", Markup("\n" + asset("page.js"))),
    )
    return f"<!DOCTYPE html>\n{element('html', _head(title, styles), body, lang='en')}\n"


def _head(title: str, styles: Sequence[str]) -> Markup:
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name_="color-scheme", content="light dark"),
        element("title", title),
        element("link", rel="icon", href="data:,"),
        element("style", Markup("\n" + "".join(asset(name) for name in styles))),
    )


def _navigation(sections: Sequence[Section]) -> Markup:
    links = [element("li", element("a", words, href=f"#{anchor}")) for anchor, words, _ in sections]
    return element("nav", element("ul", *links), aria_label="Sections")


@cache
def asset(name: str) -> str:
    """Return a style sheet or script of this folder."""
    return files("imbalance_audit.report.kit").joinpath(name).read_text(encoding="utf-8")
