"""SPL: shares that moved between splits, planted, and splits without drift."""

from __future__ import annotations

import pytest
from scipy.stats import hypergeom

from benchmarks.false_alarms import EVERY_DIFFERENCE, false_alarms
from imbalance_audit.records import Finding
from tests.rules.audits import BALANCED, Cell, audit_cells, audit_samples, of_rule


def test_a_class_whose_share_moved_is_named_and_the_split_as_a_whole() -> None:
    audit = audit_cells([
        ("train", None, "cat", 8000), ("train", None, "dog", 2000),
        ("test", None, "cat", 600), ("test", None, "dog", 400),
    ])  # fmt: skip

    (moved,) = of_rule(audit, "SPL001")
    (whole,) = of_rule(audit, "SPL002")

    assert (moved.split, moved.label, moved.observed) == ("test", "dog", 2.0)
    assert whole.observed == pytest.approx(0.2, abs=0.02)
    assert of_rule(audit_cells(BALANCED), "SPL001") == of_rule(audit_cells(BALANCED), "SPL002") == []


def test_psi_would_cry_wolf_over_a_thousand_classes_and_these_rules_do_not() -> None:
    cells = [("train", None, f"c{i:03d}", 8) for i in range(1000)]
    cells += [("test", None, f"c{i:03d}", 2 if i % 2 else 1) for i in range(1000)]

    audit = audit_cells(cells)

    assert of_rule(audit, "SPL001") == of_rule(audit, "SPL002") == []


def test_splits_without_drift_raise_a_finding_in_at_most_five_of_a_hundred_audits() -> None:
    assert false_alarms(100, 100, EVERY_DIFFERENCE) <= 0.05


def moved(code: str, **splits: tuple[int, int]) -> list[Finding]:
    """Return the findings for two classes a and b with so many rows in each split."""
    cells: list[Cell] = [
        (split, None, label, n) for split, pair in splits.items() for label, n in zip("ab", pair, strict=True)
    ]
    return of_rule(audit_cells(cells), code)


def test_a_share_is_told_with_fisher_s_probability_adjusted_for_all_tests() -> None:
    found = moved("SPL001", train=(800, 200), test=(60, 40), val=(80, 20))

    # Four tests; a and b of test have one p, which Benjamini and Hochberg multiply by 4/2.
    p = 2 * 2 * hypergeom.sf(39, 1100, 240, 100)
    assert [(f.split, f.label, f.rows) for f in found] == [("test", "b", 40)]
    assert found[0].observed == pytest.approx(2)
    assert found[0].message == (f'"b" is 40.000% of test (40 rows) and 20.000% of train (200), adjusted p = {p:.1g}')


@pytest.mark.parametrize(("test", "times"), [((8500, 1500), None), ((8499, 1501), 1.501), ((9334, 666), 1000 / 666)])
def test_a_share_may_be_one_and_a_half_times_that_of_train_or_one_part_of_it(
    test: tuple[int, int], times: float | None
) -> None:
    found = [f for f in moved("SPL001", train=(90_000, 10_000), test=test) if f.label == "b"]

    assert [f.observed for f in found] == ([pytest.approx(times)] if times else [])


def test_a_class_that_train_or_the_split_lacks_has_no_factor() -> None:
    new = moved("SPL001", train=(1000, 0), test=(950, 50))
    gone = moved("SPL001", train=(950, 50), test=(1000, 0))

    assert [(f.label, f.observed, f.rows) for f in new] == [("b", None, 50)]
    assert [(f.label, f.observed, f.rows) for f in gone] == [("b", None, 0)]


def test_what_chance_explains_is_not_told_whatever_the_factor() -> None:
    assert moved("SPL001", train=(90, 10), test=(8, 2)) == []
    assert moved("SPL002", train=(90, 10), test=(8, 2)) == []


def test_probabilities_too_small_to_compare_are_told_as_such() -> None:
    found = moved("SPL001", train=(80_000, 20_000), test=(20_000, 80_000))

    assert all(f.message.endswith("adjusted p < 1e-12") for f in found)


def test_classes_come_with_the_least_likely_first() -> None:
    cells = [(s, None, label, n) for s, ns in (("train", (600, 200, 200)), ("test", (380, 170, 450)))
             for label, n in zip("abc", ns, strict=True)]  # fmt: skip

    assert [f.label for f in of_rule(audit_cells(cells), "SPL001")] == ["c", "a"]


def test_the_total_variation_of_a_split_is_told_with_what_chance_brings() -> None:
    (finding,) = moved("SPL002", train=(8000, 2000), test=(600, 400))

    assert finding.message.startswith("total variation from train is 0.200, 0.0")
    assert "Jensen-Shannon" in finding.message
    assert finding.message.endswith("; p < 1e-12") or "; p = " in finding.message


def test_a_split_that_chance_cannot_explain_passes_within_the_limit() -> None:
    # Total variation is 0.04, and p is far below 1 %.
    assert moved("SPL002", train=(80_000, 20_000), test=(76_000, 24_000)) == []
    assert len(moved("SPL002", train=(80_000, 20_000), test=(74_000, 26_000))) == 1


@pytest.mark.parametrize("code", ["SPL001", "SPL002"])
def test_boxes_are_not_drawn_apart_and_tokens_are(code: str) -> None:
    def state(unit: str) -> str:
        audit = audit_samples([["a"], ["b"]] * 4, unit=unit, splits=["train", "test"] * 4)
        return next(coverage.state for coverage in audit.coverage if coverage.code == code)

    assert state("box") == state("pixel") == "not_run"
    assert state("token") != "not_run"


def test_of_samples_with_several_labels_a_share_is_one_of_the_samples() -> None:
    # b is on 1 sample in 10 of train and on 4 in 10 of test; of the labels it would be 1 in 11 and 4 in 14.
    samples = [["a", "b"]] * 100 + [["a"]] * 900 + [["a", "b"]] * 40 + [["a"]] * 60

    audit = audit_samples(samples, splits=["train"] * 1000 + ["test"] * 100)

    (finding,) = of_rule(audit, "SPL001")
    assert finding.observed == pytest.approx(4)
    assert '"b" is 40.000% of test (40 rows) and 10.000% of train (100)' in finding.message


def test_exactly_the_limit_is_not_above_it_whatever_floats_make_of_the_shares() -> None:
    assert (2700 / 7000) / (18_000 / 70_000) > 1.5

    assert moved("SPL001", train=(52_000, 18_000), test=(4300, 2700)) == []
    assert [f.label for f in moved("SPL001", train=(52_000, 18_000), test=(4299, 2701))] == ["b"]
