"""Numbers as people read them."""

from __future__ import annotations

import pytest

from imbalance_audit.report.kit import figures


@pytest.mark.parametrize("whole", [3, 100, 9_999, 10_000, 35_549, 10**9])
def test_a_share_is_zero_only_for_nothing_and_all_only_for_everything(whole: int) -> None:
    assert figures.share(0, whole) == "0 %"
    assert figures.share(whole, whole) == "100 %"
    for part in (1, whole - 1):
        assert figures.share(part, whole).split()[-2] not in ("0", "0.0", "0.00", "100", "100.0", "100.00")


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1"), (0.0, "0"), (0.9996, "> 0.999"), (0.0004, "< 0.001"), (None, "–")]
)
def test_an_index_reaches_its_ends_only_when_it_is_there(value: float | None, text: str) -> None:
    assert figures.index(value) == text


def test_an_undefined_or_infinite_ratio_is_not_written_as_a_number() -> None:
    assert figures.ratio(None) == figures.ratio(float("inf")) == figures.ratio(float("nan")) == "–"


def test_a_limit_that_is_not_finite_does_not_break_the_report() -> None:
    assert figures.number(float("inf")) == "inf"
