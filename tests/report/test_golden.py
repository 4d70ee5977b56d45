"""Whole outputs of a small audit and of small evaluations.

After a change on purpose: REGENERATE_GOLDEN=1 pytest tests/report/test_golden.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from os import environ
from pathlib import Path

import pytest

from imbalance_audit.advice.scheme_comparison import compare_schemes
from imbalance_audit.records import Audit, Coverage, Evaluation, Finding
from imbalance_audit.report.audit.audit_markdown import render_markdown
from imbalance_audit.report.audit.audit_page import render_html
from imbalance_audit.report.audit.audit_terminal import render_findings, render_summary
from imbalance_audit.report.evaluation.evaluation_markdown import render_evaluation_markdown
from imbalance_audit.report.evaluation.evaluation_page import render_evaluation_html
from imbalance_audit.report.evaluation.evaluation_terminal import render_evaluation_summary
from imbalance_audit.report.weights.scheme_table import render_comparison
from imbalance_audit.report.weights.weights_terminal import render_weights
from imbalance_audit.weights import diagnose
from tests.report import evaluations
from tests.report.samples import RULES, as_json, audit_of, weights_of

GOLDEN = Path(__file__).parent / "golden"


def small() -> Audit:
    return audit_of(
        [
            ("train", None, "cat", 800),
            ("train", None, "dog", 90),
            ("train", None, "owl", 4),
            ("train", None, "cat ", 3),
            ("val", None, "cat", 100),
            ("val", None, "dog", 10),
            ("train", None, None, 7),
        ],
        classes=("cat", "dog", "owl"),
        findings=[
            Finding(
                code="SUP002",
                name="absent-from-split",
                severity="error",
                message='Class "owl" has no label in split "val".',
                remedy="Split again with stratification.",
                split="val",
                label="owl",
                observed=0,
                limit=1,
            ),
            Finding(
                code="LBL002",
                name="look-alike-spelling",
                severity="warning",
                message='Label "cat " looks like "cat".',
                remedy="Map it to `cat`.",
                label="cat ",
                rows=3,
                examples=("cat ",),
            ),
        ],
        coverage=[
            Coverage("LBL002", "failed"),
            Coverage("LEK001", "not_run", "no id column was named"),
            Coverage("SUP001", "passed"),
            Coverage("SUP002", "failed"),
        ],
        notes=("Column 'animal' holds text.",),
    )


def _html() -> str:
    audit = small()
    page = render_html(
        audit,
        audit_json=as_json(audit),
        rules=RULES,
        weights=weights_of(audit, "train"),
        diagnosis=diagnose(weights_of(audit, "train")),
        comparison=compare_schemes(audit),
        command="audit scan x",
        floor=20,
    )
    return _broken(page)


def _evaluation_html(evaluation: Evaluation) -> str:
    embedded = evaluations.as_json(evaluation)
    return _broken(render_evaluation_html(evaluation, evaluation_json=embedded, command="audit evaluate x"))


def _broken(page: str) -> str:
    """Return a page a line an element, without its style and script."""
    page = re.sub(r"<(style|script)>.*?</\1>", r"<\1>…</\1>", page, flags=re.S)
    return re.sub(r"(</(?:tr|p|li|div|section|dd|rect|symbol|header|article)>|<rect)", r"\1\n", page)


def _markdown() -> str:
    audit = small()
    weights = weights_of(audit, "train")
    return render_markdown(
        audit,
        rules=RULES,
        weights=weights,
        diagnosis=diagnose(weights),
        comparison=compare_schemes(audit),
        command="audit scan x",
    )


@pytest.mark.parametrize(
    ("name", "render"),
    [
        ("small.html", _html),
        ("small.md", _markdown),
        (
            "small.weights.txt",
            lambda: render_weights(weights_of(small(), "train"), diagnose(weights_of(small(), "train"))),
        ),
        ("small.comparison.txt", lambda: render_comparison(compare_schemes(small()))),
        ("small.txt", lambda: render_summary(small())),
        ("small.findings.txt", lambda: render_findings(small())),
        ("evaluation.html", lambda: _evaluation_html(evaluations.small())),
        ("evaluation.md", lambda: render_evaluation_markdown(evaluations.small(), command="audit evaluate x")),
        ("evaluation.txt", lambda: render_evaluation_summary(evaluations.small(), colour=False)),
        ("hostile.evaluation.html", lambda: _evaluation_html(evaluations.cut(evaluations.hostile(), 4))),
        ("hostile.evaluation.md", lambda: render_evaluation_markdown(evaluations.cut(evaluations.hostile(), 4))),
        (
            "hostile.evaluation.txt",
            lambda: render_evaluation_summary(evaluations.cut(evaluations.hostile(), 4), colour=False),
        ),
    ],
)
def test_a_small_report_reads_as_before(name: str, render: Callable[[], str]) -> None:
    found = render()
    if environ.get("REGENERATE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / name).write_text(found, encoding="utf-8")

    assert found == (GOLDEN / name).read_text(encoding="utf-8")
