"""The Markdown of an evaluation: safe in a pull request, never too large for one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest

from imbalance_audit.records import Evaluation
from imbalance_audit.report.evaluation.evaluation_markdown import LARGEST, render_evaluation_markdown
from imbalance_audit.report.kit.quoting import shown
from tests.report.evaluations import bare, hostile, huge, no_run, nothing, realistic, run_of, score, single, small
from tests.report.samples import HOSTILE

TAGS = {"code", "details", "summary"}


def test_no_label_no_run_and_no_requirement_becomes_markup_a_link_or_a_mention() -> None:
    text = render_evaluation_markdown(hostile(), command="audit evaluate `x` <b>|")

    assert set(re.findall(r"</?([a-z]+)", text)) <= TAGS
    assert not re.search(r"@\w|https?://|www\.", text)
    assert not set("\x1b\u202e\ud800") & set(text)
    assert not re.search(r"(?<!`)`(?!`)", text)
    text.encode()


@pytest.mark.parametrize("made", [hostile, realistic, small, single, bare, nothing, no_run])
def test_every_row_of_a_table_has_the_cells_of_its_head(made: Callable[[], Evaluation]) -> None:
    for block in render_evaluation_markdown(made()).split("\n\n"):
        rows = [line for line in block.splitlines() if line.startswith("|")]
        assert len({row.count("|") for row in rows}) <= 1


@pytest.mark.parametrize("label", [label for label in HOSTILE if len(label) < 60])
def test_every_hostile_label_is_shown_escaped(label: str) -> None:
    assert f"<code>{shown(label)}</code>" in unescape(render_evaluation_markdown(hostile()))


def _wordy() -> Evaluation:
    classes = [score("\U000e0001" * 90 + str(i), 10, 10, 0.5, 0.5) for i in range(150)]
    runs = tuple(run_of("\u202e" * 300 + str(i), classes, 0.01) for i in range(20))
    return replace(small(), classes=tuple(s.label for s in classes), runs=runs, notes=("\u202e" * 5000,) * 500)


@pytest.mark.parametrize("made", [lambda: huge(runs=2), _wordy], ids=["classes", "words"])
def test_the_report_is_never_larger_than_a_comment_may_be(made: Callable[[], Evaluation]) -> None:
    text = render_evaluation_markdown(made(), command="c" * 90_000)

    assert len(text.encode()) <= LARGEST
    assert text.count("<details>") == text.count("</details>")


def test_classes_left_out_are_counted() -> None:
    text = render_evaluation_markdown(huge(2000, 2))

    left = int(re.findall(r"… and ([\d,]+) more between", text)[0].replace(",", ""))
    assert len(re.findall(r"<code>taxon \d+</code> \|", text)) + left == 2000


def test_the_classes_that_moved_are_named_and_those_within_the_noise_are_not() -> None:
    text = unescape(render_evaluation_markdown(small()))

    assert 'recall of <code>"lynx"</code>: ▲ +37.5' in text
    assert 'recall of <code>"dog"</code>' not in text
