"""What holds for every loss: reductions, empty batches, devices, dtypes, graphs, files."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from imbalance_audit.errors import ClassOrderError, OptionError
from imbalance_audit.files.weights import save_weights
from imbalance_audit.records import ClassWeights
from imbalance_audit.training import (
    AsymmetricLoss,
    ClassBalancedFocalLoss,
    FocalLoss,
    LDAMLoss,
    LogitAdjustedCrossEntropy,
    PolyLoss,
    SeesawLoss,
    SigmoidFocalLoss,
    StaleWeightsWarning,
    VSLoss,
    WeightedBinaryCrossEntropy,
    WeightedCrossEntropy,
    WeightedMultilabelCrossEntropy,
    WeightedRegressionLoss,
)
from imbalance_audit.training.losses.sigmoid import SigmoidLoss
from imbalance_audit.training.losses.softmax import PriorLoss
from imbalance_audit.training.losses.weighted import WeightedLoss
from tests.training.losses.catalogue import EVERY, SIGMOID, logits_of, targets_for

SHAPE = (8, 4, 3)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("reduction", ["count", "weight"])
@pytest.mark.parametrize("pieces", [2, 8])
def test_parts_add_up_over_micro_batches_and_none_adds_up_to_the_sum(name: str, reduction: str, pieces: int) -> None:
    loss = EVERY[name](reduction=reduction)
    logits, target = logits_of(SHAPE), targets_for(name, SHAPE)

    parts = [loss.parts(z, y) for z, y in zip(logits.chunk(pieces), target.chunk(pieces), strict=True)]
    loss_sum, denominator = (torch.stack(column).sum() for column in zip(*parts, strict=True))

    torch.testing.assert_close(loss_sum / denominator, loss(logits, target))
    torch.testing.assert_close(EVERY[name](reduction="sum")(logits, target), loss_sum)
    torch.testing.assert_close(EVERY[name](reduction="none")(logits, target).sum(), loss_sum)
    torch.testing.assert_close(loss.denominator(target), denominator, check_dtype=False)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("reduction", ["count", "weight", "sum"])
@pytest.mark.parametrize("rows", [0, 3])
def test_a_batch_without_a_valid_target_gives_0_and_keeps_its_graph(name: str, reduction: str, rows: int) -> None:
    logits = torch.randn(rows, 4, requires_grad=True)
    target = torch.full((rows, 4), torch.nan) if name in SIGMOID else torch.full((rows,), -100)

    value = EVERY[name](reduction=reduction)(logits, target)
    (gradient,) = torch.autograd.grad(value, logits)

    assert value == 0
    assert torch.equal(gradient, torch.zeros_like(logits))


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_the_loss_has_at_least_32_bits_and_16_bit_logits_cost_what_they_say(name: str, dtype: torch.dtype) -> None:
    loss = EVERY[name]()
    logits, target = logits_of(SHAPE, dtype), targets_for(name, SHAPE)
    exact = loss(logits.detach().double(), target)

    value = loss(logits, target)
    value.backward()

    assert value.dtype == (torch.float64 if dtype == torch.float64 else torch.float32)
    assert logits.grad is not None
    assert logits.grad.dtype == dtype
    torch.testing.assert_close(value.double(), exact, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", EVERY)
def test_autocast_changes_nothing_but_the_model_before_it(name: str) -> None:
    loss = EVERY[name]()
    logits, target = logits_of(SHAPE, torch.bfloat16), targets_for(name, SHAPE)
    plain = loss(logits, target)

    with torch.autocast("cpu", dtype=torch.bfloat16):
        under = loss(logits, target)

    assert under.dtype == torch.float32
    torch.testing.assert_close(under, plain)


@pytest.mark.parametrize("name", EVERY)
def test_it_is_one_graph_without_a_look_at_values(name: str) -> None:
    loss = EVERY[name]()
    logits, target = logits_of(SHAPE), targets_for(name, SHAPE)

    # All losses share one `forward`, and torch refuses a ninth specialisation of a function.
    torch.compiler.reset()
    compiled = torch.compile(loss, backend="aot_eager", fullgraph=True)

    torch.testing.assert_close(compiled(logits, target), loss(logits, target))


@pytest.mark.parametrize("name", EVERY)
def test_on_the_meta_device_it_has_a_shape_and_needs_no_values(name: str) -> None:
    # A look at a value, the synchronisation that a hot path must not have, raises on this device.
    loss = EVERY[name]().to("meta")
    logits = torch.empty(SHAPE, device="meta", requires_grad=True)

    value = loss(logits, targets_for(name, SHAPE).to("meta"))
    value.backward()

    assert value.shape == ()
    assert logits.grad is not None


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("name", EVERY)
def test_on_cuda_it_is_the_cpus_value_and_never_waits_for_the_device(name: str) -> None:
    loss = EVERY[name]()
    logits, target = logits_of(SHAPE), targets_for(name, SHAPE)
    expected = loss(logits, target)
    there, y = logits.detach().cuda().requires_grad_(), target.cuda()
    loss = loss.cuda()
    loss(there, y).backward()

    torch.cuda.set_sync_debug_mode("error")
    try:
        value = loss(there, y)
        value.backward()
    finally:
        torch.cuda.set_sync_debug_mode("default")

    torch.testing.assert_close(value.cpu(), expected)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("cast", ["half", "bfloat16", "double"])
def test_casting_moving_and_copying_leave_the_constants_alone(name: str, cast: str) -> None:
    loss = EVERY[name]()
    logits, target = logits_of(SHAPE), targets_for(name, SHAPE)
    before = loss(logits, target)
    model = nn.Sequential(nn.Linear(2, 2), loss)

    getattr(model, cast)()
    model.to("meta").to_empty(device="cpu")

    assert all(buffer.dtype == torch.float32 for buffer in loss.buffers())
    assert not any(key.startswith("1.") for key in model.state_dict())
    torch.testing.assert_close(loss(logits, target), before)
    torch.testing.assert_close(copy.deepcopy(loss)(logits, target), before)


@pytest.mark.parametrize("name", EVERY)
def test_built_under_the_meta_device_it_is_filled_when_it_gets_one_with_values(name: str) -> None:
    logits, target = logits_of(SHAPE), targets_for(name, SHAPE)
    expected = EVERY[name]()(logits, target)

    with torch.device("meta"):
        emptied, moved = EVERY[name](), EVERY[name]()

    assert all(buffer.is_meta for buffer in emptied.buffers())
    torch.testing.assert_close(emptied.to_empty(device="cpu")(logits, target), expected)
    torch.testing.assert_close(moved.to("cpu")(logits, target), expected)


@pytest.mark.parametrize("name", EVERY)
def test_without_strength_every_weight_is_1_and_with_all_of_it_as_before(name: str) -> None:
    loss = EVERY[name]()
    logits, target = logits_of(SHAPE), targets_for(name, SHAPE)
    before, weights = loss(logits, target), [getattr(loss, kept) for kept in loss._weights]

    loss.reweigh(0.0)
    assert all(bool((weight == 1).all()) for weight in weights)  # in place: a compiled graph sees it
    loss.reweigh(0.5)
    assert all(weight is getattr(loss, kept) for weight, kept in zip(weights, loss._weights, strict=True))
    loss.reweigh(1.0)
    assert loss(logits, target) == before
    with pytest.raises(OptionError, match="strength from 0"):
        loss.reweigh(1.5)


@pytest.mark.parametrize("name", EVERY)
def test_logits_over_other_classes_are_refused(name: str) -> None:
    with pytest.raises(ClassOrderError, match="over the 4 weighted classes in dimension 1"):
        EVERY[name]()(torch.zeros(2, 5), targets_for(name, (2, 5)))


WEIGHTED: list[type[WeightedLoss]] = [WeightedCrossEntropy, FocalLoss, PolyLoss, ClassBalancedFocalLoss]
PRIOR: list[type[WeightedLoss]] = [LogitAdjustedCrossEntropy, VSLoss, LDAMLoss, SeesawLoss]
MANY: list[type[WeightedLoss]] = [WeightedMultilabelCrossEntropy, SigmoidFocalLoss, AsymmetricLoss]


@pytest.mark.parametrize("build", WEIGHTED + PRIOR)
def test_from_a_file_it_is_the_same_loss_in_any_order_of_the_classes(
    build: type[WeightedLoss], weight_file: Path
) -> None:
    logits, target = torch.randn(6, 3), torch.tensor([0, 1, 2, 0, 255, 2])
    order = [2, 0, 1]
    renamed = torch.tensor([1, 2, 0])

    as_filed = build.from_file(weight_file, classes={"bird": 0, "cat": 1, "dog": 2})
    permuted = build.from_file(weight_file, classes=["dog", "bird", "cat"])

    moved = torch.where(target == 255, 255, renamed[target.clamp(max=2)])
    torch.testing.assert_close(permuted(logits[:, order], moved), as_filed(logits, target))


@pytest.mark.parametrize("build", PRIOR)
def test_a_loss_with_a_prior_weighs_only_if_told(build: type[PriorLoss], weight_file: Path) -> None:
    plain = build.from_file(weight_file, classes=["bird", "cat", "dog"])
    both = build.from_file(weight_file, classes=["bird", "cat", "dog"], weighted=True)

    assert plain.weight.tolist() == [1.0, 1.0, 1.0]
    assert both.weight.tolist() == [0.5, 1.0, 4.0]


@pytest.mark.parametrize("build", MANY)
def test_a_multilabel_file_gives_pos_weights_and_class_weights_apart(
    build: type[SigmoidLoss], tmp_path: Path, weights: ClassWeights
) -> None:
    path = tmp_path / "many.pt"
    save_weights(replace(weights, task="multilabel", pos_weight=(2.0, 5.0, 9.0)), path)
    order = ["dog", "bird", "cat"]

    cases = {
        "pos_weight": ([9.0, 2.0, 5.0], [1.0, 1.0, 1.0]),
        "weight": ([4.0, 0.5, 1.0], [4.0, 0.5, 1.0]),
        "both": ([36.0, 1.0, 5.0], [4.0, 0.5, 1.0]),
    }

    for use, (positive, negative) in cases.items():
        loss = build.from_file(path, classes=order, use=use)
        assert (loss.positive.tolist(), loss.negative.tolist()) == (positive, negative)
    default = build.from_file(path, classes=order)
    assert default.positive.tolist() == ([1.0] if build is AsymmetricLoss else [9.0, 2.0, 5.0])
    assert default.ignore_value == 255


def test_a_binary_file_gives_the_weights_of_both_sides(tmp_path: Path, weights: ClassWeights) -> None:
    two = replace(
        weights,
        classes=("no", "yes"),
        weight=(0.5, 3.0),
        counts=(9, 1),
        prior=(0.9, 0.1),
        implied_prior=(0.6, 0.4),
        task="binary",
        pos_weight=(1 / 9, 9.0),
    )
    save_weights(two, tmp_path / "two.pt")

    loss = WeightedBinaryCrossEntropy.from_file(tmp_path / "two.pt", classes=["yes", "no"])

    assert (loss.negative.tolist(), loss.positive.tolist()) == ([3.0], [0.5])


def test_a_file_of_another_task_is_refused(weight_file: Path, tmp_path: Path, weights: ClassWeights) -> None:
    save_weights(replace(weights, task="multilabel", pos_weight=(1.0, 1.0, 1.0)), tmp_path / "many.pt")
    classes = ["bird", "cat", "dog"]

    for many in MANY:
        with pytest.raises(OptionError, match="Expected a file of a multilabel task, got a multiclass one"):
            many.from_file(weight_file, classes=classes)
    for one in [*WEIGHTED, *PRIOR]:
        with pytest.raises(OptionError, match="got a multilabel file"):
            one.from_file(tmp_path / "many.pt", classes=classes)
    with pytest.raises(OptionError, match="Expected weights of two classes"):
        WeightedBinaryCrossEntropy.from_file(weight_file, classes=classes)
    with pytest.raises(OptionError, match="whole numbers"):
        WeightedRegressionLoss.from_file(weight_file, classes=classes)


def test_a_stale_file_warns_and_the_right_one_does_not(weight_file: Path) -> None:
    classes = ["bird", "cat", "dog"]
    FocalLoss.from_file(weight_file, classes=classes, fingerprint="0" * 64)

    with pytest.warns(StaleWeightsWarning, match="holds weights of data with fingerprint 000000000000…"):
        FocalLoss.from_file(weight_file, classes=classes, fingerprint="1" * 64)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: FocalLoss([1.0], gamma=-1.0), "gamma is a number from 0 up, got -1"),
        (lambda: FocalLoss([1.0], gamma=float("nan")), "gamma is a number from 0 up, got nan"),
        (lambda: PolyLoss([1.0], epsilon=-2.0), "epsilon is a number from -1 up"),
        (lambda: LogitAdjustedCrossEntropy([0, 0]), "not all 0"),
        (lambda: LogitAdjustedCrossEntropy([1, 2], weight=[1.0]), "one weight for each of 2 counts, got 1"),
        (lambda: LDAMLoss([1, -2]), "finite counts from 0 up"),
        (lambda: SeesawLoss([1, 2], eps=0.0), "eps is a number from 1e-12 up to 1"),
        (lambda: SigmoidFocalLoss(alpha=2.0), "alpha is a number from 0 up to 1, got 2"),
        (lambda: AsymmetricLoss(margin=1.0), "margin is a number from 0 up to, but not including, 1"),
        (lambda: WeightedMultilabelCrossEntropy(pos_weight=[1.0, 2.0], weight=[1.0]), "each of 2 classes, got 1"),
        (lambda: WeightedBinaryCrossEntropy([1.0, 2.0, 3.0]), "each of 2 classes, got 3"),
        (lambda: WeightedRegressionLoss([2.0, 1.0], [1.0, 1.0, 1.0]), "rising finite edges"),
        (lambda: WeightedRegressionLoss([1.0], [1.0, 1.0], kind="l3"), 'no kind "l3"'),  # type: ignore[arg-type]  # -- the point
    ],
)
def test_a_wrong_argument_is_refused_in_a_sentence(build: object, message: str) -> None:
    assert callable(build)
    with pytest.raises(OptionError, match=message):
        build()
