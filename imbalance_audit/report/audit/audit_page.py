"""The report for a browser: one file, no network, readable without scripts, in light, dark and print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import plain
from imbalance_audit.report.audit.audit_facts import Caps
from imbalance_audit.report.audit.audit_masthead import footer, masthead
from imbalance_audit.report.audit.class_counts import classes, groups, split_table
from imbalance_audit.report.audit.count_table import read
from imbalance_audit.report.audit.finding_cards import findings
from imbalance_audit.report.audit.rule_coverage import about, coverage
from imbalance_audit.report.audit.skew_section import distribution, skew
from imbalance_audit.report.kit.page import LARGEST, embeddable, fitted, page
from imbalance_audit.report.weights.weights_section import weights_section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imbalance_audit.advice.scheme_comparison import SchemeComparison
    from imbalance_audit.records import Audit, ClassWeights
    from imbalance_audit.report.audit.audit_facts import RuleText
    from imbalance_audit.report.audit.count_table import Contents
    from imbalance_audit.report.kit.markup import Markup
    from imbalance_audit.report.kit.page import Section
    from imbalance_audit.weights.diagnosis import Diagnosis


def render_html(
    audit: Audit,
    *,
    audit_json: str,
    rules: Mapping[str, RuleText],
    weights: ClassWeights | None = None,
    diagnosis: Diagnosis | None = None,
    comparison: SchemeComparison | None = None,
    command: str | None = None,
    floor: int | None = None,
) -> str:
    r"""Return the whole page. The same arguments give the same text.

    Args:
        audit: What is shown.
        audit_json: The text of audit.json, embedded unchanged under the id `audit` up to `LARGEST_EMBEDDED` bytes.
            Its `<` must be written as `\u003c`, or a label could close the script element that holds it.
        rules: Code → name and condition of every rule.
        weights: Weights computed from this audit.
        diagnosis: What these weights will do.
        comparison: What every scheme would do.
        command: The command that gives this report again.
        floor: The limit below which the policy calls a class rare, drawn as a line.

    Raises:
        ValueError: `audit_json` holds a `<`.
    """
    embedded = embeddable(audit_json, "audit.json")
    contents = read(audit, weights)

    def draw(caps: Caps) -> str:
        weighed = weights_section(audit, weights, diagnosis, comparison)
        return page(
            f"Label audit: {plain(audit.source.path)[:200]}",
            skip=("findings", "Skip to the findings"),
            masthead=masthead(audit),
            sections=_sections(audit, contents, caps, rules, weighed, command, floor),
            footer=footer(audit, weights.created_by if weights else None),
            data=("audit", embedded),
        )

    return fitted(draw, Caps(), LARGEST + len(embedded.encode()))


def _sections(
    audit: Audit,
    contents: Contents,
    caps: Caps,
    rules: Mapping[str, RuleText],
    weighed: Markup | None,
    command: str | None,
    floor: int | None,
) -> list[Section]:
    candidates = [
        ("findings", "Findings", findings(audit, caps)),
        ("distribution", "Distribution", distribution(contents, caps, floor)),
        ("skew", "Imbalance", skew(audit, contents, caps)),
        ("classes", "Classes", classes(audit, contents, caps)),
        ("by-split", "Class by split", split_table(contents, caps)),
        ("groups", "Groups", groups(audit)),
        ("weights", "Weights", weighed),
        ("rules", "Rules", coverage(audit, rules)),
        ("about", "About", about(audit, command, caps)),
    ]
    return [(anchor, words, body) for anchor, words, body in candidates if body is not None]
