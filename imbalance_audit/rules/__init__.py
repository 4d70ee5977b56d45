"""The rules, in the order in which they print, and the one function that runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError, did_you_mean
from imbalance_audit.records import SEVERITIES
from imbalance_audit.rules import integrity, skew, support, values
from imbalance_audit.rules.rule import Evidence, Rule

if TYPE_CHECKING:
    from imbalance_audit.records import Coverage, Finding

__all__ = ["RULES", "Evidence", "Rule", "find_rule", "run_rules"]

RULES: tuple[Rule, ...] = (
    values.null_label,
    values.unknown_label,
    values.look_alike_label,
    values.empty_label,
    values.placeholder_label,
    values.gap_in_class_ids,
    support.rare_class,
    support.absent_from_split,
    support.only_outside_train,
    support.single_class,
    support.unseen_class,
    skew.imbalance_ratio,
    skew.effective_classes,
    integrity.conflicting_labels,
    integrity.id_in_two_splits,
)


def run_rules(evidence: Evidence) -> tuple[tuple[Finding, ...], tuple[Coverage, ...]]:
    """Return all findings, most severe first and then in the rules' order, and what became of each rule."""
    results = [rule.run(evidence) for rule in RULES]
    found = [finding for _, findings in results for finding in findings]
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))), tuple(c for c, _ in results)


def find_rule(code: str) -> Rule:
    """Return the rule of this code or name, in any case.

    Raises:
        OptionError: there is none.
    """
    for rule in RULES:
        if code.lower() in (rule.code.lower(), rule.name):
            return rule
    known = [name for rule in RULES for name in (rule.code, rule.name)]
    message = f"There is no rule {quoted(code)}.{did_you_mean(code, known)} `audit rules` lists them."
    raise OptionError(message)
