"""What is wrong: findings by rule and split, with the limit, what is affected and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.report.audit.audit_facts import SEVERITY_NOUNS, group_findings, severity_line
from imbalance_audit.report.kit import figures
from imbalance_audit.report.kit.markup import Markup, element, icon, message
from imbalance_audit.report.kit.quoting import told
from imbalance_audit.report.kit.sections import badge, section

if TYPE_CHECKING:
    from imbalance_audit.records import Audit, Finding
    from imbalance_audit.report.audit.audit_facts import Caps, FindingGroup


def findings(audit: Audit, caps: Caps) -> Markup:
    """Return the findings, most severe first."""
    groups = group_findings(audit.findings)
    if not groups:
        ran = any(rule.state != "not_run" for rule in audit.coverage)
        words = "No rule found anything wrong." if ran else "No rule ran, so nothing was checked."
        shape = icon("passed" if ran else "not_run")
        return section("findings", "Findings", element("div", shape, element("p", words), class_="card clear"))
    cards = [_card(place, group, caps) for place, group in enumerate(groups[: caps.groups])]
    left = sum(len(group.findings) for group in groups[caps.groups :])
    if left:
        cards.append(element("p", f"{figures.counted(left, 'more finding')} in audit.json.", class_="rest"))
    return section("findings", "Findings", *cards, lead=f"{severity_line(audit.findings)}, by rule and split.")


def _card(place: int, group: FindingGroup, caps: Caps) -> Markup:
    members = group.findings
    lifted = _common(members)
    shown, rest = members[: caps.shown], members[caps.shown : caps.listed]
    kind = "compact" if len(members) > caps.shown else None
    parts = [_head(group, lifted), element("ul", *(_item(f, group, lifted) for f in shown), class_=kind)]
    if rest:
        items = element("ul", *(_item(f, group, lifted) for f in rest), class_=kind)
        parts.append(element("details", element("summary", f"Show {figures.count(len(rest))} more"), items))
    left = len(members) - len(shown) - len(rest)
    if left:
        parts.append(element("p", f"{figures.count(left)} more in audit.json", class_="rest"))
    parts.append(_remedy(group))
    return element("article", *parts, class_=f"card finding {group.severity}", id=f"finding-{place}")


def _common(members: tuple[Finding, ...]) -> set[str]:
    """Return the facts that all findings of a group share, so that they are told once."""
    if len(members) == 1:
        return set()
    return {fact for fact in ("observed", "limit") if len({getattr(finding, fact) for finding in members}) == 1}


def _head(group: FindingGroup, lifted: set[str]) -> Markup:
    members = group.findings
    rows = sum(finding.rows for finding in members)
    tally = [figures.counted(len(members), "finding")]
    tally += [f"{figures.counted(rows, 'row')} affected"] if rows and len(members) > 1 else []
    facts = _facts(members[0], lifted)
    chip = element("span", f"split {quoted(group.split, longest=40)}", class_="chip") if group.split is not None else ""
    return element(
        "header",
        badge(group.severity, SEVERITY_NOUNS[group.severity][0]),
        element("h3", element("span", plain(group.code), class_="mono"), plain(group.name)),
        chip,
        element("span", *facts, class_="facts") if facts else "",
        element("span", " · ".join(tally), class_="tally"),
    )


def _facts(finding: Finding, wanted: set[str]) -> list[Markup]:
    words = (("observed", "found ", finding.observed), ("limit", "limit ", finding.limit))
    return [
        element("span", name, element("b", _value(value)))
        for fact, name, value in words
        if fact in wanted and value is not None
    ]


def _item(finding: Finding, group: FindingGroup, lifted: set[str]) -> Markup:
    facts = _facts(finding, {"observed", "limit"} - lifted)
    if finding.rows and finding.rows != finding.observed:
        facts.append(
            element("span", element("b", figures.count(finding.rows)), " rows" if finding.rows > 1 else " row")
        )
    if finding.examples:
        seen = [element("code", told(example)) for example in finding.examples[:5]]
        more = f" and {len(finding.examples) - 5:,} more" if len(finding.examples) > 5 else ""
        facts.append(element("span", "such as ", *_spaced(seen), more))
    mixed = finding.severity != group.severity
    word = badge(finding.severity, SEVERITY_NOUNS[finding.severity][0], bare=True) if mixed else ""
    sentence = element("p", word, " " if mixed else "", message(finding.message))
    return element("li", sentence, element("div", *facts, class_="facts") if facts else "")


def _spaced(parts: list[Markup]) -> list[str]:
    return [piece for part in parts for piece in (part, " ")][:-1]


def _value(value: float | int | str) -> str:
    if isinstance(value, str):
        return plain(value)[:200]
    return figures.number(value)


def _remedy(group: FindingGroup) -> Markup:
    remedies = list(dict.fromkeys(finding.remedy for finding in group.findings if finding.remedy))
    if not remedies:
        return Markup("")
    steps = [element("p", message(remedy)) for remedy in remedies[:3]]
    return element("details", element("summary", "What to do"), *steps, class_="remedy")
