"""POL: whether the policy itself is in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import plain
from imbalance_audit.rules.rule import rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imbalance_audit.records import Finding
    from imbalance_audit.rules.rule import Evidence, Rule


@rule(
    "POL001",
    "expired-waiver",
    remedy="Mend what it waived, or decide again: give it a new day and a reason that holds until then.",
)
def expired_waiver(rule: Rule, evidence: Evidence) -> Iterator[Finding]:
    """A waiver's last day is over: it waives nothing any more."""
    for waiver in evidence.policy.waivers:
        if not evidence.policy.holds(waiver):
            message = f"the waiver of {waiver.rule} expired on {waiver.expires}: {plain(waiver.reason)}"
            yield rule.finding(
                "error",
                message,
                split=waiver.split,
                label=waiver.label,
                observed=str(waiver.expires),
                limit=waiver.rule,
            )
