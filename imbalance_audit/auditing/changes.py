"""What changed between two audits: findings that are new, gone or graver, and the numbers beside each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imbalance_audit.records import SEVERITIES

if TYPE_CHECKING:
    from imbalance_audit.records import Audit, Finding


@dataclass(frozen=True)
class Changes:
    """Two audits side by side.

    Attributes:
        new: Findings that the earlier audit did not have.
        resolved: Findings of the earlier audit that are gone.
        escalated: Findings that were less severe.
        measures: (name, before, now) of every number that changed.
    """

    new: tuple[Finding, ...]
    resolved: tuple[Finding, ...]
    escalated: tuple[Finding, ...]
    measures: tuple[tuple[str, float | None, float | None], ...]


def changes_between(audit: Audit, earlier: Audit) -> Changes:
    """Return what changed. Both should be judged under one policy, or a change of limits is taken for one of data."""
    before = {finding.identity: finding for finding in earlier.findings}
    now = {finding.identity: finding for finding in audit.findings}
    return Changes(
        new=tuple(finding for key, finding in now.items() if key not in before),
        resolved=tuple(finding for key, finding in before.items() if key not in now),
        escalated=tuple(
            finding
            for key, finding in now.items()
            if key in before and SEVERITIES.index(finding.severity) < SEVERITIES.index(before[key].severity)
        ),
        measures=tuple(
            (name, old, new)
            for (name, old), (_, new) in zip(_numbers(earlier), _numbers(audit), strict=True)
            if old != new
        ),
    )


def _numbers(audit: Audit) -> list[tuple[str, float | None]]:
    clean = audit.overall.clean
    return [
        ("samples", audit.counts.total_samples),
        ("without a label", audit.counts.unlabelled),
        ("classes", clean.classes),
        ("imbalance ratio", clean.imbalance_ratio),
        ("Hill 1", clean.hill_1),
        ("Hill 2", clean.hill_2),
        ("normalised entropy", clean.normalised_entropy),
        ("Gini", clean.gini),
    ]
