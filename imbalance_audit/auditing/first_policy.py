"""A first policy from the data as they are: the classes in order, and limits that these data keep."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from imbalance_audit.counting.label_faults import label_faults
from imbalance_audit.display import plain
from imbalance_audit.rules import RULES

if TYPE_CHECKING:
    from imbalance_audit.records import Audit
    from imbalance_audit.rules import Rule

_HEAD = """# Policy of `audit`: `audit rules` lists the rules, `audit explain CODE` tells what a limit counts.
# Inferred from {source}; edit it to what the data should be, not only to what they are.

fail-on = "error"

# In the order of the model's logits.
classes = [
{classes}]
"""


def draft_policy(audit: Audit) -> str:
    """Return the text of an audit.toml under which these data raise no warning that a limit decides.

    Errors stay errors, and the classes are those without dirt: a draft does not accept what is wrong.
    """
    totals = {label: n for label, n in audit.counts.per_label().items() if label not in audit.ignored}
    faults = label_faults(totals, unlabelled=0, declared=audit.classes if audit.declared else None)
    dirt = {*faults.empty, *faults.placeholders, *faults.unknown, *faults.stands_for}
    classes = "".join(f"    {_toml(name)},\n" for name in audit.classes if name not in dirt)
    text = _HEAD.format(source=plain(audit.source.path), classes=classes)
    for rule in RULES:
        warning = _kept(rule, audit)
        if warning is not None:
            text += f"\n[rules.{rule.code}] # {rule.name}: {rule.limit.unit}\nwarning = {warning}\n"
    return text


def _kept(rule: Rule, audit: Audit) -> float | int | None:
    """Return a warning limit, to two digits, that the worst warning of a rule keeps; None where there is none."""
    pairs = [
        (finding.observed, finding.limit)
        for finding in audit.findings
        if finding.code == rule.code and finding.severity == "warning"
    ]
    numbers = [
        (observed, limit)
        for observed, limit in pairs
        if isinstance(observed, int | float) and isinstance(limit, int | float)
    ]
    if not numbers or rule.limit.warning is None:
        return None
    limit = numbers[0][1]
    above = numbers[0][0] > limit
    worst = max(observed for observed, _ in numbers) if above else min(observed for observed, _ in numbers)
    if isinstance(limit, int) and isinstance(worst, int):
        return worst
    size = 10.0 ** (math.floor(math.log10(worst)) - 1) if worst > 0 else 1.0
    rounded = (math.ceil(worst / size) if above else math.floor(worst / size)) * size
    return float(f"{rounded:.3g}")


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
