"""Repeat factors, against detectron2's algorithm, and their rounding."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import pytest
import torch

from imbalance_audit.errors import OptionError
from imbalance_audit.training import RepeatFactorSampler
from imbalance_audit.training.samplers.epoch_sampler import BLOCK

ROWS: list[list[str]] = [["fox"]] * 60 + [["fox", "cat"]] * 30 + [["lynx", "fox", "fox"]] * 3 + [[]] * 7


def detectron2_factors(rows: Sequence[Sequence[str]], threshold: float) -> list[float]:
    """RepeatFactorTrainingSampler.repeat_factors_from_category_frequency (detectron2 02b5c4e), line for line."""
    frequency: dict[str, float] = defaultdict(int)
    for row in rows:
        for label in set(row):
            frequency[label] += 1
    for label, count in frequency.items():
        frequency[label] = count / len(rows)
    repeat = {label: max(1.0, math.sqrt(threshold / share)) for label, share in frequency.items()}
    return [max((repeat[label] for label in set(row)), default=1.0) for row in rows]


@pytest.mark.parametrize("threshold", [0.001, 0.1, 0.5, 1.0])
def test_the_factors_are_those_of_detectron2(threshold: float) -> None:
    factors = RepeatFactorSampler(ROWS, threshold=threshold).factors

    assert factors.tolist() == pytest.approx(detectron2_factors(ROWS, threshold), rel=1e-6)


def test_labels_may_be_integers_sets_or_one_a_row() -> None:
    code = {"fox": 4, "cat": -2, "lynx": 9}
    coded = RepeatFactorSampler([{code[label] for label in row} for row in ROWS], threshold=0.5)
    single = RepeatFactorSampler(torch.tensor([0] * 99 + [1]), threshold=0.16)

    assert torch.equal(coded.factors, RepeatFactorSampler(ROWS, threshold=0.5).factors)
    assert single.factors[99].item() == 4.0


@pytest.mark.parametrize("replicas", [1, 3])
def test_each_row_comes_its_factor_rounded_down_or_up_and_in_the_mean_exactly(replicas: int) -> None:
    ranks = [RepeatFactorSampler(ROWS, threshold=0.5, num_replicas=replicas, rank=rank) for rank in range(replicas)]
    expected = ranks[0].factors.double() * ranks[0].num_samples / ranks[0].factors.double().sum()
    total: Counter[int] = Counter()
    epochs = 300
    for epoch in range(epochs):
        for rank in ranks:
            rank.set_epoch(epoch)
        union = [row for turn in zip(*ranks, strict=True) for row in turn][: ranks[0].num_samples]
        counts = Counter(union)
        assert all(math.floor(m) <= counts[row] <= math.ceil(m) for row, m in enumerate(expected.tolist()))
        total += counts

    assert ranks[0].num_samples == math.ceil(float(ranks[0].factors.double().sum()))
    for row in (0, 60, 92, 99):
        assert total[row] / epochs == pytest.approx(float(expected[row]), abs=0.12)


def test_no_row_is_left_out_of_an_epoch() -> None:
    labels = ["cat"] * 900 + ["dog"] * 90 + ["fox"] * 10  # Σr = 1026.5

    for epoch in range(20):
        sampler = RepeatFactorSampler(labels, threshold=0.1)
        sampler.set_epoch(epoch)

        assert set(sampler) == set(range(1000))


def test_stochastic_rounding_has_the_same_expectation() -> None:
    sampler = RepeatFactorSampler(ROWS, threshold=0.5, rounding="stochastic", num_samples=100_000)

    drawn = Counter(sampler)

    expected = (sampler.factors.double() / sampler.factors.double().sum() * 100_000).tolist()
    statistic = sum((drawn[row] - n) ** 2 / n for row, n in enumerate(expected))
    assert statistic < 149.0  # 99 degrees, p = 0.001


def test_rows_without_labels_follow_the_rule_that_was_chosen() -> None:
    once = Counter(RepeatFactorSampler(ROWS, threshold=0.001))
    never = Counter(RepeatFactorSampler(ROWS, threshold=0.001, unlabelled="never"))

    assert once == dict.fromkeys(range(100), 1)
    assert never == dict.fromkeys(range(93), 1)
    with pytest.raises(OptionError, match="got none in 7, such as row 93"):
        RepeatFactorSampler(ROWS, unlabelled="error")


def test_a_last_row_that_never_comes_is_not_reached_by_rounding() -> None:
    sampler = RepeatFactorSampler([["a"]] * 3 + [[]], unlabelled="never", num_samples=50_000, rounding="stochastic")

    assert set(sampler) == {0, 1, 2}


@pytest.mark.parametrize("rounding", ["systematic", "stochastic"])
@pytest.mark.parametrize("taken", [0, 3, BLOCK + 1])
def test_a_resumed_epoch_goes_on_where_it_stood_under_other_ranks(rounding: Any, taken: int) -> None:  # noqa: ANN401 -- a literal of the sampler
    def build(replicas: int, rank: int) -> RepeatFactorSampler:
        return RepeatFactorSampler(
            ROWS, threshold=0.5, rounding=rounding, num_samples=2 * BLOCK + 6, num_replicas=replicas, rank=rank
        )

    one = build(1, 0)
    one.set_epoch(2)
    whole = list(one)
    running = build(2, 1)
    running.set_epoch(2)
    stream = iter(running)
    for _ in range(taken):
        next(stream)
    one.load_state_dict(running.state_dict())

    assert list(one) == whole[2 * taken :]


def test_the_state_of_other_factors_is_refused() -> None:
    state = RepeatFactorSampler(ROWS, threshold=0.5).state_dict()

    with pytest.raises(OptionError, match="Expected a state with fingerprint"):
        RepeatFactorSampler(ROWS, threshold=0.6).load_state_dict(state)


@pytest.mark.parametrize(
    ("labels", "options", "message"),
    [
        ([[], []], {}, "a row with a label, got none"),
        ([["a"], "b"], {}, "lists in some rows only"),
        ([["a"], [None]], {}, "got NoneType in row 1"),
        ([["a"]], {"threshold": 0.0}, "above 0 and at most 1, got 0.0"),
        ([["a"]], {"rounding": "up"}, 'no rounding "up".* one of "systematic", "stochastic"'),
        ([["a"]], {"unlabelled": "drop"}, 'no unlabelled policy "drop".* one of "once", "never", "error"'),
    ],
)
def test_what_does_not_fit_is_refused_at_construction(labels: Any, options: dict[str, Any], message: str) -> None:  # noqa: ANN401 -- that is the point
    with pytest.raises(OptionError, match=message):
        RepeatFactorSampler(labels, **options)
