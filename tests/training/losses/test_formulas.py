"""Each loss is the formula of its paper, in value and gradient."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 -- the name that every torch program gives it

from imbalance_audit.errors import OptionError
from imbalance_audit.training import (
    AsymmetricLoss,
    ClassBalancedFocalLoss,
    FocalLoss,
    LDAMLoss,
    LogitAdjustedCrossEntropy,
    NormedLinear,
    SeesawLoss,
    SigmoidFocalLoss,
    VSLoss,
    WeightedCrossEntropy,
)
from tests.training.losses.catalogue import EVERY, SIGMOID, SOFTMAX, N, W, logits_of, targets_for, w

SHAPES = [(7, 4), (4,), (5, 4, 3), (2, 4, 3, 2)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", SOFTMAX)
def test_each_target_costs_what_the_paper_says_times_its_weight(name: str, shape: tuple[int, ...]) -> None:
    logits, target = logits_of(shape), targets_for(name, shape)
    rows = (logits.movedim(1, -1) if len(shape) > 1 else logits).detach().reshape(-1, 4).numpy()
    expected = [
        0.0 if y == -100 else w[y] * SOFTMAX[name].formula(row, y)
        for row, y in zip(rows, target.reshape(-1).tolist(), strict=True)
    ]

    losses = SOFTMAX[name].build(reduction="none")(logits, target)

    assert losses.shape == target.shape
    np.testing.assert_allclose(losses.detach().reshape(-1).numpy(), expected, rtol=2e-6)


@pytest.mark.parametrize("shape", [(7, 4), (2, 4, 3), (2, 4, 2, 3)])
@pytest.mark.parametrize("name", SIGMOID)
def test_each_label_costs_what_the_paper_says(name: str, shape: tuple[int, ...]) -> None:
    logits, target = logits_of(shape), targets_for(name, shape)
    target.view(-1)[2] = 0.3  # a soft label
    expected = np.zeros(shape)
    for at in np.ndindex(shape):
        t = float(target[at])
        expected[at] = 0.0 if t != t else SIGMOID[name].formula(float(logits.detach()[at]), t, at[1])

    losses = SIGMOID[name].build(reduction="none")(logits, target)

    np.testing.assert_allclose(losses.detach().numpy(), expected, rtol=2e-6)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("shape", [(5, 4), (2, 4, 3)])
def test_the_gradient_is_that_of_the_value(name: str, shape: tuple[int, ...]) -> None:
    if name == "seesaw":
        pytest.skip("its compensation has no gradient by definition; the next test holds it")
    logits, target = logits_of(shape), targets_for(name, shape)
    loss = EVERY[name]()

    assert torch.autograd.gradcheck(lambda z: loss(0.3 * z, target), (logits,))


def test_seesaws_gradient_is_that_of_a_cross_entropy_with_its_factors_held() -> None:
    logits, target = logits_of((5, 4)), torch.tensor([0, 1, 2, 3, 0])
    factors = []
    for row, y in zip(logits.detach().softmax(1), target.tolist(), strict=True):
        n = torch.tensor(N, dtype=torch.float64)
        s = (n / n[y]).pow(0.8).clamp(max=1) * (row / row[y].clamp(min=1e-2)).pow(2).clamp(min=1)
        s[y] = 1
        factors.append(s.log())
    theirs = F.cross_entropy(logits + torch.stack(factors), target)

    ours = SeesawLoss(N)(logits, target)

    torch.testing.assert_close(
        torch.autograd.grad(ours, logits), torch.autograd.grad(theirs, logits), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("smoothing", ["sample", "class"])
@pytest.mark.parametrize("epsilon", [0.0, 0.1])
@pytest.mark.parametrize("name", [name for name, loss in SOFTMAX.items() if loss.soft])
def test_a_target_and_its_one_hot_row_cost_the_same(name: str, epsilon: float, smoothing: str) -> None:
    options = {} if name == "class-balanced-focal" else {"label_smoothing": epsilon, "smoothing": smoothing}
    loss = SOFTMAX[name].build(reduction="none", **options)
    logits, target = logits_of((6, 4, 3)), targets_for(name, (6, 4, 3)).clamp(min=0)
    one_hot = F.one_hot(target, 4).double().movedim(-1, 1)

    torch.testing.assert_close(loss(logits, target), loss(logits, one_hot))


@pytest.mark.parametrize("name", ["focal", "poly", "logit-adjusted", "vector-scaling", "ldam", "seesaw"])
def test_smoothing_by_sample_spreads_the_weight_of_the_row(name: str) -> None:
    logits, target = logits_of((6, 4)), torch.tensor([0, 1, 2, 3, -100, 3])
    smoothed = SOFTMAX[name].build(reduction="none", label_smoothing=0.2)(logits, target)
    if name in ("ldam", "seesaw"):  # the margin belongs to the row's own class in every term
        assert smoothed[4] == 0
        assert bool((smoothed >= 0).all())
        return
    of_class = [SOFTMAX[name].build(reduction="none")(logits, torch.full((6,), c)) / w[c] for c in range(4)]
    table = torch.stack(of_class, 1)
    weight = torch.tensor([*w])[target.clamp(min=0)] * (target >= 0)
    own = table.gather(1, target.clamp(min=0)[:, None])[:, 0]

    torch.testing.assert_close(smoothed, weight * (0.8 * own + 0.2 * table.mean(1)), rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("name", [name for name, loss in SOFTMAX.items() if not loss.soft])
def test_probabilities_are_refused_where_a_loss_is_not_defined_for_them(name: str) -> None:
    with pytest.raises(OptionError, match="not defined for probabilities"):
        SOFTMAX[name].build()(torch.zeros(2, 4), torch.full((2, 4), 0.25))


def test_gamma_0_and_epsilon_0_and_tau_0_are_the_weighted_cross_entropy() -> None:
    logits, target = logits_of((7, 4)), targets_for("focal", (7, 4))
    plain = WeightedCrossEntropy(W)(logits, target)
    ones = [1.0] * 4

    torch.testing.assert_close(FocalLoss(W, gamma=0.0)(logits, target), plain)
    torch.testing.assert_close(LogitAdjustedCrossEntropy(N, tau=0.0, weight=W)(logits, target), plain)
    torch.testing.assert_close(VSLoss(N, gamma=0.0, tau=0.0, weight=W)(logits, target), plain)
    torch.testing.assert_close(SeesawLoss(N, p=0.0, q=0.0, weight=W)(logits, target), plain)
    torch.testing.assert_close(LDAMLoss(N, max_margin=0.0, scale=1.0, weight=W)(logits, target), plain)
    torch.testing.assert_close(
        VSLoss(N, gamma=0.0)(logits, target), LogitAdjustedCrossEntropy(N, weight=ones)(logits, target)
    )


def test_the_focal_weight_stands_outside_the_modulator_and_the_wide_spread_mistake_does_not() -> None:
    logits, target = torch.tensor([[0.0, 1.0]], dtype=torch.float64), torch.tensor([0])
    p = float(logits.softmax(1)[0, 0])
    mistaken_ce = F.cross_entropy(logits, target, torch.tensor([10.0, 1.0]).double(), reduction="none")
    mistaken = (1 - torch.exp(-mistaken_ce)) ** 2 * mistaken_ce

    ours = FocalLoss([10.0, 1.0])(logits, target)

    assert float(ours) == pytest.approx(10 * (1 - p) ** 2 * -np.log(p))
    assert float(mistaken) == pytest.approx((1 - p**10) ** 2 * 10 * -np.log(p))  # p became p^w


@pytest.mark.parametrize("gamma", [0.1, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16])
def test_focal_gradients_stay_finite_where_the_model_is_certain(gamma: float, dtype: torch.dtype) -> None:
    logits = torch.tensor([[200.0, -200.0], [-200.0, 200.0], [0.0, 0.0]], dtype=dtype, requires_grad=True)
    target = torch.tensor([0, 0, -100])

    for loss, y in (
        (FocalLoss([1.0, 1.0], gamma=gamma), target),
        (ClassBalancedFocalLoss([1.0, 1.0], gamma=gamma), target),
        (SigmoidFocalLoss(gamma=gamma), F.one_hot(target.clamp(min=0), 2)),
        (AsymmetricLoss(gamma_positive=gamma, gamma_negative=gamma), F.one_hot(target.clamp(min=0), 2)),
        (AsymmetricLoss(gamma_negative=gamma, margin=0.0), F.one_hot(target.clamp(min=0), 2)),
    ):
        value = loss(logits, y)
        (gradient,) = torch.autograd.grad(value, logits)
        assert value.isfinite()
        assert gradient.isfinite().all()


def test_focal_over_sigmoids_is_torchvisions_formula() -> None:
    logits, target = logits_of((7, 4)), targets_for("binary", (7, 4)).nan_to_num(1.0)
    p = logits.sigmoid()
    p_t = p * target + (1 - p) * (1 - target)
    alpha_t = 0.25 * target + 0.75 * (1 - target)
    theirs = alpha_t * (1 - p_t) ** 2 * F.binary_cross_entropy_with_logits(logits, target, reduction="none")

    torch.testing.assert_close(SigmoidFocalLoss(alpha=0.25, reduction="none")(logits, target), theirs)


def test_a_detached_modulator_changes_the_gradient_and_not_the_value() -> None:
    logits, target = logits_of((5, 4)), targets_for("binary", (5, 4))
    whole, held = AsymmetricLoss()(logits, target), AsymmetricLoss(detach=True)(logits, target)

    torch.testing.assert_close(whole, held)
    assert not torch.allclose(torch.autograd.grad(whole, logits)[0], torch.autograd.grad(held, logits)[0])


@pytest.mark.parametrize("build", [LogitAdjustedCrossEntropy, VSLoss, SeesawLoss, LDAMLoss])
def test_a_class_without_rows_leaves_the_loss_finite_and_keeps_a_gradient(build: type[LDAMLoss]) -> None:
    loss = build([900, 90, 0, 10])
    logits = (0.1 * logits_of((6, 4))).detach().requires_grad_()

    value = loss(logits, torch.tensor([0, 1, 3, 0, 1, 3]))

    (gradient,) = torch.autograd.grad(value, logits)
    assert value.isfinite()
    assert gradient.isfinite().all()
    assert bool((gradient[:, 2] > 0).all())


def test_a_class_without_rows_does_not_change_the_margins_of_the_others() -> None:
    with_absent, without = LDAMLoss([900, 90, 0, 10]).margin, LDAMLoss([900, 90, 10]).margin

    torch.testing.assert_close(with_absent[[0, 1, 3]], without)
    assert with_absent[2] == 0.5


def test_balanced_softmax_over_counts_is_logit_adjustment_over_the_prior() -> None:
    logits, target = logits_of((7, 4)), torch.tensor([0, 1, 2, 3, 0, 0, 1])
    theirs = F.cross_entropy(logits + torch.tensor(N, dtype=torch.float64).log(), target)

    torch.testing.assert_close(LogitAdjustedCrossEntropy(N)(logits, target), theirs, rtol=1e-6, atol=1e-6)


def test_the_normed_classifier_gives_cosines() -> None:
    layer = NormedLinear(3, 4).double()
    x = logits_of((5, 3))
    theirs = F.cosine_similarity(x[:, None], layer.weight[None], dim=-1)

    torch.testing.assert_close(layer(x), theirs)
    assert torch.autograd.gradcheck(layer, (x,))
    assert bool((layer(torch.zeros(1, 3).double()) == 0).all())
    assert repr(layer) == "NormedLinear(in_features=3, out_features=4)"
    with pytest.raises(OptionError, match="positive sizes"):
        NormedLinear(0, 4)
