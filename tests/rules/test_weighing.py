"""WGT: weight files that do not fit or do harm, planted, and those that fit."""

from __future__ import annotations

import pytest

from imbalance_audit import class_weights
from imbalance_audit.auditing.judging import judge_again
from tests.rules.audits import audit_cells, counts, of_rule


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
