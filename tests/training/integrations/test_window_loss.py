"""The loss of a window on its own: shapes, ignored labels, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import torch
from torch.nn import functional

from imbalance_audit.errors import OptionError
from imbalance_audit.training import ClassSampler, WeightedCrossEntropy
from imbalance_audit.training.integrations.hugging_face import WeightedTrainerMixin, WindowLoss

WEIGHT = torch.tensor([0.5, 1.0, 4.0])


def test_tokens_with_minus_100_are_weighed_as_by_torch() -> None:
    logits = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([[0, 1, -100, 2, 2], [-100, 1, 1, 0, -100]])
    loss = WindowLoss(WeightedCrossEntropy(WEIGHT, reduction="weight"))

    found = loss({"logits": logits}, labels)

    expected = functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), weight=WEIGHT)
    assert torch.allclose(found, expected, rtol=1e-6)
    assert loss.denominator(labels).item() == pytest.approx(0.5 * 2 + 1.0 * 3 + 4.0 * 2)


def test_segmentation_with_255_is_scaled_up_and_weighed_as_by_torch() -> None:
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(2, 3, 4, 4, generator=generator)
    labels = torch.randint(0, 3, (2, 8, 8), generator=generator)
    labels[:, 0] = 255
    loss = WindowLoss(WeightedCrossEntropy(WEIGHT, reduction="weight", ignore_index=255))

    found = loss((logits,), labels)

    full = functional.interpolate(logits, size=(8, 8), mode="bilinear", align_corners=False)
    assert torch.allclose(found, functional.cross_entropy(full, labels, weight=WEIGHT, ignore_index=255), rtol=1e-6)
    assert loss.denominator(labels).item() == pytest.approx(float(WEIGHT[labels[labels != 255]].sum()))


@pytest.mark.parametrize("reduction", ["count", "weight"])
def test_micro_batches_add_up_to_the_window_and_an_ignored_one_adds_nothing(reduction: Any) -> None:  # noqa: ANN401 -- a literal
    generator = torch.Generator().manual_seed(2)
    logits = torch.randn(12, 3, generator=generator)
    labels = torch.randint(0, 3, (12,), generator=generator)
    labels[4:8] = -100
    loss = WindowLoss(WeightedCrossEntropy(WEIGHT, reduction=reduction))
    parts = [slice(0, 4), slice(4, 8), slice(8, 12)]
    window = torch.stack([loss.denominator(labels[part]) for part in parts]).sum()

    found = [loss((logits[part],), labels[part], num_items_in_batch=window) for part in parts]

    assert found[1].item() == 0.0
    assert torch.allclose(torch.stack(found).sum(), loss((logits,), labels), rtol=1e-6)


@pytest.mark.parametrize("reduction", ["sum", "none"])
def test_a_reduction_without_a_denominator_is_refused(reduction: Any) -> None:  # noqa: ANN401 -- a literal
    with pytest.raises(OptionError, match=f'"count" or "weight", got "{reduction}"'):
        WindowLoss(WeightedCrossEntropy(WEIGHT, reduction=reduction))


class Arguments:
    """What the mixin looks at in a Trainer's arguments."""

    average_tokens_across_devices = True
    n_gpu = 1


class Base:
    """A Trainer that only keeps its arguments."""

    def __init__(self, args: Any, **options: object) -> None:  # noqa: ANN401 -- a stand-in
        self.args, self.options = args, options


class Mixed(WeightedTrainerMixin, Base):
    """What a user writes."""


@pytest.mark.parametrize(
    ("attribute", "value", "message"),
    [
        ("average_tokens_across_devices", False, "each rank would divide by its own"),
        ("n_gpu", 2, "Expected one device a process, got 2"),
    ],
)
def test_arguments_that_make_the_loss_inexact_are_refused(attribute: str, value: object, message: str) -> None:
    arguments = Arguments()
    setattr(arguments, attribute, value)

    with pytest.raises(OptionError, match=message):
        Mixed(arguments, criterion=WeightedCrossEntropy(WEIGHT))


def test_a_sampler_of_one_rank_is_refused_wherever_a_framework_would_shard_it_again() -> None:
    sampler = ClassSampler([0, 1, 2], num_replicas=2, rank=1)

    for constructor in (sampler.for_accelerate, sampler.for_hf_trainer, sampler.for_lightning):
        with pytest.raises(OptionError, match=r"got one for rank 1 of 2\. .*sharded twice"):
            constructor()
    with pytest.raises(OptionError, match="sharded twice"):
        Mixed(Arguments(), sampler=sampler)


def test_a_rank_is_never_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    sampler = ClassSampler(list(range(100)))
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    monkeypatch.delenv("RANK", raising=False)
    with pytest.raises(OptionError, match="Call init_process_group first, start with torchrun"):
        sampler.for_ddp()

    monkeypatch.setenv("WORLD_SIZE", "4")
    monkeypatch.setenv("RANK", "3")
    mine = sampler.for_ddp()

    assert (mine.num_replicas, mine.rank, len(mine)) == (4, 3, 25)


@pytest.mark.parametrize(
    ("module", "library", "extra"),
    [
        ("lightning", "lightning", "lightning"),
        ("accelerate", "accelerate", "hf"),
        ("hugging_face", "transformers", "hf"),
    ],
)
def test_a_missing_framework_names_its_extra(module: str, library: str, extra: str) -> None:
    code = (
        f"import sys; sys.modules[{library!r}] = None\n"
        "from imbalance_audit.errors import MissingExtraError\n"
        f"try: import imbalance_audit.training.integrations.{module}\n"
        "except MissingExtraError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert f"pip install 'imbalance-audit[{extra}]'" in done.stdout


def test_training_imports_no_framework_unasked() -> None:
    code = "import imbalance_audit.training, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert {"lightning", "accelerate", "transformers", "torchdata"}.isdisjoint(done.stdout.split())
