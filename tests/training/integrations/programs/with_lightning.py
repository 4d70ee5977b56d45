"""Lightning on two ranks: the rows they train on, then a fit that goes on from a checkpoint of mid-epoch."""

from __future__ import annotations

import logging
import os
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torchdata.stateful_dataloader import StatefulDataLoader

from imbalance_audit.training import ClassSampler, PowerLaw
from tests.training.integrations.programs.common import FOLDER, LABELS, Rows, answer, linear


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
        callbacks=[ModelCheckpoint(FOLDER, filename="{step}", auto_insert_metric_name=False, every_n_train_steps=8)],
        enable_progress_bar=False, enable_model_summary=False,
    )  # fmt: skip
    model = Model()
    loader = StatefulDataLoader(Rows(), batch_size=4, sampler=sampler)
    trainer.fit(model, loader, ckpt_path=checkpoint, weights_only=None if checkpoint is None else False)
    return model.seen, trainer


def main() -> None:
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    # 40 rows, 2 ranks, batches of 4: 5 steps an epoch.
    law: dict[str, Any] = {"law": PowerLaw(q=1.0), "draw": "cycle"}
    whole, trainer = fit(15, None, **law)
    rest, _ = fit(15, str(FOLDER / "8.ckpt"), **law)
    os.environ["RANK"] = str(trainer.global_rank)
    answer({"epochs": whole, "rest": rest})


if __name__ == "__main__":
    main()
