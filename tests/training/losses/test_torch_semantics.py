"""What torch does with weights, row by row as the design was built on it. A row that fails: torch has changed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 -- the name that every torch program gives it
from sklearn.utils.class_weight import compute_class_weight
from torch import nn

from imbalance_audit import class_weights, scan
from imbalance_audit.training import WeightedBinaryCrossEntropy, WeightedCrossEntropy
from tests.training.losses.catalogue import logits_of

W = torch.tensor([0.27, 3.5, 12.0, 25.0], dtype=torch.float64)
Y = torch.tensor([0, 0, 1, 2, -100, 3])
V = torch.tensor([0, 0, 1, 2, 3])  # the valid ones


def each() -> torch.Tensor:
    """w·ℓ of the valid targets, from log_softmax alone."""
    logits = logits_of((6, 4))[[0, 1, 2, 3, 5]]
    return W[V] * -logits.log_softmax(1)[torch.arange(5), V]


def test_torchs_mean_of_indices_divides_by_the_weights_and_is_our_reduction_weight() -> None:
    theirs = F.cross_entropy(logits_of((6, 4)), Y, W)

    torch.testing.assert_close(theirs, each().sum() / W[V].sum())
    torch.testing.assert_close(WeightedCrossEntropy(W, reduction="weight")(logits_of((6, 4)), Y), theirs)


def test_torchs_sum_and_none_are_ours_and_the_mean_of_none_counts_the_ignored() -> None:
    logits = logits_of((6, 4))
    none = F.cross_entropy(logits, Y, W, reduction="none")

    assert none[4] == 0
    torch.testing.assert_close(none.mean(), each().sum() / 6)
    torch.testing.assert_close(WeightedCrossEntropy(W, reduction="none")(logits, Y), none)
    torch.testing.assert_close(WeightedCrossEntropy(W, reduction="sum")(logits, Y), none.sum())
    torch.testing.assert_close(WeightedCrossEntropy(W)(logits, Y), none.sum() / 5)


def test_torchs_smoothing_of_indices_weighs_the_mass_on_class_c_by_c() -> None:
    log_p = logits_of((6, 4))[[0, 1, 2, 3, 5]].log_softmax(1)
    expected = 0.9 * each().sum() / W[V].sum() + 0.1 / 4 * (W * -log_p).sum() / W[V].sum()

    torch.testing.assert_close(F.cross_entropy(logits_of((6, 4)), Y, W, label_smoothing=0.1), expected)


def test_torchs_mean_of_probabilities_divides_by_their_number() -> None:
    logits = logits_of((6, 4))
    target = logits_of((6, 4), seed=4).detach().softmax(1)
    expected = -(W * target * logits.log_softmax(1)).sum() / 6

    torch.testing.assert_close(F.cross_entropy(logits, target, W), expected)
    torch.testing.assert_close(WeightedCrossEntropy(W)(logits, target), expected)
    torch.testing.assert_close(WeightedCrossEntropy(W, reduction="weight")(logits, target), expected)


def test_torchs_mean_is_nan_without_a_valid_target_and_ours_is_0() -> None:
    for logits, target in ((torch.zeros(0, 4), Y[:0]), (torch.zeros(1, 4), Y[4:5])):
        assert F.cross_entropy(logits, target, W.float()).isnan()
        assert F.cross_entropy(logits, target, W.float(), reduction="sum") == 0
        assert WeightedCrossEntropy(W)(logits, target) == 0


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_torch_refuses_float32_weights_with_other_logits_and_ours_takes_them(dtype: torch.dtype) -> None:
    logits = torch.zeros(2, 4, dtype=dtype)

    with pytest.raises(RuntimeError, match="expected scalar type"):
        F.cross_entropy(logits, torch.tensor([0, 1]), W.float())
    assert WeightedCrossEntropy(W)(logits, torch.tensor([0, 1])).isfinite()


def test_micro_batches_of_torchs_weighted_mean_err_by_tens_of_percent_and_their_parts_do_not() -> None:
    # TRAINING M18: 64 rows of 90/7/2/1, in eighths.
    errors: dict[str, list[float]] = {"torch": [], "ours": []}
    for seed in range(20):
        generator = torch.Generator().manual_seed(seed)
        target = torch.multinomial(torch.tensor([0.9, 0.07, 0.02, 0.01]), 64, replacement=True, generator=generator)
        logits = logits_of((64, 4), seed=seed)
        loss = WeightedCrossEntropy(W, reduction="weight")
        (whole,) = torch.autograd.grad(F.cross_entropy(logits, target, W), logits)
        chunks = list(zip(logits.chunk(8), target.chunk(8), strict=True))
        mean = torch.stack([F.cross_entropy(z, y, W) for z, y in chunks]).mean()
        parts = [loss.parts(z, y) for z, y in chunks]
        added = torch.stack([p[0] for p in parts]).sum() / torch.stack([p[1] for p in parts]).sum()
        for name, value in (("torch", mean), ("ours", added)):
            (gradient,) = torch.autograd.grad(value, logits, retain_graph=True)
            errors[name].append(float((gradient - whole).norm() / whole.norm()))

    assert np.median(errors["torch"]) > 0.2
    assert max(errors["ours"]) < 1e-6


# The four snippets that this project grew from (METHODS §0), what is wrong in them, and what stands in their place.


def test_snippet_1_calls_scikit_learn_as_it_no_longer_can_be_called_and_loses_an_absent_class() -> None:
    y = [0] * 4 + [1] * 4 + [2] * 1 + [3] * 4 + [4] * 7
    with pytest.raises(TypeError, match="positional argument"):
        compute_class_weight("balanced", np.unique(y), np.array(y))
    # Its printed weights [1, 1, 4, 1, 0.5714] belong to these counts, not to the Counter printed beside them.
    ours = class_weights(scan(y, classes=["0", "1", "2", "3", "4"]), normalisation="data-mean")
    assert ours.weight == pytest.approx((1, 1, 4, 1, 4 / 7))

    without_2 = [label for label in y if label != 2]
    theirs = compute_class_weight("balanced", classes=np.unique(without_2), y=np.array(without_2))
    assert len(theirs) == 4
    with pytest.raises(RuntimeError, match="weight tensor should be defined"):
        F.cross_entropy(torch.zeros(1, 5), torch.tensor([0]), torch.tensor(theirs).float())
    audit = scan(without_2, classes=["0", "1", "2", "3", "4"])
    assert len(class_weights(audit, zero_count="cap").weight) == 5


def test_snippet_2_says_that_mean_averages_the_weighted_loss_and_for_one_row_it_does_nothing() -> None:
    logits, target = logits_of((1, 4)), torch.tensor([3])

    torch.testing.assert_close(F.cross_entropy(logits, target, W), F.cross_entropy(logits, target))
    torch.testing.assert_close(
        WeightedCrossEntropy(W)(logits, target), 25 * F.cross_entropy(logits, target), rtol=1e-6, atol=0
    )


def test_snippet_3_multi_class_is_right_and_is_ours() -> None:
    logits, weights = logits_of((5, 4)), W / W.sum()

    torch.testing.assert_close(
        WeightedCrossEntropy(W, reduction="weight")(logits, V), F.cross_entropy(logits, V, weight=weights)
    )


def snippet_4(preds: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return torch.mean(torch.tensor([1, 10]) * nn.BCEWithLogitsLoss(reduction="none")(preds, targets))


def test_snippet_4_binary_weighs_positions_and_ours_weighs_labels() -> None:
    logits, target = torch.tensor([0.3, -0.7]), torch.tensor([1.0, 1.0])
    each = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    ours = WeightedBinaryCrossEntropy([1.0, 10.0])

    # Two positives: the first weighs 1, the second 10, because of where they stand.
    torch.testing.assert_close(snippet_4(logits, target), (each[0] + 10 * each[1]) / 2)
    torch.testing.assert_close(ours(logits, target), 10 * each.mean())
    # A column of targets: 5.5 times the unweighted loss, whatever the labels.
    for labels in (torch.tensor([[1.0], [1.0]]), torch.tensor([[0.0], [0.0]])):
        plain = F.binary_cross_entropy_with_logits(logits[:, None], labels)
        torch.testing.assert_close(snippet_4(logits[:, None], labels), 5.5 * plain)
        torch.testing.assert_close(ours(logits[:, None], labels), (10 if labels[0] else 1) * plain)
    # Any other number of rows: an error.
    with pytest.raises(RuntimeError, match="size of tensor"):
        snippet_4(torch.zeros(3), torch.ones(3))
    assert ours(torch.zeros(3), torch.ones(3)).isfinite()


def test_class_index_targets_of_bce_as_in_snippet_4_are_refused_when_their_shape_is_not_the_logits() -> None:
    with pytest.raises(ValueError, match="one shape"):
        WeightedBinaryCrossEntropy([1.0, 10.0])(torch.zeros(3, 1), torch.ones(3))
