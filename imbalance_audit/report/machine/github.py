"""The report for GitHub Actions: annotations in the log, and the page of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import plain
from imbalance_audit.report.audit.audit_facts import SEVERITY_NOUNS, coverage_line, severity_line
from imbalance_audit.report.machine.located import anchor

if TYPE_CHECKING:
    from imbalance_audit.records import Audit, Finding, Severity
    from imbalance_audit.report.machine.located import Policed

PER_KIND = 10
"""GitHub shows ten annotations of a kind for a step and drops the others in silence."""

STEP_SUMMARY = 1_000_000
"""Bytes of a step's summary; GitHub refuses one above 1 MiB, together with what was there before."""

_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


def render_annotations(audit: Audit, *, policy: Policed) -> str:
    """Return workflow commands, most severe first, at most ten of a kind; what is left out is counted in the tenth."""
    lines: list[str] = []
    for severity in SEVERITY_NOUNS:
        found = [finding for finding in audit.findings if finding.severity == severity]
        shown = found if len(found) <= PER_KIND else found[: PER_KIND - 1]
        lines += [_command(finding, audit, policy) for finding in shown]
        if len(found) > len(shown):
            codes = ", ".join(dict.fromkeys(finding.code for finding in found[len(shown) :]))
            left = f"{len(found) - len(shown):,} more {SEVERITY_NOUNS[severity][1]}, of {codes}"
            lines.append(f"::{_COMMANDS[severity]} title=audit::{_escaped(left)}")
    lines.append(f"audit: {severity_line(audit.findings)}; rules: {coverage_line(audit)}")
    lines += [
        f"audit: {rule.code} could not run: {plain(rule.reason or 'no reason given')}"
        for rule in audit.coverage
        if rule.state == "not_run"
    ]
    return "\n".join(lines) + "\n"


def fitting(markdown: str, *, before: int = 0) -> str:
    """Return a step's summary that is appended to `before` bytes, cut at a line where it would be too long."""
    room = STEP_SUMMARY - before
    if len(markdown.encode()) <= room:
        return markdown
    note = "\n\n*Cut here: the summary of this step is full.*\n"
    kept = markdown.encode()[: max(0, room - len(note.encode()))].decode(errors="ignore")
    return kept.rpartition("\n")[0] + note if kept else ""


def _command(finding: Finding, audit: Audit, policy: Policed) -> str:
    file, line = anchor(finding.code, audit, policy)
    where = f" [{plain(finding.split)}]" if finding.split is not None else ""
    title = f"{finding.code} {finding.name}{where}"
    place = f"file={_property(file)},line={line},title={_property(title)}"
    return f"::{_COMMANDS[finding.severity]} {place}::{_escaped(plain(finding.message))}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(plain(text)).replace(":", "%3A").replace(",", "%2C")
