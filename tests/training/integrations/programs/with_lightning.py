"""Lightning on two ranks: the rows they train on, then a fit that stops in mid-epoch and one that goes on."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import lightning
import torch
from tests.training.integrations.programs.common import LABELS, Rows, answer, linear
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torchdata.stateful_dataloader import StatefulDataLoader

from imbalance_audit.training import ClassSampler, PowerLaw

FOLDER = Path(os.environ["ANSWERS"])


class Model(lightning.LightningModule):
    def __init__(self) -> None:
        super().__init__()
        self.layer = linear()
        self.seen: list[list[int]] = []

    def training_step(self, batch: dict[str, torch.Tensor], _: int) -> torch.Tensor:
        while len(self.seen) <= self.current_epoch:
            self.seen.append([])
        self.seen[self.current_epoch] += batch["row"].tolist()
        return torch.nn.functional.cross_entropy(self.layer(batch["features"]), batch["labels"])

    def configure_optimizers(self) -> OptimizerLRScheduler:
        return torch.optim.SGD(self.parameters(), lr=0.01)


def fit(steps: int, checkpoint: str | None, **law: Any) -> tuple[list[list[int]], lightning.Trainer]:  # noqa: ANN401 -- the sampler's
    sampler = ClassSampler(LABELS, **law).for_lightning()
    trainer = lightning.Trainer(
        accelerator="cpu", devices=2, strategy="ddp", max_steps=steps, max_epochs=9, logger=False,
        enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
    )  # fmt: skip
    model = Model()
    loader = StatefulDataLoader(Rows(), batch_size=4, sampler=sampler)
    trainer.fit(model, loader, ckpt_path=checkpoint, weights_only=None if checkpoint is None else False)
    return model.seen, trainer


def main() -> None:
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    # 40 rows, 2 ranks, batches of 4: 5 steps an epoch.
    law: dict[str, Any] = {"law": PowerLaw(q=1.0), "draw": "cycle"}
    whole, _ = fit(15, None, **law)
    _, stopped = fit(8, None, **law)
    stopped.save_checkpoint(FOLDER / "stopped.ckpt")
    rest, _ = fit(15, str(FOLDER / "stopped.ckpt"), **law)
    os.environ["RANK"] = str(stopped.global_rank)
    answer({"epochs": whole, "rest": rest})


if __name__ == "__main__":
    main()
