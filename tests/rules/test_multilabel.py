"""MLB: labels that share samples unevenly, planted, and even ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from imbalance_audit.auditing.judging import judge_again
from tests.rules.audits import audit_samples, of_rule


def test_a_rare_label_among_several_has_a_high_irlbl_and_cardinality_may_move() -> None:
    rare = audit_samples([["a", "b"]] * 100 + [["c"]])
    moved = audit_samples([["a"]] * 50 + [["a", "b"]] * 50, splits=["train"] * 50 + ["test"] * 50)
    even = audit_samples([["a", "b"]] * 50, splits=["train", "test"] * 25)

    assert [(f.label, f.observed) for f in of_rule(rare, "MLB001")] == [("c", 100.0)]
    assert of_rule(rare, "MLB002")[0].message == "MeanIR is 34.0, CVIR 1.68"
    assert of_rule(moved, "MLB004")[0].observed == 2.0
    assert of_rule(even, "MLB001") == of_rule(even, "MLB002") == of_rule(even, "MLB004") == []


def test_a_declared_label_without_positives_is_an_error() -> None:
    audit = audit_samples([["a", "b"]] * 50)
    declared = replace(audit, classes=("a", "b", "c"), declared=True, class_order="declared")

    assert [f.label for f in of_rule(judge_again(declared), "MLB003")] == ["c"]
    assert of_rule(judge_again(replace(declared, classes=("a", "b"))), "MLB003") == []


def test_irlbl_is_told_above_50_rarest_first_then_by_name() -> None:
    samples = [["a"]] * 306 + [["b"]] * 6 + [["d"]] * 5 + [["c"]] * 5 + [["e"]] * 2

    found = of_rule(audit_samples(samples), "MLB001")

    assert [(f.label, f.observed) for f in found] == [("e", 153.0), ("c", 61.2), ("d", 61.2), ("b", 51.0)]
    assert found[0].message == 'IRLbl of "e" is 153'
    assert of_rule(audit_samples([["a"]] * 300 + [["b"]] * 6), "MLB001") == []


def test_positives_are_those_of_train_and_a_label_told_twice_on_a_sample_is_one_positive() -> None:
    samples = [["a", "a", "a"]] * 60 + [["b"]] + [["b"]] * 60

    (finding,) = of_rule(audit_samples(samples, splits=["train"] * 61 + ["test"] * 60), "MLB001")

    assert (finding.label, finding.observed, finding.split) == ("b", 60.0, "train")


def test_mean_and_variation_of_irlbl_are_numpy_s() -> None:
    counts = {"a": 100, "b": 20, "c": 4}
    ratios = np.array([1, 5, 25])

    (finding,) = of_rule(audit_samples([[label] for label, n in counts.items() for _ in range(n)]), "MLB002")

    assert finding.observed == pytest.approx(ratios.mean())
    assert finding.message == f"MeanIR is {ratios.mean():.1f}, CVIR {ratios.std(ddof=1) / ratios.mean():.2f}"


@pytest.mark.parametrize(("rare", "found"), [(10, 0), (9, 1)])
def test_a_mean_irlbl_of_10_is_not_above_10(rare: int, found: int) -> None:
    # IRLbl is 1 and 190/10, mean 10.
    assert len(of_rule(audit_samples([["a"]] * 190 + [["b"]] * rare), "MLB002")) == found


def test_a_declared_label_with_positives_outside_train_alone_has_none() -> None:
    audit = audit_samples([["a"], ["b"], ["c"]], splits=["train", "test", "train"])
    declared = replace(audit, classes=("b", "a"), declared=True, class_order="declared")

    (finding,) = of_rule(judge_again(declared), "MLB003")

    assert (finding.label, finding.split, finding.message) == ("b", "train", '"b" has no positive sample')


@pytest.mark.parametrize(
    ("train", "test", "times"), [(2, 3, None), (2, 4, 2.0), (4, 2, 2.0), (3, 2, None), (1, 0, None), (0, 1, None)]
)
def test_cardinality_may_move_by_half_either_way_and_none_has_no_factor(
    train: int, test: int, times: float | None
) -> None:
    audit = audit_samples([list("abcd")[:train]] * 10 + [list("abcd")[:test]] * 5, splits=["train"] * 10 + ["test"] * 5)

    found = of_rule(audit, "MLB004")

    assert [(f.split, f.observed) for f in found] == ([("test", times)] if times else [])
    assert all(f.message == f"a sample of test has {test:.2f} labels and one of train {train:.2f}" for f in found)


def test_samples_without_a_label_count_in_cardinality() -> None:
    samples = [["a", "b"]] * 10 + [["a", "b"]] * 4 + [[]] * 6

    (finding,) = of_rule(audit_samples(samples, splits=["train"] * 10 + ["test"] * 10), "MLB004")

    assert finding.message == "a sample of test has 0.80 labels and one of train 2.00"


def test_exactly_the_limit_is_not_above_it_whatever_floats_make_of_the_means() -> None:
    assert (3 / 17) / (2 / 17) > 1.5
    samples = [["a"]] * 2 + [[]] * 15 + [["a"]] * 3 + [[]] * 14

    assert of_rule(audit_samples(samples, splits=["train"] * 17 + ["test"] * 17), "MLB004") == []
