"""The head of the page: what was audited, the verdict and why, the few numbers that matter most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.report.audit.audit_facts import (
    SEVERITY_NOUNS,
    coverage_line,
    group_findings,
    severity_line,
    size,
    verdict,
)
from imbalance_audit.report.audit.count_table import ordered_splits
from imbalance_audit.report.kit import figures
from imbalance_audit.report.kit.markup import element, icon

if TYPE_CHECKING:
    from imbalance_audit.records import Audit
    from imbalance_audit.report.kit.markup import Markup

_ICONS = {"fail": "error", "warn": "warning", "pass": "passed", "unchecked": "not_run"}
_REASONS = 4


def masthead(audit: Audit) -> Markup:
    """Return the title, the identity of the source, and the verdict strip."""
    source = audit.source
    facts = (
        ("Format", source.kind),
        ("Unit", source.unit),
        ("Task", source.task),
        ("Splits", ", ".join(plain(split) for split in ordered_splits(audit)[:12]) or "none"),
    )
    about = [element("div", element("dt", name), element("dd", value)) for name, value in facts]
    finger = element("code", source.fingerprint[:12], title=f"SHA-256 {source.fingerprint}")
    about.append(element("div", element("dt", "Fingerprint"), element("dd", finger)))
    return element(
        "header",
        element("p", "Label audit", class_="eyebrow"),
        element("h1", plain(source.path)[:600]),
        element("dl", *about, class_="about"),
        element("div", _ruling(audit), _tiles(audit), class_="verdict"),
        class_="masthead",
    )


def _ruling(audit: Audit) -> Markup:
    kind, headline = verdict(audit)
    reasons = []
    groups = group_findings(audit.findings)
    for place, group in enumerate(groups[:_REASONS]):
        where = f" in {quoted(group.split, longest=30)}" if group.split is not None else ""
        times = f", {len(group.findings):,} times" if len(group.findings) > 1 else ""
        word = element("span", icon(group.severity), SEVERITY_NOUNS[group.severity][0], class_="badge bare")
        link = element("a", f"{group.name}{where}{times}", href=f"#finding-{place}")
        reasons.append(element("li", element("span", word, class_=group.severity), element("span", link)))
    if len(groups) > _REASONS:
        more = figures.counted(len(groups) - _REASONS, "more kind of finding", "more kinds of findings")
        reasons.append(element("li", element("a", f"and {more}", href="#findings")))
    return element(
        "div",
        element("h2", icon(_ICONS[kind]), headline),
        element("p", severity_line(audit.findings)),
        element("ul", *reasons, class_="why") if reasons else "",
        element("p", "Rules: ", element("a", coverage_line(audit), href="#rules"), class_="ran"),
        class_=f"ruling {kind}",
    )


def _tiles(audit: Audit) -> Markup:
    clean = audit.overall.clean
    unlabelled = audit.counts.unlabelled
    rarest = quoted(clean.smallest, longest=40) if clean.smallest is not None else "no class has a label"
    tiles = (
        size(audit),
        ("Classes", figures.count(len(audit.classes)), f"{figures.count(clean.classes)} occur"),
        ("Imbalance ratio", figures.ratio(clean.imbalance_ratio), "commonest to rarest class"),
        ("Effective classes", figures.effective(clean.hill_2), "as many equally common ones (Hill 2)"),
        ("Rarest class", figures.counted(clean.smallest_count, "label"), rarest),
        ("Without a label", figures.count(unlabelled), figures.share(unlabelled, audit.counts.total_samples)),
    )
    cells = [
        element(
            "div",
            element("dt", name),
            element("dd", value, class_="big"),
            element("dd", small, class_="small"),
        )
        for name, value, small in tiles
    ]
    return element("dl", *cells, class_="tiles")


def footer(audit: Audit, version: str | None) -> Markup:
    """Return the closing line."""
    made = f"Made by {version}. " if version else ""
    return element("footer", element("p", f"{made}Rules: {coverage_line(audit)}. Every row was counted; no sampling."))
