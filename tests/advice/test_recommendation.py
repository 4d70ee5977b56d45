"""What to start from: the first rule that fits, to its limits."""

from __future__ import annotations

import numpy as np
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


@pytest.mark.parametrize(
    ("counts", "choice"),
    [
        ([300, 200], "none"),  # a ratio of exactly 1.5
        ([301, 200], "balanced"),
        ([1], "none"),
        ([19, 19], "none"),  # too few, and yet nothing to weigh
        ([40, 20], "balanced"),
        ([40, 19], "logit-adjustment"),
        ([3, 2], "none"),
    ],
)
def test_the_limits_of_the_ratio_and_of_few_labels_belong_to_the_milder_side(counts: list[int], choice: str) -> None:
    assert recommend(counts, task="multiclass").choice == choice
    assert recommend(counts[::-1], task="binary").choice == choice


@pytest.mark.parametrize("power", [1.0, 0.5])
def test_weights_are_recommended_while_they_keep_30_per_cent_of_the_sample(power: float) -> None:
    """The effective share of Kish, written out: (Σ n·w)² / (Σ n · Σ n·w²) with w = n^-power."""

    def share(common: int) -> float:
        n = np.array([common, *[100.0] * 9])
        w = n**-power
        return float((n @ w) ** 2 / (n.sum() * (n @ w**2)))

    last = max(common for common in range(200, 60_000) if share(common) >= 0.3)
    here, beyond = (recommend([common, *[100] * 9], task="multiclass").choice for common in (last, last + 1))

    assert (here, beyond) == (("balanced", "sqrt") if power == 1 else ("sqrt", "logit-adjustment"))


def test_every_sentence_tells_the_figures_that_it_was_decided_by() -> None:
    assert recommend([150, 100], task="multiclass").sentence == (
        "Ratio 1.5: train without weights, they would change little."
    )
    assert recommend([900, 400], task="multiclass").sentence == (
        "Ratio 2.2, balanced weights keep 85 % of the effective sample: start from balanced."
    )
    assert recommend([5000, 19], task="multiclass").sentence.startswith("Ratio 263, 1 class under 20: prefer logit")
    assert recommend([5000, 2], task="multilabel").sentence == (
        "Ratio 2,500, 1 class under 20, several labels a sample: give BCEWithLogitsLoss the file's pos_weight."
    )


def test_several_labels_a_sample_get_pos_weight_however_they_are_distributed() -> None:
    for counts in ([5, 5], [500, 20], [5000, 1]):
        found = recommend(counts, task="multilabel")

        assert (found.choice, found.scheme) == ("pos_weight", "balanced")
