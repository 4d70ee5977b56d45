"""What an audit or an evaluation leaves behind, written in one step: report.html, report.md, its JSON, and weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from imbalance_audit.advice.scheme_comparison import compare_schemes
from imbalance_audit.errors import WeightError
from imbalance_audit.files.audit import dump_audit
from imbalance_audit.files.evaluation import dump_evaluation
from imbalance_audit.files.own_kinds import AUDIT_FILE, EVALUATION_FILE, REPORT_PAGE, REPORT_TEXT, WEIGHT_FILE
from imbalance_audit.files.staging import transaction
from imbalance_audit.report.audit.audit_facts import RuleText
from imbalance_audit.report.audit.audit_markdown import render_markdown
from imbalance_audit.report.audit.audit_page import render_html
from imbalance_audit.rules import RULES
from imbalance_audit.weights import diagnose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from imbalance_audit.advice.scheme_comparison import SchemeComparison
    from imbalance_audit.files.own_kinds import FileKind
    from imbalance_audit.records import Audit, ClassWeights, Evaluation
    from imbalance_audit.weights.diagnosis import Diagnosis


class _Shown(TypedDict):
    rules: Mapping[str, RuleText]
    weights: ClassWeights | None
    diagnosis: Diagnosis | None
    comparison: SchemeComparison | None
    command: str | None


RULE_TEXTS = {rule.code: RuleText(rule.name, rule.condition.split("\n\n")[0]) for rule in RULES}
"""How reports name the rules."""


def publish(
    audit: Audit,
    folder: str | PathLike[str],
    *,
    weights: ClassWeights | None = None,
    weight_file: str | PathLike[str] | None = None,
    command: str | None = None,
    report_only: bool = False,
) -> list[Path]:
    """Write the report into a folder and return the files written, all of them or none.

    Args:
        audit: What was found.
        folder: Where to; made if it is missing.
        weights: Weights to show in the report.
        weight_file: Where to write them as well.
        command: The command that made the report, to be shown in it.
        report_only: Whether to leave audit.json away, because that is where the audit came from.

    Raises:
        MissingExtraError: a weight file is asked for and torch is not installed.
        OptionError: a file cannot be written.
    """
    audit_json = dump_audit(audit)
    shown: _Shown = {
        "rules": RULE_TEXTS,
        "weights": weights,
        "diagnosis": None if weights is None else diagnose(weights),
        "comparison": _comparison(audit),
        "command": command,
    }
    html = render_html(audit, audit_json=audit_json, **shown)
    markdown = render_markdown(audit, **shown)
    target = Path(folder)
    files = [
        (target / "report.html", html.encode(), REPORT_PAGE),
        (target / "report.md", markdown.encode(), REPORT_TEXT),
    ]
    if not report_only:
        files.append((target / "audit.json", audit_json.encode(), AUDIT_FILE))
    if weights is not None and weight_file is not None:
        from imbalance_audit.files.weights import dump_weights  # torch is loaded only when it is asked for

        files.append((Path(weight_file), dump_weights(weights), WEIGHT_FILE))
    return _write(files)


def publish_evaluation(
    evaluation: Evaluation, folder: str | PathLike[str], *, command: str | None = None, report_only: bool = False
) -> list[Path]:
    """Write report.html, report.md and evaluation.json into a folder and return them, all of them or none.

    Args:
        evaluation: What was found.
        folder: Where to; made if it is missing.
        command: The command that made the report, to be shown in it.
        report_only: Whether to leave evaluation.json away, because that is where the evaluation came from.

    Raises:
        OptionError: a file cannot be written.
    """
    from imbalance_audit.report.evaluation.evaluation_markdown import render_evaluation_markdown
    from imbalance_audit.report.evaluation.evaluation_page import render_evaluation_html

    found = dump_evaluation(evaluation)
    target = Path(folder)
    html = render_evaluation_html(evaluation, evaluation_json=found, command=command)
    markdown = render_evaluation_markdown(evaluation, command=command)
    files = [
        (target / "report.html", html.encode(), REPORT_PAGE),
        (target / "report.md", markdown.encode(), REPORT_TEXT),
    ]
    if not report_only:
        files.append((target / "evaluation.json", found.encode(), EVALUATION_FILE))
    return _write(files)


def _write(files: Sequence[tuple[Path, bytes, FileKind]]) -> list[Path]:
    with transaction() as writing:
        for path, content, kind in files:
            writing.write(path, content, kind)
    return [path for path, _, _ in files]


def _comparison(audit: Audit) -> SchemeComparison | None:
    try:
        return compare_schemes(audit)
    except WeightError:
        return None  # nothing to weigh: no class, or none with a label; the rules say so
