"""The report for a terminal: plain text, coloured only when asked, nothing in it that acts on the terminal."""

from __future__ import annotations

from collections import Counter
from textwrap import wrap
from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.report.audit.audit_facts import (
    SEVERITY_NOUNS,
    coverage_line,
    group_findings,
    rows_line,
    severity_line,
    verdict,
)
from imbalance_audit.report.audit.count_table import read
from imbalance_audit.report.kit import figures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imbalance_audit.auditing.changes import Changes
    from imbalance_audit.records import Audit, Finding, Measures, Skew
    from imbalance_audit.report.audit.audit_facts import FindingGroup

_COLOURS = {"error": "31;1", "warning": "33", "info": "34", "fail": "31;1", "warn": "33;1", "pass": "32;1", "dim": "2"}
_VERDICTS = {"fail": "FAIL", "warn": "WARN", "pass": "PASS", "unchecked": "UNCHECKED"}
_PER_GROUP = 3
_PER_RULE = 50
_RAREST = 5
_GROUPS = 25


def render_summary(audit: Audit, *, width: int = 100, colour: bool = False) -> str:
    """Return what `audit scan` prints: verdict, skew, the rarest classes, findings, and what the rules did.

    Args:
        audit: What is shown.
        width: Columns of the terminal; lines are wrapped to it, at least 40.
        colour: Whether to write ANSI colours.
    """
    width = max(40, width)
    kind, headline = verdict(audit)
    lines = [_paint(f"{_VERDICTS[kind]}  {headline}: {severity_line(audit.findings)}", kind, colour)]
    lines += _hang("", plain(audit.source.path)[:400], width)
    unlabelled = f" · {figures.count(audit.counts.unlabelled)} without a label" if audit.counts.unlabelled else ""
    classes = figures.counted(len(audit.classes), "class", "classes")
    finger = audit.source.fingerprint[:12]
    lines += _hang("", f"{rows_line(audit)} · {classes}{unlabelled} · fingerprint {finger}", width)
    lines += ["", *_skew(audit.overall, colour)]
    lines += _rarest(audit, width)
    lines += _findings(audit, width, colour)
    lines += ["", *_coverage(audit, width)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def render_findings(audit: Audit | Sequence[Finding], *, colour: bool = False) -> str:
    """Return what `audit check` prints: a line for each finding.

    Args:
        audit: An audit, or findings of one.
        colour: Whether to write ANSI colours.
    """
    findings = audit.findings if hasattr(audit, "findings") else audit
    lines = []
    for finding in findings:
        where = f" [{plain(finding.split)[:40]}]" if finding.split is not None else ""
        severity = _paint(f"{finding.severity:<7}", finding.severity, colour)
        lines.append(f"{severity}  {plain(finding.code)} {plain(finding.name)}{where}: {plain(finding.message)}")
    return "".join(f"{line}\n" for line in lines)


def render_check(audit: Audit, *, colour: bool = False) -> str:
    """Return what `audit check` prints: a line for each finding, at most 50 a rule, and what the rules did."""
    seen: Counter[str] = Counter()
    lines: list[str] = []
    for finding in audit.findings:
        seen[finding.code] += 1
        if seen[finding.code] <= _PER_RULE:
            lines.append(render_findings((finding,), colour=colour))
    lines += [
        f"         {plain(code)} and {figures.counted(n - _PER_RULE, 'more finding')}, in --output-format json\n"
        for code, n in seen.items()
        if n > _PER_RULE
    ]
    return "".join(lines) + "".join(f"{line}\n" for line in _coverage(audit, 1000))


def render_changes(changes: Changes, earlier: str) -> str:
    """Return what changed since an earlier audit, for a terminal."""
    sizes = (("new", changes.new), ("resolved", changes.resolved), ("escalated", changes.escalated))
    lines = [f"Since {plain(earlier)}: " + ", ".join(f"{len(found):,} {word}" for word, found in sizes)]
    for word, found in sizes:
        told = [f"{word:<9}  {line}" for line in render_findings(found[:_PER_RULE]).splitlines()]
        left = len(found) - _PER_RULE
        lines += [*told, f"{word:<9}  and {figures.count(left)} more"] if left > 0 else told
    shown = [(name, *("–" if n is None else figures.number(n) for n in pair)) for name, *pair in changes.measures]
    return "".join(f"{line}\n" for line in [*lines, *(f"{name}: {old} → {new}" for name, old, new in shown)])


def _paint(text: str, kind: str, colour: bool) -> str:
    return f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m" if colour and kind in _COLOURS else text


def _hang(lead: str, text: str, width: int) -> list[str]:
    indent = " " * len(lead)
    lines = wrap(
        text, width, initial_indent=lead, subsequent_indent=indent, break_on_hyphens=False, drop_whitespace=True
    )
    return lines or [lead]


def _skew(skew: Skew, colour: bool) -> list[str]:
    head = ("", "classes", "ratio", "Hill 1", "Hill 2", "entropy", "Gini")
    rows = [head, ("as found", *_cells(skew.raw)), ("cleaned", *_cells(skew.clean))]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = [
        row[0].ljust(widths[0])
        + "".join("  " + cell.rjust(size) for cell, size in zip(row[1:], widths[1:], strict=True))
        for row in rows
    ]
    return [_paint(lines[0], "dim", colour), *lines[1:]]


def _cells(measures: Measures) -> tuple[str, ...]:
    return (
        figures.count(measures.classes),
        figures.ratio(measures.imbalance_ratio),
        figures.effective(measures.hill_1),
        figures.effective(measures.hill_2),
        figures.index(measures.normalised_entropy),
        figures.index(measures.gini),
    )


def _rarest(audit: Audit, width: int) -> list[str]:
    rows = read(audit).rows
    absent = sum(row.n == 0 for row in rows)
    present = sorted((row for row in rows if row.n), key=lambda row: (row.n, row.position))
    lines = []
    if present:
        tail = [f"{quoted(row.label, longest=30)} {figures.count(row.n)}" for row in present[:_RAREST]]
        lines += _hang("Rarest  ", " · ".join(tail), width)
    if absent:
        lines.append(f"Absent  {figures.counted(absent, 'class', 'classes')} of the index without a label")
    return ["", *lines] if lines else []


def _findings(audit: Audit, width: int, colour: bool) -> list[str]:
    groups = group_findings(audit.findings)
    lines: list[str] = []
    for group in groups[:_GROUPS]:
        lines += ["", *_group(group, width, colour)]
    left = sum(len(group.findings) for group in groups[_GROUPS:])
    return [*lines, "", f"and {figures.counted(left, 'more finding')}"] if left else lines


def _group(group: FindingGroup, width: int, colour: bool) -> list[str]:
    where = f" in {quoted(group.split, longest=40)}" if group.split is not None else ""
    number = f" ({figures.count(len(group.findings))})" if len(group.findings) > 1 else ""
    word = _paint(SEVERITY_NOUNS[group.severity][0], group.severity, colour)
    lines = [f"{word}  {plain(group.code)} {plain(group.name)}{where}{number}"]
    for finding in group.findings[:_PER_GROUP]:
        mark = f"{SEVERITY_NOUNS[finding.severity][0]}: " if finding.severity != group.severity else ""
        lines += _hang("    ", mark + plain(finding.message)[:600], width)
    left = len(group.findings) - _PER_GROUP
    return [*lines, f"    and {figures.count(left)} more"] if left > 0 else lines


def _coverage(audit: Audit, width: int) -> list[str]:
    lines = [f"Rules   {coverage_line(audit)}"]
    reasons: dict[str, list[str]] = {}
    for rule in audit.coverage:
        if rule.state == "not_run":
            reasons.setdefault(plain(rule.reason or "no reason given")[:300], []).append(plain(rule.code))
    for why, codes in reasons.items():
        lines += _hang(f"        {codes[0]}  ", f"could not run: {why}", width)
        if codes[1:]:
            lines += _hang(" " * (len(codes[0]) + 10), f"likewise {', '.join(codes[1:])}", width)
    return lines
