"""Charts: nothing of the tail is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from xml.etree import ElementTree

import pytest

from imbalance_audit.report.audit.rank_chart import lorenz, rank_frequency
from imbalance_audit.report.kit.chart import POINTS


def test_a_class_of_one_row_among_a_billion_has_a_mark_of_several_pixels() -> None:
    chart = rank_frequency([10**9, 1])

    heights = [float(h) for h in re.findall(r'<rect class="col [a-z]+"[^>]* height="([0-9.]+)"', chart)]
    assert len(heights) == 2
    assert min(heights) >= 5


def test_every_class_has_its_own_column_while_there_are_few() -> None:
    assert rank_frequency(list(range(1, 149))).count("<rect") == 148


def test_a_hundred_thousand_classes_are_drawn_from_the_first_to_the_last() -> None:
    counts = [max(1, 10**7 // (i + 1)) for i in range(100_000)]
    chart = rank_frequency(counts, series={"val": counts[:5000]})

    lines = re.findall(r'<polyline class="(?:curve|line[^"]*)" points="([^"]+)"', chart)
    assert [len(line.split()) <= POINTS for line in lines] == [True, True]
    first, *_, last = (tuple(map(float, point.split(","))) for point in lines[0].split())
    assert last[0] - first[0] > 600
    base = float(re.findall(r'<path class="base" d="M\d+ ([0-9.]+)H', chart)[0])
    assert base - last[1] >= 5


def test_the_limit_is_a_line_with_its_number() -> None:
    assert "limit 20" in rank_frequency([500, 3], floor=20)


def test_classes_without_a_row_are_said_not_drawn() -> None:
    chart = rank_frequency([5, 0, 0])

    assert chart.count("<rect") == 1
    assert "2 classes without an instance." in chart


@pytest.mark.parametrize(
    "draw",
    [
        partial(rank_frequency, [9, 2, 1], names=["<a>", "&", '"'], series={"t": [1, 1, 0]}),
        partial(lorenz, [9, 1]),
    ],
)
def test_charts_are_well_formed_have_a_text_alternative_and_are_the_same_twice(draw: Callable[[], str]) -> None:
    chart = draw()

    root = ElementTree.fromstring(chart)  # noqa: S314 -- our own output
    assert root.get("role") == "img"
    assert [child.tag for child in root][:2] == ["title", "desc"]
    assert chart == draw()


def test_no_class_at_all_is_a_sentence() -> None:
    assert "No class has an instance." in rank_frequency([])
    assert "No class has an instance." in lorenz([0, 0])
