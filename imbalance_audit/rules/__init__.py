"""The rules, in the order in which they print, and the one function that runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError, PolicyError, did_you_mean, unknown
from imbalance_audit.records import SEVERITIES
from imbalance_audit.rules import (
    baseline,
    groups,
    integrity,
    label_values,
    multilabel,
    regions,
    skew,
    splits,
    support,
    waivers,
    weighing,
)
from imbalance_audit.rules.policy import NO_LIMIT
from imbalance_audit.rules.rule import Evidence, Rule

if TYPE_CHECKING:
    from imbalance_audit.records import Coverage, Finding
    from imbalance_audit.rules.policy import Policy

__all__ = ["RULES", "Evidence", "Rule", "find_rule", "refuse_foreign_codes", "run_rules"]

RULES: tuple[Rule, ...] = (
    label_values.null_label,
    label_values.unknown_label,
    label_values.look_alike_label,
    label_values.empty_label,
    label_values.placeholder_label,
    label_values.gap_in_class_ids,
    label_values.wrong_type,
    label_values.out_of_range,
    support.rare_class,
    support.absent_from_split,
    support.only_outside_train,
    support.single_class,
    support.unseen_class,
    support.coarse_recall,
    skew.imbalance_ratio,
    skew.effective_classes,
    skew.low_entropy,
    skew.unequal_counts,
    skew.long_tail,
    splits.class_share_moved,
    splits.shares_moved,
    integrity.conflicting_labels,
    integrity.id_in_two_splits,
    integrity.repeated_row,
    integrity.group_in_two_splits,
    groups.label_follows_group,
    groups.class_in_one_group,
    multilabel.rare_beside_others,
    multilabel.uneven_labels,
    multilabel.no_positives,
    multilabel.cardinality_moved,
    regions.common_in_few_images,
    regions.few_images,
    regions.background,
    baseline.class_gone,
    baseline.class_new,
    baseline.count_moved,
    baseline.distribution_moved,
    weighing.stale_weights,
    weighing.foreign_classes,
    weighing.extreme_ratio,
    weighing.few_effective_samples,
    weighing.beta_saturated,
    weighing.smoothing_flips,
    waivers.expired_waiver,
)


def run_rules(evidence: Evidence) -> tuple[tuple[Finding, ...], tuple[Coverage, ...]]:
    """Return all findings, most severe first and then in the rules' order, and what became of each rule.

    Raises:
        PolicyError: the policy speaks of a rule that there is not.
    """
    refuse_foreign_codes(evidence.policy)
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
    raise OptionError(unknown("rule", code, known, way_out="`audit rules` lists them."))


def refuse_foreign_codes(policy: Policy) -> None:
    """Refuse a policy that speaks of a rule or a limit that there is not: it would silently not be judged.

    Raises:
        PolicyError: it does.
    """
    codes = [rule.code for rule in RULES]
    prefixes = (*policy.select, *policy.ignore, *(waiver.rule for waiver in policy.waivers))
    foreign = [name for name in prefixes if not name or not any(code.startswith(name) for code in codes)]
    foreign += [name for name in policy.rules if name not in codes]
    if foreign:
        known = [*codes, *{code[:3] for code in codes}]
        hint = did_you_mean(foreign[0], known)
        message = f"The policy speaks of a rule {quoted(foreign[0])} that there is not.{hint} `audit rules` lists them."
        raise PolicyError(message)
    for rule in RULES:
        said = policy.rules.get(rule.code)
        if said is not None and rule.limit == NO_LIMIT and (said.warning, said.error) != (None, None):
            message = f"{rule.code} {rule.name} has no limits, its condition alone decides: give it a severity."
            raise PolicyError(message)
