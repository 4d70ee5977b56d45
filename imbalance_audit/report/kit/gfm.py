"""GitHub-flavoured Markdown built as text: whatever comes from outside acts neither as Markdown nor as HTML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imbalance_audit.display import plain
from imbalance_audit.report.kit.quoting import message_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"[^\w ,;'\"/%.:=()·…–\u0080-\U0010ffff-]|_|(?<=www)\.|:(?=//)")


def escaped(value: str) -> str:
    """Escape text so that it acts neither as Markdown nor as HTML, nor mentions or links anything.

    >>> escaped("a|b *c* @team #1 <b>")
    'a&#124;b &#42;c&#42; &#64;&#8203;team &#35;&#8203;1 &#60;b&#62;'
    """

    def entity(found: re.Match[str]) -> str:
        character = found.group()
        # GitHub links @names and #numbers after it has decoded entities; a zero-width space stops that.
        return f"&#{ord(character)};" + ("&#8203;" if character in "@#" else "")

    return _SPECIAL.sub(entity, plain(value))


def code(value: str) -> str:
    """Return text as code: in an HTML element, because a backtick in a label would end a code span.

    >>> code("a`b@c")
    '<code>a&#96;b&#64;c</code>'
    """
    return f"<code>{_SPECIAL.sub(lambda found: f'&#{ord(found.group())};', plain(value))}</code>"


def message(value: str) -> str:
    """Return the message of a finding with its quoted labels as code."""
    return "".join(code(part) if is_label else escaped(part) for is_label, part in message_parts(value, longest=600))


def pipe_table(head: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[int] = ()) -> str:
    """Return a table; the columns in `right` are numbers."""
    numbers = set(right)
    rule = ["--:" if i in numbers else "---" for i in range(len(head))]
    lines = [head, rule, *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def folded(summary: str, body: str) -> str:
    """Return text that unfolds when its summary is clicked."""
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def cut(text: str, largest: int, file: str) -> str:
    """Return as many whole blocks of a text as fit, with what unfolds closed, and where the rest is."""
    kept = text.encode()[: largest - 200].decode(errors="ignore")
    kept = kept[: kept.rfind("\n\n")]
    open_details = kept.count("<details>") - kept.count("</details>")
    return kept + "\n\n</details>" * open_details + f"\n\n… cut here, see {file}\n"
