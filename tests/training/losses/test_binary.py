"""Binary cross-entropy: torch's own where it is right, and the right dimension where torch's is the last one."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 -- the name that every torch program gives it

from imbalance_audit.errors import ClassOrderError, OptionError
from imbalance_audit.training import SigmoidFocalLoss, WeightedBinaryCrossEntropy, WeightedMultilabelCrossEntropy
from tests.training.losses.catalogue import logits_of

PW = torch.tensor([0.5, 3.0, 9.0])


def labels_of(shape: tuple[int, ...]) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(5), dtype=torch.float64)


def test_per_class_pos_weight_is_torchs_loss_and_its_mean() -> None:
    logits, soft = logits_of((6, 3)), labels_of((6, 3))
    theirs = F.binary_cross_entropy_with_logits(logits, soft, weight=PW.double(), pos_weight=PW.double())

    torch.testing.assert_close(WeightedMultilabelCrossEntropy(pos_weight=PW, weight=PW)(logits, soft), theirs)


@pytest.mark.parametrize("shape", [(2, 3, 5), (2, 3, 4, 3), (2, 3, 3)])
def test_a_vector_weighs_dimension_1_where_torchs_weighs_the_last_or_fails(shape: tuple[int, ...]) -> None:
    logits, target = logits_of(shape), labels_of(shape).round()
    shaped = PW.double().view([3] + [1] * (len(shape) - 2))
    right = F.binary_cross_entropy_with_logits(logits, target, pos_weight=shaped)

    torch.testing.assert_close(WeightedMultilabelCrossEntropy(pos_weight=PW)(logits, target), right)
    if shape[-1] == 3:  # TRAINING M27: silently the columns
        wrong = F.binary_cross_entropy_with_logits(logits, target, pos_weight=PW.double())
        assert not torch.allclose(wrong, right, rtol=1e-3)
    else:
        with pytest.raises(RuntimeError, match="size of tensor"):
            F.binary_cross_entropy_with_logits(logits, target, pos_weight=PW.double())


@pytest.mark.parametrize("shape", [(6,), (6, 1), (2, 5), (2, 1, 3, 3), ()])
def test_one_logit_is_the_cross_entropy_of_two(shape: tuple[int, ...]) -> None:
    logits = logits_of(shape)
    target = labels_of(shape).round().long()
    two = torch.stack([torch.zeros_like(logits).flatten(), logits.flatten()], 1)
    theirs = F.cross_entropy(two, target.flatten(), torch.tensor([0.5, 4.0]).double(), reduction="none")
    weights = torch.tensor([0.5, 4.0]).double()[target.flatten()]

    ours = WeightedBinaryCrossEntropy([0.5, 4.0], reduction="none")(logits, target)

    torch.testing.assert_close(ours, theirs.view(shape))
    torch.testing.assert_close(WeightedBinaryCrossEntropy([0.5, 4.0])(logits, target), theirs.mean())
    torch.testing.assert_close(
        WeightedBinaryCrossEntropy([0.5, 4.0], reduction="weight")(logits, target), theirs.sum() / weights.sum()
    )


def test_class_weights_equal_a_pos_weight_of_their_ratio_times_the_first() -> None:
    logits, soft = logits_of((8,)), labels_of((8,))
    theirs = 0.5 * F.binary_cross_entropy_with_logits(logits, soft, pos_weight=torch.tensor(8.0).double())

    torch.testing.assert_close(WeightedBinaryCrossEntropy([0.5, 4.0])(logits, soft), theirs)


@pytest.mark.parametrize("missing", [float("nan"), -100.0, -1.0])
def test_a_missing_label_takes_no_part(missing: float) -> None:
    logits, target = logits_of((4, 3)), labels_of((4, 3)).round()
    with_gap = target.clone()
    with_gap[1, 2] = missing
    loss = WeightedMultilabelCrossEntropy(pos_weight=PW, ignore_value=-1.0 if missing == -1.0 else -100.0)
    each = F.binary_cross_entropy_with_logits(logits, target, pos_weight=PW.double(), reduction="none")
    kept = torch.ones(4, 3, dtype=torch.bool)
    kept[1, 2] = False

    value = loss(logits, with_gap)

    torch.testing.assert_close(value, each[kept].mean())
    assert torch.autograd.grad(value, logits)[0][1, 2] == 0


@pytest.mark.parametrize("dtype", [torch.bool, torch.int64, torch.float32, torch.uint8])
def test_labels_of_any_dtype_mean_the_same(dtype: torch.dtype) -> None:
    logits, target = logits_of((5, 3), torch.float32), labels_of((5, 3)).round()
    loss = WeightedMultilabelCrossEntropy(pos_weight=PW)

    torch.testing.assert_close(loss(logits, target.to(dtype)), loss(logits, target))
    assert loss.denominator(target.to(dtype)) == 15


def test_extreme_logits_cost_their_size_and_not_infinity() -> None:
    logits = torch.tensor([-300.0, 300.0, -300.0, 300.0], requires_grad=True)
    target = torch.tensor([0.0, 1.0, 1.0, 0.0])

    losses = WeightedBinaryCrossEntropy([2.0, 5.0], reduction="none")(logits, target)

    assert losses.tolist() == [0.0, 0.0, 1500.0, 600.0]
    assert torch.autograd.grad(losses.sum(), logits)[0].tolist() == [0.0, 0.0, -5.0, 2.0]


def test_labels_of_another_shape_and_logits_over_other_classes_are_refused() -> None:
    loss = WeightedMultilabelCrossEntropy(pos_weight=PW)

    with pytest.raises(OptionError, match=r"one shape, got float32\[2, 3\] and int64\[2\]"):
        loss(torch.zeros(2, 3), torch.tensor([0, 1]))
    with pytest.raises(ClassOrderError, match=r"3 weighted classes in dimension 1, got float32\[3\]"):
        loss(torch.zeros(3), torch.zeros(3))
    with pytest.raises(OptionError, match="floating logits"):
        SigmoidFocalLoss()(torch.zeros(3, dtype=torch.int64), torch.zeros(3))
