"""The report as GitHub-flavoured Markdown: a committed file, a step summary or a comment on a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import quoted
from imbalance_audit.report.audit.audit_facts import (
    SEVERITY_NOUNS,
    Caps,
    coverage_line,
    group_findings,
    measure_lines,
    order_line,
    rows_line,
    rule_name,
    severity_line,
    verdict,
)
from imbalance_audit.report.audit.count_table import band, group_rows, read
from imbalance_audit.report.kit import figures
from imbalance_audit.report.kit.gfm import code, cut, escaped, folded, message, pipe_table
from imbalance_audit.report.kit.page import fitted
from imbalance_audit.report.kit.quoting import shown, told
from imbalance_audit.report.weights.weights_markdown import weights_blocks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imbalance_audit.advice.scheme_comparison import SchemeComparison
    from imbalance_audit.records import Audit, ClassWeights
    from imbalance_audit.report.audit.audit_facts import FindingGroup, RuleText
    from imbalance_audit.report.audit.count_table import ClassRow, Contents
    from imbalance_audit.weights.diagnosis import Diagnosis

LARGEST = 60_000
"""Bytes of a report. A comment on a pull request holds 65,536 characters."""

_CAPS = Caps(classes=400, shown=8, listed=20, groups=60, splits=8, lines=30)
_MARKS = {"error": "🟥", "warning": "🔶", "info": "🔵"}
_VERDICTS = {"fail": "🟥", "warn": "🔶", "pass": "✅", "unchecked": "⬜"}


def render_markdown(
    audit: Audit,
    *,
    rules: Mapping[str, RuleText],
    weights: ClassWeights | None = None,
    diagnosis: Diagnosis | None = None,
    comparison: SchemeComparison | None = None,
    command: str | None = None,
) -> str:
    """Return the whole report, at most `LARGEST` bytes of UTF-8. The same arguments give the same text.

    Args:
        audit: What is shown.
        rules: Code → name and condition of every rule.
        weights: Weights computed from this audit.
        diagnosis: What these weights will do.
        comparison: What every scheme would do.
        command: The command that gives this report again.
    """
    contents = read(audit, weights)

    def draw(caps: Caps) -> str:
        blocks = _blocks(audit, contents, caps, rules, weights, diagnosis, comparison, command)
        return "\n\n".join(block for block in blocks if block) + "\n"

    text = fitted(draw, _CAPS, LARGEST)
    return text if len(text.encode()) <= LARGEST else cut(text, LARGEST, "audit.json")


def _more(n: int, what: str) -> str:
    return f"… and {figures.count(n)} more {what}, see audit.json" if n > 0 else ""


def _blocks(
    audit: Audit,
    contents: Contents,
    caps: Caps,
    rules: Mapping[str, RuleText],
    weights: ClassWeights | None,
    diagnosis: Diagnosis | None,
    comparison: SchemeComparison | None,
    command: str | None,
) -> list[str]:
    return [
        *_head(audit),
        *_findings(audit, caps),
        *_measures(audit, contents, caps),
        *weights_blocks(audit, weights, diagnosis, comparison),
        "## Classes",
        *_classes(contents, caps),
        *_strays(contents, caps),
        *_groups(audit, caps),
        *_rules(audit, rules),
        *_about(audit, command, caps),
    ]


def _head(audit: Audit) -> list[str]:
    kind, headline = verdict(audit)
    source, clean = audit.source, audit.overall.clean
    facts = (
        ("Counted", rows_line(audit)),
        ("Classes", f"{figures.count(len(audit.classes))} in the index, {figures.count(clean.classes)} occur"),
        ("Imbalance ratio", figures.ratio(clean.imbalance_ratio)),
        ("Effective classes", f"{figures.effective(clean.hill_2)} (Hill 2)"),
        ("Without a label", figures.count(audit.counts.unlabelled)),
        ("Source", escaped(f"{source.kind}, {source.task}, a row is a label on one {source.unit}")),
        ("Fingerprint", code(source.fingerprint)),
    )
    return [
        f"# Label audit: {code(source.path[:400])}",
        f"{_VERDICTS[kind]} **{headline}**: {severity_line(audit.findings)}. Rules: {coverage_line(audit)}.",
        pipe_table(("", ""), ((f"**{name}**", value) for name, value in facts)),
    ]


def _findings(audit: Audit, caps: Caps) -> list[str]:
    groups = group_findings(audit.findings)
    if not groups:
        return ["## Findings", "None."]
    blocks = ["## Findings", *(_group(group, caps) for group in groups[: caps.groups])]
    left = sum(len(group.findings) for group in groups[caps.groups :])
    return [*blocks, _more(left, "findings")]


def _group(group: FindingGroup, caps: Caps) -> str:
    where = f" in split {code(quoted(group.split, longest=40))}" if group.split is not None else ""
    word = SEVERITY_NOUNS[group.severity][0]
    number = f" ({figures.count(len(group.findings))})" if len(group.findings) > 1 else ""
    lines = [f"{_MARKS[group.severity]} **{word} {escaped(group.code)} {escaped(group.name)}**{where}{number}", ""]
    listed = group.findings[: caps.listed]
    for finding in listed:
        mark = f"{SEVERITY_NOUNS[finding.severity][0]}: " if finding.severity != group.severity else ""
        lines.append(f"- {mark}{message(finding.message)}")
    left = len(group.findings) - len(listed)
    lines += [f"- {_more(left, 'findings')}"] if left else []
    remedy = next((finding.remedy for finding in group.findings if finding.remedy), "")
    return "\n".join([*lines, "", f"  _What to do:_ {message(remedy)}"] if remedy else lines)


def _measures(audit: Audit, contents: Contents, caps: Caps) -> list[str]:
    raw, clean = measure_lines(audit.overall.raw), measure_lines(audit.overall.clean)
    named = [split for split in contents.splits if split in audit.splits][: caps.splits]
    columns = [measure_lines(audit.splits[split].clean) for split in named]
    head = ["Measure", "As found", "Cleaned", *(code(split[:40]) for split in named)]
    rows = [
        [name, message(found), *(message(lines[i][1]) for lines in (clean, *columns))]
        for i, (name, found) in enumerate(raw)
    ]
    left = len(contents.splits) - len(named)
    told = (
        "As found, every spelling is a class; cleaned, look-alike spellings count as one and dirt is set aside. "
        + ("Splits are cleaned. " if named else "")
        + "Effective classes: as many equally common ones would be as diverse."
    )
    return ["## Imbalance", pipe_table(head, rows, right=range(1, len(head))), told, _more(left, "splits")]


def _classes(contents: Contents, caps: Caps) -> list[str]:
    rows, half = contents.rows, max(1, caps.classes // 2)
    if not rows:
        return ["There is no class in the index."]
    splits = contents.splits[: caps.splits]
    weighted = any(row.weight is not None for row in rows)
    head = ["#", "Class", "Labels", "Share", *(code(split[:40]) for split in splits), "Band"]
    head += ["Weight", "Loss share"] if weighted else []
    cut = len(rows) > 2 * half
    outer = rows[:half] + rows[-half:] if cut else rows
    lines = [_class_row(row, contents, len(splits), weighted) for row in outer]
    if cut:
        lines.insert(half, ["", _more(len(rows) - 2 * half, "between"), *[""] * (len(head) - 2)])
    right = [i for i, name in enumerate(head) if name not in ("Class", "Band")]
    few = sum(band(row.n) == "few" for row in rows)
    summary = f"{figures.counted(len(rows), 'class', 'classes')}, commonest first; {few:,} with fewer than 20 labels"
    return [folded(summary, pipe_table(head, lines, right=right))]


def _class_row(row: ClassRow, contents: Contents, splits: int, weighted: bool) -> list[str]:
    amounts = [figures.count(n) if n else "absent" for n in (row.n, *row.splits[:splits])]
    cells = [str(row.position), code(shown(row.label)), amounts[0], _cell(figures.share(row.n, contents.total))]
    kind = band(row.n)
    cells += [*amounts[1:], "no label" if kind == "none" else kind]
    if weighted:
        cells.append(figures.NONE if row.weight is None else figures.weight(row.weight))
        cells.append(figures.NONE if row.loss_share is None else _cell(figures.share(row.loss_share)))
    return cells


def _cell(value: str) -> str:
    return value.replace("<", "&lt;").replace(">", "&gt;")


def _strays(contents: Contents, caps: Caps) -> list[str]:
    if not contents.strays:
        return []
    listed = contents.strays[: caps.listed]
    lines = [("no label" if s.label is None else code(told(s.label)), figures.count(s.n), s.why) for s in listed]
    table = pipe_table(("Label, as found", "Rows", "Why"), lines, right=(1,))
    return ["### Found but not in the class index", table, _more(len(contents.strays) - len(listed), "labels")]


def _groups(audit: Audit, caps: Caps) -> list[str]:
    rows = group_rows(audit)
    if not rows:
        return []
    listed = rows[: caps.lines]
    lines = [
        (
            "no group" if row.name is None else code(quoted(row.name, longest=60)),
            figures.count(row.instances),
            figures.count(row.classes),
            figures.count(row.unlabelled),
        )
        for row in listed
    ]
    table = pipe_table(("Group", "Labels", "Distinct labels", "Without a label"), lines, right=(1, 2, 3))
    body = "\n\n".join(block for block in (table, _more(len(rows) - len(listed), "groups")) if block)
    return ["## Groups", folded(f"{figures.counted(len(rows), 'group')}, largest first", body)]


def _rules(audit: Audit, rules: Mapping[str, RuleText]) -> list[str]:
    order = {"not_run": 0, "failed": 1, "passed": 2}
    words = {"not_run": "could not run", "failed": "failed", "passed": "passed"}
    lines = [
        (words[rule.state], code(rule.code), escaped(rule_name(rule.code, rules)), escaped((rule.reason or "")[:200]))
        for rule in sorted(audit.coverage, key=lambda rule: (order[rule.state], rule.code))
    ]
    if not lines:
        return ["## Rules", "No rule was asked to run."]
    return ["## Rules", folded(coverage_line(audit), pipe_table(("State", "Code", "Rule", "Why"), lines))]


def _about(audit: Audit, command: str | None, caps: Caps) -> list[str]:
    blocks = ["## About this audit", f"Class order: {audit.class_order}, {order_line(audit)}."]
    if audit.ignored:
        listed = ", ".join(code(quoted(label, longest=40)) for label in audit.ignored[: caps.lines])
        left = len(audit.ignored) - caps.lines
        blocks += [f"Ignored by choice: {listed}", _more(left, "labels")]
    if audit.source.notes:
        notes = [f"- {escaped(note[:400])}" for note in audit.source.notes[: caps.lines]]
        left = len(audit.source.notes) - len(notes)
        blocks.append("\n".join([*notes, f"- {_more(left, 'notes')}"] if left else notes))
    if command:
        blocks.append(f"Reproduce: {code(command[:1000])}")
    return blocks
