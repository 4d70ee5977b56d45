"""The Markdown report: safe in a pull request, never too large for one."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from imbalance_audit.advice.scheme_comparison import compare_schemes
from imbalance_audit.records import Audit, Finding
from imbalance_audit.report.audit.audit_markdown import LARGEST, render_markdown
from imbalance_audit.report.kit.quoting import shown
from tests.report.samples import HOSTILE, RULES, audit_of, hostile, huge, realistic, weights_of

TAGS = {"code", "details", "summary"}


def test_no_label_becomes_markup_a_link_or_a_mention() -> None:
    text = render_markdown(hostile(), rules=RULES, comparison=compare_schemes(hostile()), command="audit scan `x` <b>|")

    assert set(re.findall(r"</?([a-z]+)", text)) <= TAGS
    assert not re.search(r"@\w|https?://|www\.", text)
    assert not set("\x1b\u202e\ud800") & set(text)
    assert not re.search(r"(?<!`)`(?!`)", text)
    text.encode()


def test_every_row_of_a_table_has_the_cells_of_its_head() -> None:
    text = render_markdown(hostile(), rules=RULES, comparison=compare_schemes(hostile()))

    for block in text.split("\n\n"):
        rows = [line for line in block.splitlines() if line.startswith("|")]
        assert len({row.count("|") for row in rows}) <= 1


@pytest.mark.parametrize("label", [label for label in HOSTILE if len(label) < 60])
def test_every_hostile_label_is_shown_escaped(label: str) -> None:
    text = render_markdown(hostile(), rules=RULES, comparison=compare_schemes(hostile()))

    assert f"<code>{shown(label)}</code>" in unescape(text)


def _messages(n: int, groups: int = 1) -> list[Finding]:
    words = "of many words " * 20
    return [
        Finding(code=f"A{i % groups:03d}", name="n", severity="info", message=f"Message {i} {words}", remedy="x" * 300)
        for i in range(n)
    ]


@pytest.mark.parametrize(
    "audit",
    [
        huge(20_000),
        audit_of([(None, None, "a", 1)], findings=_messages(1000)),
        audit_of([(None, None, "a", 1)], findings=_messages(1000, 500)),
        audit_of([(f"{i:03d}" * 20, None, "\U000e0001" * 90 + str(j), 1) for i in range(40) for j in range(99)]),
        audit_of([(None, None, "a", 1)], notes=("\u202e" * 5000,) * 500, path="\u202e" * 100_000),
    ],
    ids=["classes", "one-group", "many-groups", "wide", "notes"],
)
def test_the_report_is_never_larger_than_a_comment_may_be(audit: Audit) -> None:
    text = render_markdown(audit, rules=RULES, weights=weights_of(audit), command="c" * 90_000)

    assert len(text.encode()) <= LARGEST
    assert text.count("<details>") == text.count("</details>")


def test_findings_are_shown_or_counted() -> None:
    audit = audit_of([(None, None, "a", 1)], findings=_messages(1000))
    text = render_markdown(audit, rules=RULES)

    left = re.findall(r"… and ([\d,]+) more findings", text)
    assert len(re.findall(r"^- Message", text, re.M)) + sum(int(n.replace(",", "")) for n in left) == 1000


def test_classes_left_out_are_counted() -> None:
    text = render_markdown(huge(20_000), rules=RULES)

    left = int(re.findall(r"… and ([\d,]+) more between", text)[0].replace(",", ""))
    assert len(re.findall(r"<code>taxon \d+</code> \|", text)) + left == 20_000


def test_weights_of_other_data_are_called_so() -> None:
    audit = realistic()
    weights = weights_of(audit, "train")

    assert "other data" not in render_markdown(audit, rules=RULES, weights=weights)
    assert "computed from other data" in render_markdown(
        audit, rules=RULES, weights=replace(weights, fingerprint="f" * 64)
    )
