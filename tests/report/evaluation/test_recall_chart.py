"""The recalls of all classes, and reliability diagrams: nothing of the tail is lost, and runs differ by shape."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from imbalance_audit.records import CalibrationBin
from imbalance_audit.report.evaluation.arrangement import read
from imbalance_audit.report.evaluation.recall_chart import recalls, reliability, tendency
from imbalance_audit.report.kit.chart import POINTS
from imbalance_audit.report.kit.legend import mark_key
from tests.report.evaluations import hostile, huge, realistic, small


def test_every_class_with_a_recall_has_a_mark_in_every_run_and_its_interval() -> None:
    chart = recalls(read(small()).classes, ["plain", "weighted"])

    assert chart.count('class="dot s0"') == chart.count('class="dot s1"') == 4
    assert chart.count('class="whisk') == 8
    assert chart.index(">cat</text>") < chart.index(">lynx</text>")


def test_runs_differ_by_shape() -> None:
    assert len({re.findall(r' d="([^"]+)"', mark_key(place))[0] for place in range(6)}) == 6


def test_a_recall_stands_at_its_height() -> None:
    chart = recalls(read(small()).classes, ["plain"])

    heights = [float(y) for y in re.findall(r'class="dot s0"[^>]*translate\([\d.]+ ([\d.]+)\)', chart)]
    full, none = (float(y) for y in re.findall(r'class="grid" d="M52 ([\d.]+)H', chart)[::-4])
    shares = [(none - y) / (none - full) for y in heights]
    assert shares == pytest.approx([0.97, 0.7, 0.4, 0.125], abs=0.001)


def test_many_classes_are_drawn_from_the_first_to_the_last_and_the_chart_stays_small() -> None:
    chart = recalls(read(huge(runs=2)).classes, ["a", "b"])

    clouds = re.findall(r'class="cloud s\d" d="([^"]+)"', chart)
    assert [cloud.count("M") for cloud in clouds] == [POINTS, POINTS]
    places = [float(x) for x in re.findall(r"M(\d+) ", clouds[0])]
    assert (min(places), max(places)) == (52, 1066)
    assert len(chart) < 40_000


def test_a_crowd_of_runs_has_marks_without_intervals() -> None:
    evaluation = realistic()
    chart = recalls(read(evaluation).classes, [run.name for run in evaluation.runs])

    assert "whisk" not in chart
    assert chart.count('class="dot') == 5 * 48


def test_charts_are_well_formed_whatever_the_labels() -> None:
    evaluation = hostile()
    for chart in (
        recalls(read(evaluation).classes, [run.name for run in evaluation.runs]),
        reliability(evaluation.runs[0].bins, key="r"),
    ):
        root = ElementTree.fromstring(chart)  # noqa: S314 -- our own output
        assert [child.tag for child in root][:2] == ["title", "desc"]
        assert chart.replace("\n", "").isprintable()


def test_bins_below_the_diagonal_are_overconfident() -> None:
    over, under = CalibrationBin(0.8, 0.9, 30, 0.85, 0.6), CalibrationBin(0.2, 0.3, 10, 0.25, 0.4)
    chart = reliability((over, under, CalibrationBin(0.5, 0.6, 0, 0.0, 0.0)), key="r")

    assert (chart.count('class="bin over"'), chart.count('class="bin under"')) == (1, 1)
    assert tendency((over, under)) == (
        "Overconfident in bins that hold 75.0 % of the rows; the others promise too little."
    )
    assert tendency((over,)).startswith("Overconfident in every bin")
    assert tendency((under,)).startswith("Never overconfident")


def test_nothing_to_draw_is_a_sentence() -> None:
    assert "There are no probabilities." in reliability((), key="r")
    assert "No class was judged." in recalls((), ["a"])
