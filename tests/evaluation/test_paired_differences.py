from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from scipy.stats import binomtest

from imbalance_audit import evaluate
from imbalance_audit.errors import SourceError
from imbalance_audit.evaluation.paired_differences import paired_share
from imbalance_audit.records import Evaluation

Made = Callable[..., pl.DataFrame]


def verdicts(evaluation: Evaluation) -> dict[str, str]:
    return {one.metric: one.verdict for one in evaluation.differences}


def test_a_run_differs_from_itself_by_exactly_nothing(predictions: Made) -> None:
    frame = predictions(rows=2000)

    found = evaluate({"one": frame, "other": frame})

    assert {(one.change.value, one.change.low, one.change.high) for one in found.differences} == {(0, 0, 0)}
    assert set(verdicts(found).values()) == {"noise"}
    assert {"macro_f1", "pr_auc", "nll", "ece", "classwise_ece", "recall[fox]"} <= set(verdicts(found))


def test_a_pair_of_runs_is_told_apart_where_their_own_intervals_overlap() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(600) % 2
    said = np.where(rng.random(600) < 0.7, truth, 1 - truth)
    wrong = np.flatnonzero(said != truth)[:20]
    better = said.copy()
    better[wrong] = truth[wrong]

    found = evaluate({"plain": {"label": truth, "predicted": said}, "better": {"label": truth, "predicted": better}})

    before, after = (run.metrics["macro_f1"] for run in found.runs)
    assert (before.high or 0) > (after.low or 1)
    assert verdicts(found)["macro_f1"] == "better"


def test_lower_is_better_where_errors_are_measured() -> None:
    truth = [0, 1] * 100
    sure = {"label": truth, "prob": [0.1 + 0.8 * one for one in truth]}
    unsure = {"label": truth, "prob": [0.4 + 0.2 * one for one in truth]}

    found = evaluate({"unsure": unsure, "sure": sure})

    assert verdicts(found)["nll"] == "better"
    assert verdicts(found)["brier"] == "better"
    assert verdicts(found)["accuracy"] == "noise"


def test_each_two_runs_are_compared_in_the_order_given(predictions: Made) -> None:
    runs = {name: predictions() for name in ("a", "b", "c")}

    found = evaluate(runs, resamples=2)

    assert list(dict.fromkeys((one.first, one.second) for one in found.differences)) == [
        ("a", "b"), ("a", "c"), ("b", "c"),
    ]  # fmt: skip


def test_three_rows_that_all_turn_right_are_noise() -> None:
    truth = ["cat"] * 300 + ["fox"] * 3
    missed = ["cat"] * 303

    found = evaluate({"a": {"label": truth, "predicted": missed}, "b": {"label": truth, "predicted": truth}})

    assert verdicts(found)["recall[fox]"] == "noise"


def test_paired_shares_are_told_apart_as_rarely_by_chance_as_they_say() -> None:
    rng = np.random.default_rng(1)
    told = 0
    for _ in range(1000):
        before, after = rng.random((2, 30)) < 0.7
        change = paired_share(int((after & ~before).sum()), int((before & ~after).sum()), 30, 0.95)
        told += not (change.low or 0) <= 0 <= (change.high or 0)

    assert binomtest(told, 1000, 0.05, alternative="greater").pvalue > 0.001


def test_runs_in_other_row_orders_are_matched_by_id(predictions: Made) -> None:
    frame = predictions()

    found = evaluate({"a": frame, "b": frame.sample(fraction=1, shuffle=True, seed=1)}, id="id")

    assert all(one.change.value == 0 for one in found.differences)


def test_runs_whose_columns_stand_in_other_orders_are_matched_by_name(predictions: Made) -> None:
    frame = predictions()
    turned = frame.select("label", "logit_fox", "logit_dog", "logit_cat")

    found = evaluate({"a": frame, "b": turned})

    assert all(one.change.value == pytest.approx(0) for one in found.differences)


def test_runs_of_predicted_classes_share_all_classes_that_occur_in_any() -> None:
    truth = ["cat", "dog", "dog"]

    found = evaluate(
        {"a": {"label": truth, "predicted": truth}, "b": {"label": truth, "predicted": ["cat", "owl", "dog"]}}
    )

    assert found.classes == ("cat", "dog", "owl")
    assert [one.predicted for one in found.runs[0].classes] == [1, 2, 0]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"id": ["a", "b"], "label": ["cat", "dog"], "predicted": ["cat", "cat"]}, "3 and 2 rows"),
        ({"id": ["a", "b", "d"], "label": ["cat", "dog", "cat"], "predicted": ["cat"] * 3}, '"c" and "d"'),
        ({"id": ["a", "b", "c"], "label": ["cat", "cat", "cat"], "predicted": ["cat"] * 3}, 'at id "b"'),
    ],
)
def test_runs_of_other_rows_are_refused(other: dict[str, list[str]], said: str) -> None:
    one = {"id": ["a", "b", "c"], "label": ["cat", "dog", "cat"], "predicted": ["cat", "dog", "cat"]}

    with pytest.raises(SourceError, match=said):
        evaluate({"one": one, "other": other}, id="id")


def test_the_group_that_fares_worst_is_noted() -> None:
    table = {
        "label": ["cat", "dog"] * 40,
        "predicted": ["cat", "dog"] * 20 + ["dog", "cat"] * 20,
        "site": ["north"] * 40 + ["south"] * 40,
    }

    (note,) = (note for note in evaluate(table, group="site").runs[0].notes if "groups" in note)

    assert '"south" fares worst: 0.000 of its 40 rows' in note
