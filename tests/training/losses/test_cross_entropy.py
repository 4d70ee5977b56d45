"""Weighted cross-entropy: torch's own where it is right, and better where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 -- the name that every torch program gives it
from torch import Tensor, nn

from imbalance_audit.training import WeightedCrossEntropy

if TYPE_CHECKING:
    from imbalance_audit.training.losses.reduction import Reduction
    from imbalance_audit.training.losses.softmax import Smoothing

W = torch.tensor([0.27, 3.5, 12.0, 25.0])


SHAPES = [(7, 4), (4,), (5, 4, 3), (2, 4, 3, 2)]


def logits_of(shape: tuple[int, ...], dtype: torch.dtype = torch.float64) -> Tensor:
    generator = torch.Generator().manual_seed(len(shape))
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype).requires_grad_()


def indices_for(shape: tuple[int, ...]) -> Tensor:
    """Every class, and some ignored."""
    generator = torch.Generator().manual_seed(9)
    target = torch.randint(0, 4, shape[:1] + shape[2:] if len(shape) > 1 else (), generator=generator)
    if target.dim() > 0:
        target.view(-1)[1] = -100
    return target


def probabilities_for(shape: tuple[int, ...]) -> Tensor:
    generator = torch.Generator().manual_seed(9)
    return torch.rand(shape, generator=generator, dtype=torch.float64).softmax(1 if len(shape) > 1 else 0)


def by_hand(logits: Tensor, target: Tensor, epsilon: float, smoothing: str) -> tuple[Tensor, Tensor, Tensor]:
    """Σ w·ℓ, number of valid targets and Σ w, a target at a time."""
    rows = logits.movedim(1, -1).reshape(-1, 4) if logits.dim() > 1 else logits.reshape(1, 4)
    loss, count, weight = torch.zeros(3, dtype=torch.float64)
    for row, y in zip(rows, target.reshape(-1).tolist(), strict=True):
        if y == -100:
            continue
        surprise = row.logsumexp(0) - row
        smoothed = (W if smoothing == "class" else W[y]) * surprise
        loss = loss + (1 - epsilon) * W[y] * surprise[y] + epsilon / 4 * smoothed.sum()
        count, weight = count + 1, weight + W[y].double()
    return loss, count, weight


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("epsilon", [0.0, 0.1])
@pytest.mark.parametrize("smoothing", ["sample", "class"])
def test_each_reduction_is_what_it_says(shape: tuple[int, ...], epsilon: float, smoothing: Smoothing) -> None:
    logits, target = logits_of(shape), indices_for(shape)
    loss_sum, count, weight = by_hand(logits, target, epsilon, smoothing)
    expected = {"count": loss_sum / count, "weight": loss_sum / weight, "sum": loss_sum}
    cases: tuple[Reduction, ...] = ("count", "weight", "sum")

    for reduction in cases:
        loss = WeightedCrossEntropy(W, label_smoothing=epsilon, smoothing=smoothing, reduction=reduction)
        ours, theirs = loss(logits, target), expected[reduction]

        torch.testing.assert_close(ours, theirs)
        torch.testing.assert_close(
            torch.autograd.grad(ours, logits), torch.autograd.grad(theirs, logits, retain_graph=True)
        )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("epsilon", [0.0, 0.1])
@pytest.mark.parametrize(("reduction", "torchs"), [("weight", "mean"), ("sum", "sum"), ("none", "none")])
@pytest.mark.parametrize("soft", [False, True])
def test_smoothing_by_class_is_torchs_own_loss(
    shape: tuple[int, ...], epsilon: float, reduction: Reduction, torchs: str, soft: bool
) -> None:
    logits = logits_of(shape)
    target = probabilities_for(shape) if soft else indices_for(shape)

    ours = WeightedCrossEntropy(W, label_smoothing=epsilon, smoothing="class", reduction=reduction)(logits, target)

    theirs = F.cross_entropy(logits, target, W.double(), reduction=torchs, label_smoothing=epsilon)
    torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("epsilon", [0.0, 0.1])
@pytest.mark.parametrize("smoothing", ["sample", "class"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_target_and_its_one_hot_row_have_the_same_loss(
    shape: tuple[int, ...], epsilon: float, smoothing: Smoothing
) -> None:
    logits, target = logits_of(shape), indices_for(shape).clamp(min=0)
    one_hot = F.one_hot(target, 4).double().movedim(-1, 1 if len(shape) > 1 else 0)
    loss = WeightedCrossEntropy(W, label_smoothing=epsilon, smoothing=smoothing)

    torch.testing.assert_close(loss(logits, target), loss(logits, one_hot))


def test_torchs_mean_differs_between_a_target_and_its_one_hot_row() -> None:
    logits, target = logits_of((7, 4)), torch.tensor([0, 0, 0, 0, 1, 2, 3])
    one_hot = F.one_hot(target, 4).double()

    index, soft = (F.cross_entropy(logits, t, W.double()) for t in (target, one_hot))

    torch.testing.assert_close(soft / index, W.double()[target].sum() / 7)


def test_ignore_index_has_no_effect_on_probabilities() -> None:
    logits, target = logits_of((7, 4)), probabilities_for((7, 4))

    a, b = (WeightedCrossEntropy(W, ignore_index=index)(logits, target) for index in (-100, 1))

    assert a == b


def test_ignored_targets_give_0_under_none_and_take_no_part_in_the_mean() -> None:
    logits, target = logits_of((3, 4)), torch.tensor([1, 255, 3])

    none = WeightedCrossEntropy(W, ignore_index=255, reduction="none")(logits, target)
    count = WeightedCrossEntropy(W, ignore_index=255)(logits, target)

    assert none[1] == 0
    torch.testing.assert_close(count, none.sum() / 2)


@pytest.mark.parametrize("reduction", ["count", "weight", "sum"])
@pytest.mark.parametrize("epsilon", [0.0, 0.1])
@pytest.mark.parametrize(
    ("logits", "target"),
    [
        (logits_of((3, 4)), torch.full((3,), -100)),
        (logits_of((0, 4)), torch.zeros(0, dtype=torch.int64)),
        (logits_of((0, 4)), torch.zeros(0, 4)),
        (logits_of((2, 4, 0)), torch.zeros(2, 0, dtype=torch.int64)),
        (logits_of((4,)), torch.tensor(-100)),
    ],
)
def test_a_batch_without_a_valid_target_gives_0_with_a_gradient_of_0(
    logits: Tensor, target: Tensor, reduction: Reduction, epsilon: float
) -> None:
    loss = WeightedCrossEntropy(W, reduction=reduction, label_smoothing=epsilon)(logits, target)
    (gradient,) = torch.autograd.grad(loss, logits)

    assert loss == 0
    assert torch.equal(gradient, torch.zeros_like(logits))


def test_torchs_mean_is_nan_there() -> None:
    assert F.cross_entropy(torch.zeros(3, 4), torch.full((3,), -100), W).isnan()


def test_a_batch_of_zero_weights_alone_gives_0() -> None:
    weight = torch.tensor([0.0, 1.0])
    logits = torch.zeros(2, 2, requires_grad=True)

    loss = WeightedCrossEntropy(weight, reduction="weight")(logits, torch.tensor([0, 0]))

    assert loss == 0
    assert F.cross_entropy(logits, torch.tensor([0, 0]), weight).isnan()


@pytest.mark.parametrize("reduction", ["count", "weight"])
@pytest.mark.parametrize("pieces", [2, 7, 64])
def test_parts_added_over_micro_batches_are_the_parts_of_the_whole(reduction: Reduction, pieces: int) -> None:
    logits = torch.randn(64, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    target = torch.tensor([0] * 58 + [1, 1, 1, 2, -100, 3])
    loss = WeightedCrossEntropy(W, reduction=reduction)

    parts = [loss.parts(z, y) for z, y in zip(logits.chunk(pieces), target.chunk(pieces), strict=False)]
    total = torch.stack([part[0] for part in parts]).sum() / torch.stack([part[1] for part in parts]).sum()

    torch.testing.assert_close(total, loss(logits, target))


def test_count_averages_over_equal_micro_batches_to_the_whole_batch_and_torchs_mean_does_not() -> None:
    logits = torch.randn(64, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    target = torch.tensor([0] * 58 + [1, 1, 1, 2, 2, 3])
    ours = WeightedCrossEntropy(W)
    torchs = nn.CrossEntropyLoss(W.double())

    def gap(loss: nn.Module) -> float:
        pieces = [loss(z, y) for z, y in zip(logits.chunk(16), target.chunk(16), strict=True)]
        return abs(float(torch.stack(pieces).mean() / loss(logits, target)) - 1)

    assert gap(ours) < 1e-12
    assert gap(torchs) > 0.1


def test_a_batch_of_one_is_weighted_and_torchs_is_not() -> None:
    logits, target = logits_of((1, 4)), torch.tensor([3])
    plain = F.cross_entropy(logits, target)

    torch.testing.assert_close(WeightedCrossEntropy(W)(logits, target), 25 * plain)
    torch.testing.assert_close(F.cross_entropy(logits, target, W.double()), plain)


def test_a_larger_scale_of_the_weights_changes_count_and_not_weight() -> None:
    logits, target = logits_of((7, 4)), indices_for((7, 4))

    def ratio(reduction: Reduction) -> float:
        small, large = (WeightedCrossEntropy(w, reduction=reduction)(logits, target) for w in (W, 10 * W))
        return float(large.detach() / small.detach())

    assert ratio("count") == pytest.approx(10)
    assert ratio("weight") == pytest.approx(1)


def best_label(weight: list[float], smoothing: Smoothing) -> int:
    """The label that the loss wants for a row of class 0 without noise."""
    logits = torch.zeros(1, len(weight), dtype=torch.float64, requires_grad=True)
    loss = WeightedCrossEntropy(weight, label_smoothing=0.1, smoothing=smoothing)
    optimiser = torch.optim.LBFGS([logits], lr=1, max_iter=500, tolerance_grad=1e-10, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        value: Tensor = loss(logits, torch.tensor([0]))
        torch.autograd.backward(value)
        return value

    optimiser.step(closure)  # type: ignore[no-untyped-call]  # -- torch leaves it without annotations
    return int(logits.argmax())


def test_smoothing_by_sample_never_makes_a_rare_class_the_likeliest_label() -> None:
    # METHODS B.1: by class, the label flips where the weights differ by more than 1 + C(1-ε)/ε = 91.
    others = [1.0] * 8

    assert best_label([1.0, 90.0, *others], "class") == 0
    assert best_label([1.0, 92.0, *others], "class") == 1
    assert best_label([1.0, 10_000.0, *others], "sample") == 0


def test_the_tutorials_binary_snippet_weighs_positions_and_not_classes() -> None:
    # torch.mean(torch.tensor([1, 10]) * BCEWithLogits(none)) on two samples weighs the second tenfold, whatever it is.
    logits = torch.tensor([0.3, -0.7])
    snippet = [
        torch.mean(torch.tensor([1, 10]) * F.binary_cross_entropy_with_logits(z, t, reduction="none"))
        for z, t in ((logits, torch.tensor([1.0, 0.0])), (logits.flip(0), torch.tensor([0.0, 1.0])))
    ]
    loss = WeightedCrossEntropy([1.0, 10.0])
    two = torch.stack([torch.zeros(2), logits], 1)

    ours = [loss(z, t) for z, t in ((two, torch.tensor([1, 0])), (two.flip(0), torch.tensor([0, 1])))]

    assert snippet[0] != pytest.approx(snippet[1].item(), rel=0.1)  # the same two samples, in another order
    assert ours[0] == pytest.approx(ours[1].item())
