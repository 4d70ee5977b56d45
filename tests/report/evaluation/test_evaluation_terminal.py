"""What `audit evaluate` prints."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from imbalance_audit.records import Estimate, Evaluation
from imbalance_audit.report.evaluation.evaluation_terminal import render_evaluation_summary
from tests.report.evaluations import bare, hostile, huge, no_run, nothing, realistic, single, small


def summary(evaluation: Evaluation) -> str:
    return render_evaluation_summary(evaluation, colour=False)


@pytest.mark.parametrize("made", [hostile, realistic, small, single, bare, nothing, no_run])
def test_every_line_fits_a_hundred_columns_and_acts_on_no_terminal(made: Callable[[], Evaluation]) -> None:
    lines = summary(made()).splitlines()

    assert max(map(len, lines)) <= 100
    assert all(line.isprintable() for line in lines)


def test_colours_only_add_escapes() -> None:
    coloured = render_evaluation_summary(realistic(), colour=True)

    assert "\x1b[32;1mPASS" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == summary(realistic())


def test_wide_figures_put_fewer_runs_beside_each_other() -> None:
    wide = Estimate(-0.123456, -123456789.0, 987654321.0)
    runs = tuple(replace(run, metrics={**run.metrics, "expected_cost": wide}) for run in realistic().runs)
    lines = summary(replace(realistic(), runs=runs)).splitlines()

    assert max(map(len, lines)) <= 100
    assert sum(line.startswith("expected cost ↓") for line in lines) == 3


def test_what_is_not_met_comes_first_with_what_was_found() -> None:
    lines = summary(small()).splitlines()

    assert lines[0] == "FAIL  2 of 5 requirements are not met"
    assert lines[1] == '  not met  recall[lynx]>=0.3 in "plain": 0.125'
    assert lines[5].startswith("  met ")


def test_each_metric_that_differs_is_under_its_verdict() -> None:
    text = " ".join(summary(small()).split())

    better = text[text.index("▲ better") : text.index("▼ worse")]
    worse = text[text.index("▼ worse") : text.index("≈ noise")]
    assert "balanced accuracy +16.3" in better
    assert 'recall of "lynx" +37.5' in better
    assert "accuracy −1.7" in worse
    assert "NLL +0.040" in worse


def test_ten_thousand_classes_give_a_page_of_text_and_count_what_is_left_out() -> None:
    evaluation = huge(runs=2)
    text = summary(evaluation)

    assert len(text.splitlines()) < 60
    assert "of single classes" in text


def test_runs_and_requirements_beyond_the_cap_are_counted() -> None:
    run = single().runs[0]
    runs = tuple(replace(run, name=f"run {i}") for i in range(30))
    required = tuple(replace(small().requirements[0], run=one.name) for one in runs)
    text = summary(replace(single(), runs=runs, requirements=required))

    assert "and 18 more runs, in evaluation.json" in text
    assert "and 10 more, in evaluation.json" in text
