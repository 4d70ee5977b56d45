"""The end of the page: what each rule did, and how to get this report again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.report.audit.audit_facts import coverage_line, order_line
from imbalance_audit.report.kit import figures
from imbalance_audit.report.kit.markup import element, message
from imbalance_audit.report.kit.sections import badge, section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imbalance_audit.records import Audit
    from imbalance_audit.report.audit.audit_facts import Caps, RuleText
    from imbalance_audit.report.kit.markup import Markup

_STATES = {"passed": "passed", "failed": "failed", "not_run": "could not run"}


def coverage(audit: Audit, rules: Mapping[str, RuleText]) -> Markup:
    """Return what became of each rule, those that could not run first."""
    order = {"not_run": 0, "failed": 1, "passed": 2}
    rows = []
    for rule in sorted(audit.coverage, key=lambda rule: (order[rule.state], rule.code)):
        known = rules.get(rule.code)
        condition = plain(known.condition) if known else ""
        reason = f"Could not run: {plain(rule.reason)[:400]}" if rule.reason else condition
        shape = {"failed": "error"}.get(rule.state, rule.state)
        state = badge(shape, _STATES[rule.state], bare=True)
        cells = [element("td", state), element("td", element("span", plain(rule.code), class_="mono"))]
        cells += [element("th", known.name if known else "", scope="row", class_="nowrap"), element("td", reason)]
        rows.append(element("tr", *cells))
    if not rows:
        body = element("p", "No rule was asked to run.", class_="empty")
    else:
        head = element("tr", *(element("th", name, scope="col") for name in ("State", "Code", "Rule", "Fails when")))
        table = element("table", element("thead", head), element("tbody", *rows))
        body = element("div", table, class_="tablebox", tabindex=0, role="region", aria_label="Rules")
    return section("rules", "Rules", element("div", body, class_="card"), lead=f"{coverage_line(audit)}.")


def about(audit: Audit, command: str | None, caps: Caps) -> Markup:
    """Return how the classes were ordered, what was odd, and the command that gives this report again."""
    notes = [element("li", plain(note)[:800]) for note in audit.source.notes[: caps.lines]]
    left = len(audit.source.notes) - len(notes)
    notes += [element("li", f"{figures.count(left)} more in audit.json")] if left else []
    parts = [
        element("h3", "Class order"),
        element("p", f"{audit.class_order.capitalize()}: {order_line(audit)}. Logits must follow it."),
    ]
    if audit.ignored:
        listed = ", ".join(quoted(label, longest=40) for label in audit.ignored[: caps.lines])
        more = f" and {len(audit.ignored) - caps.lines:,} more" if len(audit.ignored) > caps.lines else ""
        parts += [element("h3", "Ignored by choice"), element("p", message(listed), more)]
    parts += [element("h3", "Notes"), element("ul", *notes, class_="notes")] if notes else []
    if command:
        parts += [element("h3", "Reproduce"), element("pre", element("code", plain(command)[:2000]), tabindex=0)]
    return section("about", "About this audit", element("div", *parts, class_="card pad stack"))
