"""The module around a loss: its weights, where they live, and the file they come from."""

from __future__ import annotations

import copy
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import Tensor, nn

from imbalance_audit.errors import ClassOrderError, OptionError, WeightFileError
from imbalance_audit.files.weights import save_weights
from imbalance_audit.training import WeightedCrossEntropy

if TYPE_CHECKING:
    from pathlib import Path

    from imbalance_audit.records import ClassWeights

W = torch.tensor([0.27, 3.5, 12.0, 25.0])


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


@pytest.mark.parametrize("cast", ["half", "bfloat16", "double", "float"])
def test_casting_a_model_leaves_the_weights_alone(cast: str) -> None:
    weight = [1e6, 1.0, 1e-6, 0.123456789]
    model = nn.Sequential(nn.Linear(4, 4), WeightedCrossEntropy(weight))

    getattr(model, cast)()

    assert torch.equal(model[1].weight, torch.tensor(weight))  # type: ignore[arg-type]  # -- Sequential is typed loosely
    assert next(model.parameters()).dtype != torch.float32 or cast == "float"


def test_casting_torchs_own_loss_makes_a_large_weight_infinite() -> None:
    half = nn.CrossEntropyLoss(torch.tensor([1e6, 1.0])).half()

    assert half.weight is not None
    assert half.weight.isinf().any()


def test_the_weights_go_where_the_module_goes_and_come_back_from_a_device_without_values() -> None:
    loss = WeightedCrossEntropy(W).to("meta")
    on_meta = loss.weight.device.type

    loss.to_empty(device="cpu")

    assert on_meta == "meta"
    assert torch.equal(loss.weight, W)


def test_a_module_built_under_the_meta_device_has_its_weights() -> None:
    with torch.device("meta"):
        loss = WeightedCrossEntropy([1.0, 3.0])

    assert loss.to("cpu").weight.tolist() == [1.0, 3.0]


def test_a_weight_that_was_set_stays_after_a_move() -> None:
    loss = WeightedCrossEntropy(W)
    loss.weight = torch.ones(4)

    assert loss.half().weight.tolist() == [1.0, 1.0, 1.0, 1.0]


def test_the_callers_tensor_is_not_shared() -> None:
    mine = W.clone()
    loss = WeightedCrossEntropy(mine)

    mine.zero_()

    assert torch.equal(loss.weight, W)


def test_the_state_dict_is_empty_and_an_older_checkpoint_loads_strictly() -> None:
    model = nn.ModuleDict({"net": nn.Linear(2, 4)})
    checkpoint = model.state_dict()
    model["loss"] = WeightedCrossEntropy(W)

    assert list(model.state_dict()) == list(checkpoint)
    model.load_state_dict(checkpoint, strict=True)


def test_a_copy_and_a_pickle_have_the_same_loss() -> None:
    loss = WeightedCrossEntropy(W, label_smoothing=0.1)
    logits, target = logits_of((7, 4)), indices_for((7, 4))
    stream = io.BytesIO()
    torch.save(loss, stream)
    stream.seek(0)

    again = torch.load(stream, weights_only=False)  # a module of ours, pickled two lines up

    assert again(logits, target) == loss(logits, target) == copy.deepcopy(loss)(logits, target)


