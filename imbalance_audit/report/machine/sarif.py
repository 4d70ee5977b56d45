"""The report for code scanning: SARIF 2.1.0 that GitHub accepts, every result with a location."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from imbalance_audit.display import plain
from imbalance_audit.report.machine.located import anchor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imbalance_audit.records import Audit, Finding, Severity
    from imbalance_audit.report.audit.audit_facts import RuleText
    from imbalance_audit.report.machine.located import Policed

RESULTS = 5000
"""GitHub shows the first 5,000 results of a run."""

_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}


def render_sarif(audit: Audit, *, rules: Mapping[str, RuleText], policy: Policed, version: str) -> str:
    """Return the SARIF log.

    Args:
        audit: What is shown.
        rules: Code → name and condition of every rule.
        policy: The policy file, at whose lines results are shown.
        version: The version of this program.
    """
    codes = list(dict.fromkeys([*rules, *(finding.code for finding in audit.findings)]))
    driver = {
        "name": "imbalance_audit",
        "version": version,
        "rules": [_rule(code, rules.get(code)) for code in codes],
    }
    left = len(audit.findings) - RESULTS
    notes = [
        _notification("note", f"{rule.code} could not run: {rule.reason or 'no reason given'}")
        for rule in audit.coverage
        if rule.state == "not_run"
    ]
    notes += [_notification("warning", f"{left:,} more results are in audit.json")] if left > 0 else []
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
        "results": [_result(finding, audit, policy, codes) for finding in audit.findings[:RESULTS]],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=1) + "\n"


def _rule(code: str, text: RuleText | None) -> dict[str, Any]:
    if text is None:
        return {"id": code}
    return {"id": code, "name": text.name, "shortDescription": {"text": " ".join(text.condition.split())}}


def _notification(level: str, text: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": plain(text)}}


def _result(finding: Finding, audit: Audit, policy: Policed, codes: list[str]) -> dict[str, Any]:
    file, line = anchor(finding.code, audit, policy)
    where = f" [{plain(finding.split)}]" if finding.split is not None else ""
    place = {"artifactLocation": {"uri": quote(file.replace("\\", "/"))}, "region": {"startLine": line}}
    return {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": _LEVELS[finding.severity],
        "message": {"text": plain(f"{finding.message}{where}. {finding.remedy}")},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"ruleSplitClass/v1": _fingerprint(finding)},
    }


def _fingerprint(finding: Finding) -> str:
    """Return what stays the same while numbers change: rule, split, class; without a class also the words."""
    return hashlib.sha256(json.dumps(finding.identity).encode()).hexdigest()
