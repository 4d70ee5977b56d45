"""What to start from: the first rule that fits, to its limits."""

from __future__ import annotations

import pytest

from imbalance_audit.advice.recommendation import recommend


@pytest.mark.parametrize(
    ("counts", "choice", "scheme"),
    [
        ([500, 480], "none", "none"),
        ([900, 400], "balanced", "balanced"),
        ([900, 90, 30], "sqrt", "sqrt"),
        ([900, 90, 10], "logit-adjustment", "sqrt"),
        ([100, 19], "logit-adjustment", "sqrt"),
    ],
)
def test_the_first_rule_that_fits_recommends(counts: list[int], choice: str, scheme: str) -> None:
    found = recommend(counts, task="multiclass")

    assert (found.choice, found.scheme) == (choice, scheme)


def test_the_recommendation_gives_its_reason_in_figures() -> None:
    # Balanced: 9 / (1/10596 + 1/19 + 1) of 10,616 labels.
    assert recommend([10596, 19, 1], task="multiclass").sentence == (
        "Ratio 10,596, 2 classes under 20: prefer logit adjustment or deferred weights; balanced weights keep 0.081 % "
        "of the effective sample and sqrt keeps 37 %."
    )
    assert "pos_weight" in recommend([9, 1], task="multilabel").sentence
