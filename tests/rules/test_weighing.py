"""WGT: weight files that do not fit or do harm, planted, and those that fit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from imbalance_audit import class_weights
from imbalance_audit.auditing.judging import judge_again
from imbalance_audit.records import Audit, Finding
from tests.rules.audits import audit_cells, audit_counts, counts, of_rule


def test_weights_of_these_data_pass_and_those_of_others_are_stale() -> None:
    audit = counts(cat=100, dog=100)

    assert of_rule(judge_again(audit, weights=class_weights(audit)), "WGT001") == []
    stale = of_rule(judge_again(audit, weights=class_weights(counts(cat=180, dog=20))), "WGT001")
    assert [f.severity for f in stale] == ["error"]
    assert stale[0].observed == pytest.approx(0.4)


def test_weights_of_other_classes_or_of_another_order_are_an_error() -> None:
    audit = counts(cat=100, dog=100)
    turned = audit_cells([(None, None, "cat", 100), (None, None, "dog", 100)], classes=["dog", "cat"])

    other = of_rule(judge_again(audit, weights=class_weights(counts(cat=100, fox=100))), "WGT002")
    order = of_rule(judge_again(audit, weights=class_weights(turned)), "WGT002")

    assert other[0].message == 'the file lacks "dog" and has besides "fox"'
    assert order[0].message == "the file has the same classes in another order"
    assert of_rule(judge_again(audit, weights=class_weights(audit)), "WGT002") == []


def test_extreme_weights_leave_few_effective_samples_and_flip_under_label_smoothing() -> None:
    # METHODS' example: CIFAR-10-LT of ratio 100 has 12,406 rows that weigh as 2,012.
    audit = counts(**{f"c{i}": int(5000 * 100 ** (-i / 9)) for i in range(10)})
    extreme = judge_again(counts(cat=100_000, dog=100), weights=class_weights(counts(cat=100_000, dog=100)))
    weights = class_weights(audit)

    assert weights.ess == pytest.approx(2012, abs=1)
    assert of_rule(judge_again(audit, weights=weights), "WGT004")[0].severity == "warning"
    assert of_rule(extreme, "WGT003")[0].observed == pytest.approx(1000)
    assert of_rule(extreme, "WGT006")[0].observed == pytest.approx(2 / 1001)
    mild = judge_again(counts(cat=100, dog=90), weights=class_weights(counts(cat=100, dog=90)))
    assert all(of_rule(mild, code) == [] for code in ("WGT003", "WGT004", "WGT006"))


@pytest.mark.parametrize(("beta", "amounts"), [(0.9, "equal weights"), (0.999999, "inverse frequency"), (0.999, None)])
def test_a_saturated_beta_is_told_with_what_it_amounts_to(beta: float, amounts: str | None) -> None:
    audit = counts(cat=5000, dog=500)

    found = of_rule(judge_again(audit, weights=class_weights(audit, scheme="effective-number", beta=beta)), "WGT005")

    assert [amounts in finding.message for finding in found if amounts] == ([True] if amounts else [])
    assert len(found) == (amounts is not None)


MADE = class_weights(counts(cat=600, dog=400))


def judged(code: str, audit: Audit | None = None, **changed: object) -> list[Finding]:
    """Return what a rule says of the weights of 600 cats and 400 dogs, changed by hand."""
    weights = replace(MADE, **changed)  # type: ignore[arg-type]  # -- by name
    return of_rule(judge_again(audit or counts(cat=600, dog=400), weights=weights), code)


@pytest.mark.parametrize(
    ("was", "severity"),
    [((600, 400), None), ((6, 4), None), ((601, 399), "warning"), ((700, 300), "warning"), ((701, 299), "error")],
)
def test_weights_are_stale_from_the_first_row_that_moved_a_share_and_an_error_above_a_tenth(
    was: tuple[int, int], severity: str | None
) -> None:
    found = judged("WGT001", counts=was)

    assert [f.severity for f in found] == ([severity] if severity else [])
    assert [f.observed for f in found] == pytest.approx([abs(was[0] / sum(was) - 0.6)] * len(found))


def test_the_split_that_the_weights_come_from_is_compared_or_what_is_trained_on_where_it_is_gone() -> None:
    audit = audit_counts({"train": {"cat": 60, "dog": 40}, "val": {"cat": 50, "dog": 50}})

    (val,) = judged("WGT001", audit, split="val")
    gone = judged("WGT001", audit, split="dev")
    (everything,) = judged("WGT001", audit, split=None)

    assert val.split == "val"
    assert val.observed == pytest.approx(0.1)
    assert val.message == "the weights come from 1,000 rows, the data have 100; total variation is 0.1"
    assert gone == []
    assert everything.observed == pytest.approx(0.05)


def test_data_without_a_row_of_the_file_s_classes_are_no_measure() -> None:
    assert judged("WGT001", counts(owl=5, bee=5)) == []


def test_classes_that_differ_are_named_up_to_five_on_each_side() -> None:
    names = tuple(f"c{i}" for i in range(6))

    (few,) = judged("WGT002", classes=("cat", *names[:5]), counts=(9,) * 6)
    (many,) = judged("WGT002", classes=names, counts=(9,) * 6)
    (more,) = judged("WGT002", classes=("cat", "dog", "owl"), counts=(9,) * 3)

    assert few.message == 'the file lacks "dog" and has besides "c0", "c1", "c2", "c3", "c4"'
    assert many.message == 'the file lacks "cat", "dog" and has besides "c0", "c1", "c2", "c3", "c4" …'
    assert (more.message, more.observed, more.limit) == ('the file has besides "owl"', 3, 2)


@pytest.mark.parametrize(
    ("ratio", "severity"), [(100.0, None), (100.1, "warning"), (10_000.0, "warning"), (10_001.0, "error")]
)
def test_a_ratio_of_weights_is_extreme_above_100_and_an_error_above_10_000(ratio: float, severity: str | None) -> None:
    found = judged("WGT003", weight=(1.0, ratio))

    assert [f.severity for f in found] == ([severity] if severity else [])
    assert all(f.label == "dog" and f'"dog" weighs {ratio:,.0f} times the lightest class' == f.message for f in found)


@pytest.mark.parametrize(("ess", "severity"), [(300, None), (299, "warning"), (100, "warning"), (99, "error")])
def test_effective_samples_are_few_below_30_per_cent_and_an_error_below_10(ess: float, severity: str | None) -> None:
    found = judged("WGT004", ess=float(ess))

    assert [f.severity for f in found] == ([severity] if severity else [])
    assert all(f.message == f"1,000 rows weigh as {ess} equal ones would" for f in found)


@pytest.mark.parametrize(
    ("was", "beta", "amounts"),
    [
        ((128, 64), 1 - 1 / 1024, None),  # 128 · 2^-10 is ⅛
        ((64, 32), 1 - 1 / 1024, "inverse frequency"),
        ((60, 40), 0.875, "equal weights"),  # 40 · ⅛ is 5
        ((60, 39), 0.875, None),
        ((60, 0), 0.875, "equal weights"),
        ((0, 0), 0.875, None),
    ],
)
def test_a_beta_is_saturated_by_the_rarest_or_the_commonest_class(
    was: tuple[int, int], beta: float, amounts: str | None
) -> None:
    found = judged("WGT005", counts=was, scheme="effective-number", parameters={"beta": beta})

    assert [f"rows is {amounts};" in f.message for f in found] == ([True] if amounts else [])
    assert judged("WGT005", counts=was, scheme="balanced", parameters={"beta": beta}) == []
    assert judged("WGT005", counts=was, scheme="effective-number", parameters={}) == []


def test_a_saturated_beta_is_told_with_that_of_a_middling_class() -> None:
    weights: dict[str, Any] = {"classes": ("a", "b", "c"), "counts": (1000, 80, 200), "weight": (1.0, 1.0, 1.0)}

    (finding,) = judged("WGT005", scheme="effective-number", parameters={"beta": 0.5}, **weights)

    assert finding.message == "β = 0.5 with 80 to 1,000 rows is equal weights; a start is β = 0.995"
    assert finding.observed == 0.5
    assert finding.limit == pytest.approx(0.995)


@pytest.mark.parametrize(("ratio", "found"), [(1.0, False), (18.9, False), (19.1, True)])
def test_smoothing_flips_where_a_wrong_class_has_the_larger_weighted_target(ratio: float, found: bool) -> None:
    # Two classes, ε = 0.1: the truth has 0.95 of the target, the other one 0.05.
    assert (0.05 * ratio > 0.95) is found

    told = judged("WGT006", weight=(1.0, ratio))

    assert [f.observed for f in told] == pytest.approx([2 / (ratio + 1)] * found)
    assert [f.message for f in told] == (
        ["with weights of ratio 19, label smoothing from 0.1 on prefers a wrong class"] if found else []
    )
