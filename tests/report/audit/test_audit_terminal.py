"""The summary of `audit scan` and the lines of `audit check`."""

from __future__ import annotations

import re

import polars as pl
import pytest

from imbalance_audit import scan
from imbalance_audit.records import Audit, Coverage, Finding, Labels, Unit
from imbalance_audit.report.audit.audit_terminal import render_findings, render_summary
from tests.report.samples import HOSTILE, audit_of, hostile, realistic


def test_nothing_that_acts_on_a_terminal_is_printed_without_colour() -> None:
    for text in (render_summary(hostile()), render_findings(hostile())):
        assert all(character.isprintable() for character in text.replace("\n", ""))


def test_colours_only_add_escapes() -> None:
    coloured = render_summary(realistic(), colour=True)

    assert "\x1b[31;1m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render_summary(realistic())


@pytest.mark.parametrize("width", [40, 80, 200])
def test_lines_of_the_summary_fit_the_terminal_where_words_allow(width: int) -> None:
    lines = render_summary(realistic(), width=width).splitlines()

    assert max(len(line) for line in lines if "ratio" not in line and ": 1" not in line) <= max(width, 78)


def test_a_group_shows_three_messages_and_counts_the_rest() -> None:
    findings = [Finding(code="A1", name="n", severity="info", message=f"Message {i}.", remedy="") for i in range(10)]
    text = render_summary(audit_of([(None, None, "a", 1)], findings=findings))

    assert [f"Message {i}." in text for i in range(4)] == [True, True, True, False]
    assert "and 7 more" in text


def test_rules_that_could_not_run_say_why() -> None:
    audit = audit_of([(None, None, "a", 1)], coverage=[Coverage("LEK001", "not_run", "no id column")])
    text = render_summary(audit)

    assert text.startswith("UNCHECKED  No rule ran")
    assert "LEK001  could not run: no id column" in text


def test_check_prints_a_line_for_each_finding() -> None:
    audit = realistic()

    assert len(render_findings(audit).splitlines()) == len(audit.findings)
    assert render_findings(audit.findings[:1]).startswith("error")
    assert render_findings(()) == ""


def test_raw_and_clean_measures_stand_under_each_other() -> None:
    lines = render_summary(realistic()).splitlines()

    raw = next(i for i, line in enumerate(lines) if line.startswith("as found"))
    assert lines[raw + 1].startswith("cleaned")


@pytest.mark.parametrize("audit", [audit_of([]), audit_of([(None, None, None, 4)]), audit_of([(None, None, "a", 1)])])
def test_audits_of_next_to_nothing_are_printed(audit: Audit) -> None:
    assert "classes" in render_summary(audit)


def test_every_hostile_label_is_still_recognisable() -> None:
    text = render_summary(audit_of([(None, None, label, 1) for label in HOSTILE[:5]]))

    assert '"two\\nlines"' in text


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("box", "2 images, 3 boxes, 1.5 boxes each"),
        ("token", "2 sentences, 3 tokens, 1.5 tokens each"),
        ("pixel", "2 images, 3 pixels, 1.5 pixels each"),
        ("image", "3 images, all counted"),
    ],
)
def test_what_was_counted_is_called_by_its_name(unit: Unit, words: str) -> None:
    rows: dict[str, list[object]] = {"label": ["cat", "dog", "cat"], "id": [1, 1, 2]}
    marks = {} if unit == "image" else {"new_sample": [True, False, True], "new_label": [True, True, True]}

    audit = scan(Labels(pl.LazyFrame({**rows, **marks}), unit=unit))

    assert words in render_summary(audit, colour=False)
