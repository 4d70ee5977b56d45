"""The report for CI systems that read JUnit XML: a test case for each rule and split."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from imbalance_audit.display import plain
from imbalance_audit.report.audit.audit_facts import rule_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imbalance_audit.records import Audit, Coverage, Finding, Severity
    from imbalance_audit.report.audit.audit_facts import RuleText

LISTED = 50
"""Findings of one case that are written out; the rest are counted."""


def render_junit(audit: Audit, *, rules: Mapping[str, RuleText], failing: Sequence[Severity] = ("error",)) -> str:
    """Return the JUnit XML.

    Args:
        audit: What is shown.
        rules: Code → name and condition of every rule.
        failing: Severities that fail a case; others are told in its output.
    """
    cases = [case for rule in audit.coverage for case in _cases(rule, audit, rules, failing)]
    failures = sum("<failure" in case for case in cases)
    skipped = sum("<skipped" in case for case in cases)
    numbers = f'tests="{len(cases)}" failures="{failures}" errors="0"'
    suite = f'<testsuite name={_attribute(audit.source.path)} {numbers} skipped="{skipped}" time="0">'
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="audit" {numbers} time="0">\n{suite}\n'
    return head + "".join(cases) + "</testsuite>\n</testsuites>\n"


def _cases(rule: Coverage, audit: Audit, rules: Mapping[str, RuleText], failing: Sequence[Severity]) -> list[str]:
    name = rule_name(rule.code, rules) or rule.code
    if rule.state == "not_run":
        return [_case(rule.code, name, f"<skipped message={_attribute(rule.reason or 'no reason given')}/>")]
    found: dict[str | None, list[Finding]] = {split: [] for split in (None, *audit.counts.splits)}
    for finding in audit.findings:
        if finding.code == rule.code:
            found.setdefault(finding.split, []).append(finding)
    return [
        _case(rule.code, name if split is None else f"{name} [{split}]", _outcome(members, failing))
        for split, members in found.items()
    ]


def _case(code: str, name: str, inside: str) -> str:
    return f'<testcase classname={_attribute(f"audit.{code}")} name={_attribute(name)} time="0">{inside}</testcase>\n'


def _outcome(findings: Sequence[Finding], failing: Sequence[Severity]) -> str:
    bad = [finding for finding in findings if finding.severity in failing]
    rest = [finding for finding in findings if finding.severity not in failing]
    text = ""
    if bad:
        more = f" (and {len(bad) - 1:,} more)" if len(bad) > 1 else ""
        head = f"<failure type={_attribute(bad[0].severity)} message={_attribute(bad[0].message + more)}>"
        text += head + _lines(bad, remedy=bad[0].remedy) + "</failure>"
    return text + (f"<system-out>{_lines(rest)}</system-out>" if rest else "")


def _lines(findings: Sequence[Finding], *, remedy: str = "") -> str:
    lines = [f"{finding.severity}: {plain(finding.message)}" for finding in findings[:LISTED]]
    lines += [f"and {len(findings) - LISTED:,} more"] if len(findings) > LISTED else []
    return escape("\n".join([*lines, *([plain(remedy)] if remedy else [])]))


def _attribute(text: str) -> str:
    return quoteattr(plain(text)[:2000])
