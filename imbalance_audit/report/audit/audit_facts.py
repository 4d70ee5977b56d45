"""What every format shows, in which order and how much: the common reading of an audit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from imbalance_audit.display import plain, quoted
from imbalance_audit.report.kit import figures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imbalance_audit.records import Audit, Finding, Measures, Severity, State, Unit

Ruling = Literal["fail", "warn", "pass", "unchecked"]

SEVERITY_NOUNS: dict[Severity, tuple[str, str]] = {
    "error": ("error", "errors"),
    "warning": ("warning", "warnings"),
    "info": ("note", "notes"),
}

CLASS_ORDERS = {
    "declared": "as declared by the source or by --classes",
    "numeric": "integers sorted as numbers: the order of numpy.unique and scikit-learn on integer labels",
    "lexical": "sorted by code point: the order of torchvision's ImageFolder and of scikit-learn on strings",
    "natural": "digits inside names sorted as numbers (img2 before img10): the order of timm's folder reader",
}

WHOLES: dict[Unit, tuple[str, str, str]] = {
    "box": ("image", "box", "boxes"),
    "pixel": ("image", "pixel", "pixels"),
    "token": ("sentence", "token", "tokens"),
}
"""Units of which a sample has many → the sample, and one and several of the unit."""

STATES: tuple[State, ...] = ("passed", "failed", "not_run")


@dataclass(frozen=True)
class RuleText:
    """How a rule is named in the coverage table.

    Attributes:
        name: The rule's name, such as `absent-from-split`.
        condition: When it fails, one sentence.
    """

    name: str
    condition: str


@dataclass(frozen=True)
class Caps:
    """How much of each list is shown; what is left out is always counted."""

    classes: int = 1000
    shown: int = 8
    listed: int = 200
    groups: int = 200
    splits: int = 12
    lines: int = 60

    def halved(self) -> Caps:
        """Return the caps for a second, shorter attempt."""
        return Caps(
            classes=max(2, self.classes // 2),
            shown=max(1, self.shown // 2),
            listed=max(1, self.listed // 2),
            groups=max(1, self.groups // 2),
            splits=max(1, self.splits - 2),
            lines=max(1, self.lines // 2),
        )


class FindingGroup(NamedTuple):
    """The findings of one rule about one split."""

    code: str
    name: str
    split: str | None
    severity: Severity
    findings: tuple[Finding, ...]


def group_findings(findings: Sequence[Finding]) -> tuple[FindingGroup, ...]:
    """Return the findings by code and split, the most severe group first, in the order of the findings."""
    ranks: dict[Severity, int] = {severity: i for i, severity in enumerate(SEVERITY_NOUNS)}
    groups: dict[tuple[str, str | None], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.code, finding.split), []).append(finding)
    made = [
        FindingGroup(
            code, members[0].name, split, min((f.severity for f in members), key=lambda s: ranks[s]), tuple(members)
        )
        for (code, split), members in groups.items()
    ]
    return tuple(sorted(made, key=lambda group: (ranks[group.severity], group.code, group.split or "")))


def severities(findings: Sequence[Finding]) -> dict[Severity, int]:
    """Return severity → number of findings, most severe first, none left out."""
    return {severity: sum(f.severity == severity for f in findings) for severity in SEVERITY_NOUNS}


def severity_line(findings: Sequence[Finding]) -> str:
    """Return the numbers of findings in words, without the severities that do not occur."""
    parts = [figures.counted(n, *SEVERITY_NOUNS[severity]) for severity, n in severities(findings).items() if n]
    return " · ".join(parts) or "no findings"


def verdict(audit: Audit) -> tuple[Ruling, str]:
    """Return the verdict and its headline. Without a rule that ran there is none to pass."""
    numbers = severities(audit.findings)
    if numbers["error"]:
        return "fail", "Errors found"
    if numbers["warning"]:
        return "warn", "Warnings, no errors"
    if not any(rule.state != "not_run" for rule in audit.coverage) and not audit.findings:
        return "unchecked", "No rule ran"
    return "pass", "No errors, no warnings"


def coverage_line(audit: Audit) -> str:
    """Return how many rules passed, failed and could not run."""
    states = [rule.state for rule in audit.coverage]
    return (
        f"{states.count('passed')} passed · {states.count('failed')} failed · {states.count('not_run')} could not run"
    )


def measure_lines(measures: Measures) -> tuple[tuple[str, str], ...]:
    """Return (name, value) of every measure, for people."""

    def extreme(label: str | None, n: int) -> str:
        return figures.NONE if label is None else f"{quoted(label, longest=40)} {figures.count(n)}"

    return (
        ("Classes that occur", figures.count(measures.classes)),
        ("Labels", figures.count(measures.instances)),
        ("Imbalance ratio", figures.ratio(measures.imbalance_ratio)),
        ("Effective classes, Hill 1", figures.effective(measures.hill_1)),
        ("Effective classes, Hill 2", figures.effective(measures.hill_2)),
        ("Normalised entropy", figures.index(measures.normalised_entropy)),
        ("Gini", figures.index(measures.gini)),
        ("Largest class", extreme(measures.largest, measures.largest_count)),
        ("Smallest class", extreme(measures.smallest, measures.smallest_count)),
    )


def size(audit: Audit) -> tuple[str, str, str]:
    """Return what was counted: its noun, how many, and how it relates to the labels."""
    samples, labels = audit.counts.total_samples, audit.counts.total_instances
    if audit.source.unit in WHOLES:
        whole, *part = WHOLES[audit.source.unit]
        each = f", {figures.number(labels / samples)} {part[1]} each" if samples else ""
        return f"{whole}s".capitalize(), figures.count(samples), f"{figures.counted(labels, *part)}{each}; all counted"
    if audit.source.task == "multilabel" or samples != labels + audit.counts.unlabelled:
        each = f", {figures.number(labels / samples)} a sample" if samples else ""
        return "Samples", figures.count(samples), f"{figures.counted(labels, 'label')}{each}; all counted"
    return f"{audit.source.unit}s".capitalize(), figures.count(samples), "all counted, none sampled"


def order_line(audit: Audit) -> str:
    """Return what the rule of the class order is, and whose numbering it gives."""
    if audit.source.loader is None:
        return CLASS_ORDERS[audit.class_order]
    return f"as {plain(audit.source.loader)} numbers the classes"


def rows_line(audit: Audit) -> str:
    """Return what was counted, exactly, in words."""
    noun, number, relation = size(audit)
    return f"{number} {noun.lower()}, {relation}"


def rule_name(code: str, rules: Mapping[str, RuleText]) -> str:
    """Return the name of a rule, or nothing for one that the caller does not know."""
    return rules[code].name if code in rules else ""
