"""How figures of metrics read: never rounded to something that is not true, and with a direction each."""

from __future__ import annotations

import re

import pytest

from imbalance_audit.records import Estimate, RunEvaluation
from imbalance_audit.records.metrics import CLASS_METRICS, RUN_METRICS, MetricUnit
from imbalance_audit.report.kit import metric_figures as metrics
from imbalance_audit.report.kit.metric_figures import METRICS, metric


def test_every_metric_that_a_run_may_have_has_a_name_a_direction_and_a_meaning() -> None:
    named = re.findall(r"`([a-z_0-9]+)`", (RunEvaluation.__doc__ or "").split("metrics:")[1].split("classes:")[0])

    assert set(named) == set(METRICS)
    assert all(known.better and known.meaning.endswith(".") for known in METRICS.values())


def test_the_report_shows_the_metrics_of_the_table_each_in_a_place_of_its_own() -> None:
    for shown, known in ((METRICS, RUN_METRICS), (metrics.CLASS_METRICS, CLASS_METRICS)):
        assert set(shown) == set(known)
        assert [one.shown for one in shown.values()] == list(range(1, len(known) + 1))


def test_a_metric_that_is_not_known_is_told_by_its_key_without_a_direction() -> None:
    assert metric("kappa\x1b[0m").name == "kappa\\x1b[0m"
    assert metric("kappa").better is None


def test_the_metric_of_a_class_names_the_class_whatever_its_brackets() -> None:
    assert metric("recall[a[0]]").name == 'recall of "a[0]"'
    assert metric("recall[two\nlines]").name == 'recall of "two\\nlines"'


@pytest.mark.parametrize("unit", ["share", "number", "cost"])
@pytest.mark.parametrize("size", [1e-7, 3e-5, 4e-4, 0.004, 0.0499, 0.05, 0.94999, 0.99996])
def test_only_nothing_reads_as_zero_and_only_a_loss_has_a_minus(unit: MetricUnit, size: float) -> None:
    for text in (metrics.change(unit, size), metrics.change(unit, -size), metrics.figure(unit, size)):
        assert re.search(r"[1-9]", text)
    assert "−" not in metrics.change(unit, size).replace("e−", "")
    assert "−" in metrics.change(unit, -size)
    assert metrics.change(unit, 0.0) == "0"


def test_what_is_not_defined_and_what_is_infinite_are_said() -> None:
    assert metrics.told("number", Estimate(None)) == "–"
    assert metrics.told("number", Estimate(float("inf"))) == "∞"
    assert metrics.change("number", float("-inf")) == "−∞"
    assert metrics.told("share", Estimate(float("nan"))) == "–"


def test_an_interval_below_zero_is_not_joined_by_what_reads_as_a_minus() -> None:
    assert metrics.told("number", Estimate(0.067, -0.2, 0.321)) == "0.067 (−0.200 to 0.321)"
