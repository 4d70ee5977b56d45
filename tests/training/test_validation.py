"""Counts of each class against scikit-learn, whatever the cut into batches."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn import metrics

from imbalance_audit.errors import OptionError
from imbalance_audit.training import ClassFigures, ValidationTally

CLASSES = ("ash", "birch", "cedar", "dogwood")
RANDOM = torch.Generator().manual_seed(0)
TARGET = torch.multinomial(torch.tensor([0.7, 0.2, 0.1]), 500, replacement=True, generator=RANDOM)
LOGITS = torch.randn(500, 4, generator=RANDOM) + 1.5 * torch.nn.functional.one_hot(TARGET, 4)


def tallied(logits: torch.Tensor, target: torch.Tensor, *, cuts: int = 1, ignore_index: int = -100) -> ClassFigures:
    tally = ValidationTally(CLASSES, ignore_index=ignore_index)
    for part, its_target in zip(logits.tensor_split(cuts), target.tensor_split(cuts), strict=True):
        tally.add(part, its_target)
    return tally.figures()


@pytest.mark.parametrize("cuts", [1, 7, 500, 900])
def test_figures_are_those_of_scikit_learn_for_every_cut_into_batches(cuts: int) -> None:
    figures = tallied(LOGITS, TARGET, cuts=cuts)

    predicted = LOGITS.argmax(1)
    precision, recall, f1, rows = metrics.precision_recall_fscore_support(
        TARGET, predicted, labels=range(4), zero_division=0
    )
    assert figures.rows == tuple(rows)
    assert figures.recall == (*recall[:3], None)
    assert figures.precision == pytest.approx((*precision[:3], None))
    assert figures.f1 == pytest.approx((*f1[:3], None))
    named = figures.named()
    assert named["macro_f1"] == pytest.approx(f1[:3].mean())
    assert named["balanced_accuracy"] == pytest.approx(recall[:3].mean())
    assert named["worst_recall"] == pytest.approx(recall[:3].min())
    assert "recall/dogwood" not in named


def test_class_indices_and_pixels_count_as_logits_do() -> None:
    image, target = LOGITS.reshape(5, 100, 4).permute(0, 2, 1).reshape(5, 4, 10, 10), TARGET.reshape(5, 10, 10)

    assert tallied(image, target) == tallied(LOGITS, TARGET) == tallied(LOGITS.argmax(1), TARGET)


def test_ignored_targets_take_no_part() -> None:
    target = TARGET.clone()
    target[::3] = 255

    kept = torch.arange(500) % 3 != 0
    assert tallied(LOGITS, target, ignore_index=255) == tallied(LOGITS[kept], TARGET[kept])


def test_an_index_beyond_the_classes_is_refused_at_the_end() -> None:
    tally = ValidationTally(CLASSES)
    tally.add(LOGITS[:2], torch.tensor([0, 4]))
    tally.add(torch.tensor([9]), torch.tensor([0]))

    with pytest.raises(OptionError, match="from 0 to 3, got 1 targets and 1 predictions beyond"):
        tally.figures()


@pytest.mark.parametrize(
    ("prediction", "target"),
    [
        (torch.zeros(3, 5), torch.zeros(3, dtype=torch.int64)),
        (torch.zeros(3), torch.zeros(3, dtype=torch.int64)),
        (torch.zeros(3, 4), torch.zeros(3)),
        (torch.zeros(2, dtype=torch.int64), torch.zeros(3, dtype=torch.int64)),
    ],
)
def test_what_does_not_fit_is_refused(prediction: torch.Tensor, target: torch.Tensor) -> None:
    with pytest.raises(OptionError, match="Expected logits"):
        ValidationTally(CLASSES).add(prediction, target)


@pytest.mark.parametrize("classes", [[], ["a", "a"], "ab"])
def test_classes_that_are_no_list_of_names_are_refused(classes: list[str]) -> None:
    with pytest.raises(OptionError, match="Expected the name of each class once"):
        ValidationTally(classes)


def test_names_are_safe_and_each_class_has_its_own() -> None:
    classes = ("T-shirt/top", "T-shirt top", "", "a\nb", "café", "_2")
    ones = (1,) * 6

    keys = [key for key in ClassFigures(classes, ones, ones, ones).named(prefix="val/") if "recall/" in key]

    assert keys == [
        "val/recall/T-shirt_top_0", "val/recall/T-shirt_top_1", "val/recall/_2_", "val/recall/a_b", "val/recall/café",
        "val/recall/_2",
    ]  # fmt: skip


def test_no_validation_row_gives_no_figure() -> None:
    assert ValidationTally(CLASSES).figures().named() == {}


def test_counts_are_whole_numbers_beyond_those_of_a_float32() -> None:
    tally = ValidationTally(["a", "b"])
    tally.add(torch.zeros(1, dtype=torch.int64), torch.zeros(1, dtype=torch.int64))
    tally.totals += 2**24

    tally.totals[:, 2] = 0
    assert tally.figures().rows == (2**24 + 1, 2**24)
    assert np.float32(2**24 + 1) == 2**24
