"""The forest plot: better is to the right whichever way a metric goes, and colour is not alone in saying so."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from imbalance_audit.records import Difference, Estimate, Verdict
from imbalance_audit.report.evaluation.difference_forest import forest

ZERO = 268.0


def one(metric: str, change: Estimate, verdict: Verdict) -> str:
    return forest([Difference(metric, "a", "b", change, verdict)], key="f")


def ends(chart: str) -> tuple[float, float]:
    found = re.findall(r'<path class="sure" d="M([\d.]+) [\d.]+H([\d.]+)"', chart)
    return float(found[0][0]), float(found[0][1])


@pytest.mark.parametrize("metric", ["nll", "brier", "ece", "expected_cost"])
def test_a_rise_of_what_should_fall_is_drawn_on_the_side_of_worse(metric: str) -> None:
    assert max(ends(one(metric, Estimate(0.04, 0.03, 0.05), "worse"))) < ZERO


@pytest.mark.parametrize("metric", ["macro_f1", "mcc", "accuracy"])
def test_a_rise_of_what_should_rise_is_drawn_on_the_side_of_better(metric: str) -> None:
    assert min(ends(one(metric, Estimate(0.04, 0.03, 0.05), "better"))) > ZERO


def test_an_interval_that_holds_zero_crosses_the_line() -> None:
    low, high = ends(one("mcc", Estimate(0.01, -0.02, 0.04), "noise"))

    assert low < ZERO < high


def test_better_worse_and_noise_differ_by_shape_and_word() -> None:
    marks = {}
    for verdict, change in (("better", 0.02), ("worse", -0.02), ("noise", 0.02)):
        chart = one("mcc", Estimate(change, change - 0.01, change + 0.01), verdict)  # type: ignore[arg-type]  # -- a verdict
        marks[verdict] = re.sub(r"[\d.]+ [\d.]+l", "", re.findall(r'<(?:path|circle) class="at"[^>]*>', chart)[0])
        assert f">{verdict}\n" in chart or f">{verdict}<" in chart
    assert len({re.sub(r"M", "", mark) for mark in marks.values()}) == 3


def test_each_unit_has_a_scale_of_its_own() -> None:
    changes = [
        Difference("macro_f1", "a", "b", Estimate(0.016, 0.009, 0.023), "better"),
        Difference("nll", "a", "b", Estimate(40.0, 30.0, 50.0), "worse"),
        Difference("expected_cost", "a", "b", Estimate(-900.0, -950.0, -850.0), "better"),
    ]
    chart = forest(changes, key="f")

    assert "4 points" in chart
    assert "1,000 of cost" in chart
    assert all(abs(float(x) - ZERO) > 40 for x in re.findall(r'class="at" d="M([\d.]+)', chart))


def test_what_is_infinite_stays_on_the_page_and_what_is_unknown_has_no_mark() -> None:
    chart = one("nll", Estimate(float("inf"), None, None), "worse")

    assert float(re.findall(r'class="at" d="M([\d.]+)', chart)[0]) > 100
    assert 'class="at"' not in one("nll", Estimate(None), "noise")


def test_the_chart_is_well_formed_and_says_what_it_shows() -> None:
    chart = one("recall[<b>]", Estimate(0.1, 0.05, 0.15), "better")

    root = ElementTree.fromstring(chart)  # noqa: S314 -- our own output
    assert [child.tag for child in root][:2] == ["title", "desc"]
    assert root[1].text == 'better: recall of "<b>"; worse: none; noise: none.'
    assert "were not compared" in forest([], key="f")
