"""The transformers Trainer, on the ranks it is started with: rows, gradients of a window, and a resume in mid-epoch."""

from __future__ import annotations

import os
from typing import Any

import torch
from torch import nn
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

from imbalance_audit.training import ClassSampler, PowerLaw, WeightedCrossEntropy
from imbalance_audit.training.integrations.hugging_face import WeightedTrainerMixin
from tests.training.integrations.programs.common import FOLDER, LABELS, Rows, answer, linear

WEIGHT = [0.3, 2.0, 9.0]
STEPS = 2


class Model(nn.Module):
    """A linear model that keeps the rows it was trained on."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = linear()
        self.seen: list[int] = []

    def forward(self, features: torch.Tensor, row: torch.Tensor, labels: torch.Tensor | None = None) -> dict[str, Any]:
        assert labels is None
        self.seen += row.tolist()
        return {"logits": self.layer(features)}


class Gradients(TrainerCallback):
    """Keeps the gradient of every window and the weights it was taken at."""

    def __init__(self) -> None:
        self.kept: list[list[float]] = []

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **others: Any) -> None:  # noqa: ANN401, ARG002 -- the Trainer's signature
        self.kept.append(next(others["model"].parameters()).grad.flatten().tolist())


class MyTrainer(WeightedTrainerMixin, Trainer):
    """What a user writes."""


def train(stop: int, *, resume: str | None = None, rate: float = 0.1, **criterion: Any) -> dict[str, Any]:  # noqa: ANN401 -- the loss's
    arguments = TrainingArguments(
        output_dir=str(FOLDER), per_device_train_batch_size=2, gradient_accumulation_steps=STEPS, use_cpu=True,
        max_steps=stop, num_train_epochs=9, learning_rate=rate, lr_scheduler_type="constant", report_to=[],
        save_strategy="no", disable_tqdm=True, logging_strategy="no", max_grad_norm=0.0, optim="sgd",
        remove_unused_columns=False,
    )  # fmt: skip
    model, gradients = Model(), Gradients()
    sampler = ClassSampler(LABELS, law=PowerLaw(q=1.0), draw="cycle")
    trainer = MyTrainer(
        model,
        arguments,
        train_dataset=Rows(),
        sampler=sampler,
        criterion=WeightedCrossEntropy(WEIGHT, **criterion),
        callbacks=[gradients],
    )
    trainer.remove_callback(PrinterCallback)
    trainer.train(resume_from_checkpoint=resume)
    if resume is None and stop < 20:
        trainer._save_checkpoint(model, trial=None)
        # The other rank reads what this one writes.
        trainer.accelerator.wait_for_everyone()
    return {"rows": model.seen, "gradients": gradients.kept, "length": len(trainer.get_train_dataloader())}


def main() -> None:
    ranks = int(os.environ["WORLD_SIZE"])
    epoch = 40 // (2 * ranks * STEPS)
    middle = epoch + epoch // 2
    whole = train(3 * epoch)
    train(middle)
    rest = train(3 * epoch, resume=str(FOLDER / f"checkpoint-{middle}"))
    weight = train(2, rate=0.0, reduction="weight")
    count = train(2, rate=0.0, reduction="count", ignore_index=1)
    answer({"whole": whole, "rest": rest, "trained": middle * 2 * STEPS, "weight": weight, "count": count})


if __name__ == "__main__":
    main()
