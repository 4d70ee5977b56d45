"""The report for a browser: one file, no network, readable without scripts, in light, dark and print."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from imbalance_audit.display import plain
from imbalance_audit.report.contents import Caps
from imbalance_audit.report.markup import Markup, element, join, sprite
from imbalance_audit.report.sections.classes import classes, groups, split_table
from imbalance_audit.report.sections.closing import about, coverage
from imbalance_audit.report.sections.findings import findings
from imbalance_audit.report.sections.overview import footer, masthead, navigation
from imbalance_audit.report.sections.skew import distribution, skew
from imbalance_audit.report.sections.weights import weights_section
from imbalance_audit.report.tables import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imbalance_audit.records import Audit, ClassWeights
    from imbalance_audit.report.contents import RuleText
    from imbalance_audit.report.tables import Contents
    from imbalance_audit.weights.comparison import Comparison
    from imbalance_audit.weights.diagnosis import Diagnosis

LARGEST = 1_000_000
"""Bytes of a page, the embedded audit not counted."""

LARGEST_EMBEDDED = 400_000
"""Bytes of an audit that is still embedded; a larger one is pointed at."""

ELSEWHERE = '{"format": "imbalance-audit/pointer", "version": 1, "see": "audit.json"}'
"""What is embedded instead of an audit that is too large."""

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)


def render_html(
    audit: Audit,
    *,
    audit_json: str,
    rules: Mapping[str, RuleText],
    weights: ClassWeights | None = None,
    diagnosis: Diagnosis | None = None,
    comparison: Comparison | None = None,
    command: str | None = None,
    floor: int | None = None,
) -> str:
    r"""Return the whole page. The same arguments give the same text.

    Args:
        audit: What is shown.
        audit_json: The text of audit.json, embedded unchanged under the id `audit` up to `LARGEST_EMBEDDED` bytes.
            Its `<` must be written as `\u003c`, or a label could close the script element that holds it.
        rules: Code → name and condition of every rule.
        weights: Weights computed from this audit.
        diagnosis: What these weights will do.
        comparison: What every scheme would do.
        command: The command that gives this report again.
        floor: The limit below which the policy calls a class rare, drawn as a line.

    Raises:
        ValueError: `audit_json` holds a `<`.
    """
    if "<" in audit_json:
        unescaped = r"audit_json holds '<'. Write it as \u003c, so that no label can end the script element."
        raise ValueError(unescaped)
    embedded = audit_json if len(audit_json.encode()) <= LARGEST_EMBEDDED else ELSEWHERE
    contents, caps = read(audit, weights), Caps()
    while True:
        weighed = weights_section(audit, weights, diagnosis, comparison)
        sections = _sections(audit, contents, caps, rules, weighed, command, floor)
        page = _page(audit, sections, embedded, weights)
        smaller = caps.halved()
        if len(page.encode()) - len(embedded.encode()) <= LARGEST or smaller == caps:
            return page
        caps = smaller


def _sections(
    audit: Audit,
    contents: Contents,
    caps: Caps,
    rules: Mapping[str, RuleText],
    weighed: Markup | None,
    command: str | None,
    floor: int | None,
) -> list[tuple[str, str, Markup]]:
    candidates = [
        ("findings", "Findings", findings(audit, caps)),
        ("distribution", "Distribution", distribution(contents, caps, floor)),
        ("skew", "Imbalance", skew(audit, contents, caps)),
        ("classes", "Classes", classes(audit, contents, caps)),
        ("by-split", "Class by split", split_table(contents, caps)),
        ("groups", "Groups", groups(audit)),
        ("weights", "Weights", weighed),
        ("rules", "Rules", coverage(audit, rules)),
        ("about", "About", about(audit, command, caps)),
    ]
    return [(anchor, words, body) for anchor, words, body in candidates if body is not None]


def _page(audit: Audit, sections: list[tuple[str, str, Markup]], embedded: str, weights: ClassWeights | None) -> str:
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name_="color-scheme", content="light dark"),
        element("title", f"Label audit: {plain(audit.source.path)[:200]}"),
        element("link", rel="icon", href="data:,"),
        element("style", Markup("\n" + _asset("style.css"))),
    )
    body = element(
        "body",
        sprite(),
        element("a", "Skip to the findings", class_="skip", href="#findings"),
        masthead(audit),
        navigation([(anchor, words) for anchor, words, _ in sections]),
        element("main", join((body for _, _, body in sections), "\n")),
        footer(audit, weights.created_by if weights else None),
        Markup(f'\n<script type="application/json" id="audit">{embedded}</script>\n'),
        element("script", Markup("\n" + _asset("page.js"))),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


@cache
def _asset(name: str) -> str:
    return files("imbalance_audit.report").joinpath(name).read_text(encoding="utf-8")