def test_it_is_captured_in_one_graph() -> None:
    loss = WeightedCrossEntropy(W, label_smoothing=0.1)
    logits, target = logits_of((7, 4)), indices_for((7, 4))

    compiled = torch.compile(loss, backend="eager", fullgraph=True)

    torch.testing.assert_close(compiled(logits, target), loss(logits, target))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weight": []}, "one weight for each class"),
        ({"weight": torch.ones(2, 2)}, "got the shape \\[2, 2\\]"),
        ({"weight": [1.0, float("nan")]}, "finite weights"),
        ({"weight": [1.0, float("inf")]}, "finite weights"),
        ({"weight": [1.0, -1.0]}, "finite weights"),
        ({"weight": [0.0, 0.0]}, "not all 0"),
        ({"weight": [1.0], "reduction": "mean"}, 'no reduction "mean".* "count", "weight", "sum", "none"'),
        ({"weight": [1.0], "smoothing": "samples"}, 'no smoothing "samples". Did you mean "sample"'),
        ({"weight": [1.0], "label_smoothing": 1.0}, "label_smoothing is a number from 0"),
        ({"weight": [1.0], "label_smoothing": -0.1}, "label_smoothing is a number from 0"),
    ],
)
def test_a_wrong_argument_is_refused_in_a_sentence(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        WeightedCrossEntropy(**arguments)


def test_from_a_file_the_weights_take_the_order_of_the_model(weight_file: Path) -> None:
    by_name = WeightedCrossEntropy.from_file(weight_file, classes=["dog", "bird", "cat"])
    by_index = WeightedCrossEntropy.from_file(weight_file, classes={0: "dog", 1: "bird", 2: "cat"})
    trusted = WeightedCrossEntropy.from_file(weight_file, classes=3, trust_order=True)

    assert by_name.weight.tolist() == by_index.weight.tolist() == [4.0, 0.5, 1.0]
    assert trusted.weight.tolist() == [0.5, 1.0, 4.0]


def test_from_a_file_comes_the_ignore_index_unless_given(weight_file: Path) -> None:
    classes = ["bird", "cat", "dog"]

    assert WeightedCrossEntropy.from_file(weight_file, classes=classes).ignore_index == 255
    assert WeightedCrossEntropy.from_file(weight_file, classes=classes, ignore_index=-100).ignore_index == -100


def test_from_a_file_every_option_is_kept(weight_file: Path) -> None:
    loss = WeightedCrossEntropy.from_file(
        weight_file, classes=["bird", "cat", "dog"], label_smoothing=0.2, reduction="sum", smoothing="class"
    )

    assert (loss.label_smoothing, loss.reduction, loss.smoothing) == (0.2, "sum", "class")
    assert repr(loss) == "WeightedCrossEntropy(classes=3, ignore_index=255, reduction='sum')"


def test_from_a_file_other_classes_are_refused(weight_file: Path, tmp_path: Path) -> None:
    with pytest.raises(ClassOrderError, match='the model has "wolf"'):
        WeightedCrossEntropy.from_file(weight_file, classes=["bird", "cat", "wolf"])
    with pytest.raises(ClassOrderError, match="got only their number"):
        WeightedCrossEntropy.from_file(weight_file, classes=3)
    with pytest.raises(WeightFileError, match="There is no weight file"):
        WeightedCrossEntropy.from_file(tmp_path / "nowhere.pt", classes=3)


def test_weights_of_a_multilabel_task_are_refused(tmp_path: Path, weights: ClassWeights) -> None:
    save_weights(replace(weights, task="multilabel"), tmp_path / "multi.pt")

    with pytest.raises(OptionError, match="got a multilabel file"):
        WeightedCrossEntropy.from_file(tmp_path / "multi.pt", classes=["bird", "cat", "dog"])


def test_training_with_the_file_raises_the_recall_of_the_rare_class(tmp_path: Path, weights: ClassWeights) -> None:
    counts = (950, 50)
    file = replace(
        weights,
        classes=("common", "rare"),
        weight=tuple(1000 / (2 * n) for n in counts),
        counts=counts,
        prior=(0.95, 0.05),
        implied_prior=(0.5, 0.5),
    )
    save_weights(file, tmp_path / "weights.pt")
    generator = torch.Generator().manual_seed(0)
    y = torch.tensor([0] * 950 + [1] * 50)
    x = torch.randn(1000, 2, generator=generator) + 1.5 * y[:, None]

    def recall(loss: nn.Module) -> float:
        layer = nn.Linear(2, 2)
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)
        optimiser = torch.optim.SGD(layer.parameters(), lr=0.5)
        for _ in range(200):
            optimiser.zero_grad()
            loss(layer(x), y).backward()
            optimiser.step()
        return float((layer(x[y == 1]).argmax(1) == 1).float().mean())

    weighted = recall(WeightedCrossEntropy.from_file(tmp_path / "weights.pt", classes=["common", "rare"]))
    unweighted = recall(nn.CrossEntropyLoss())

    assert weighted > 0.85
    assert weighted > unweighted + 0.2
