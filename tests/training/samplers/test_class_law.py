"""How likely each class is, and the labels that do not fit the weights."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch

from imbalance_audit.errors import OptionError, WeightFileError
from imbalance_audit.files.weights import load_weights
from imbalance_audit.training import ClassSampler
from imbalance_audit.weights.diagnostics import implied_prior

if TYPE_CHECKING:
    from pathlib import Path

    from imbalance_audit.records import ClassWeights

LABELS = [0] * 6 + [1] * 3 + [2]


def test_a_file_and_its_value_draw_the_same_rows(weight_file: Path, weights: ClassWeights) -> None:
    weight = (0.1, 1 / 3, 4.7)
    uneven = replace(weights, weight=weight, implied_prior=implied_prior(weights.counts, weight))
    uneven.save(weight_file)
    by_path = ClassSampler(LABELS, weights=weight_file)

    by_value = ClassSampler(LABELS, weights=uneven)

    assert list(by_path) == list(by_value) == list(ClassSampler(LABELS, weights=load_weights(str(weight_file))))
    assert by_path.state_dict() == by_value.state_dict()


def test_text_is_matched_by_name_and_integers_by_place(weights: ClassWeights) -> None:
    # The file says bird, cat, dog; here the dog comes first.
    other = replace(weights, classes=("dog", "cat", "bird"), weight=(4.0, 1.0, 0.5), counts=(1, 3, 6))
    names = ["bird"] * 6 + ["cat"] * 3 + ["dog"]

    def shares(sampler: ClassSampler) -> float:
        return sum(row == 9 for row in sampler) / len(sampler)

    assert shares(ClassSampler(names, weights=other, num_samples=5000)) == pytest.approx(0.4, abs=0.03)
    assert shares(ClassSampler(LABELS, weights=other, num_samples=5000)) == pytest.approx(0.5 / 27.5, abs=0.01)


def test_rows_with_the_ignore_index_are_never_drawn(weights: ClassWeights) -> None:
    labels = [255, *LABELS, 255]

    for sampler in (
        ClassSampler(labels, weights=weights, num_samples=2000),
        ClassSampler([-100 if label == 255 else label for label in labels], num_samples=2000),
        ClassSampler(["255", *(weights.classes[label] for label in LABELS), "255"], weights=weights, num_samples=2000),
    ):
        assert set(sampler) == set(range(1, 11))


def test_negative_labels_are_classes_without_weights() -> None:
    drawn = Counter(ClassSampler([-1, 1, 1, 1], num_samples=4000))

    assert drawn[0] == pytest.approx(2000, abs=150)


def test_a_class_of_weight_0_is_never_drawn(weights: ClassWeights) -> None:
    sampler = ClassSampler(LABELS, weights=replace(weights, weight=(0.0, 1.0, 4.0)), num_samples=2000)

    assert set(sampler) == {6, 7, 8, 9}


def test_a_class_that_never_occurred_needs_no_row(weights: ClassWeights) -> None:
    capped = replace(weights, counts=(6, 3, 0), zero_count="cap")

    assert set(ClassSampler(LABELS[:9], weights=capped, num_samples=2000)) == set(range(9))


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 1, 2, 3], "from 0 to 2, places in the weights' classes, got 3"),
        ([0, 1, 2, -1], "got -1"),
        ([0, 1, 2, -100], "got -100"),
        (["bird", "cat", "dgo", "dog"], 'got "dgo". Did you mean "dog"'),
        (["bird", "cat", "dog", "100"], 'got "100"'),
        ([0, 0, 1], 'a row of every class that the weights counted, got none of "dog"'),
        (["dog", "bird"], 'got none of "cat"'),
    ],
)
def test_labels_that_are_not_the_classes_of_the_weights_are_refused(
    labels: list[Any], message: str, weight_file: Path
) -> None:
    with pytest.raises(OptionError, match=message):
        ClassSampler(labels, weights=weight_file)


def test_a_missing_weight_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightFileError, match="There is no weight file"):
        ClassSampler(LABELS, weights=tmp_path / "nowhere.pt")


def test_the_expected_gradient_is_that_of_the_weighted_loss(weights: ClassWeights) -> None:
    # Any function of the row will do: here a fixed number for each.
    value = torch.linspace(-1, 3, 10, dtype=torch.float64)
    weight = torch.tensor(weights.weight, dtype=torch.float64)[torch.tensor(LABELS)]

    drawn = value[torch.tensor(list(ClassSampler(LABELS, weights=weights, num_samples=400_000)))]

    assert drawn.mean().item() == pytest.approx(float((weight * value).sum() / weight.sum()), abs=0.01)
