"""Lightning on two ranks and 39 validation rows: the figures it logs, and weights that follow them through a resume."""

from __future__ import annotations

import logging
import os
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.utilities.types import OptimizerLRScheduler
from torch.utils.data import DataLoader, Subset

from imbalance_audit.training import AdaptiveWeights, ClassSampler, PowerLaw, WeightedCrossEntropy
from imbalance_audit.training.integrations.lightning import PerClassMetrics
from tests.training.integrations.programs.common import FOLDER, LABELS, Rows, answer, linear

CLASSES = ("cat", "dog", "lynx/bobcat")
# An odd number of rows for two ranks: the first one, of the rarest class, is given twice.
VALIDATED = [39, *range(38)]


class Model(lightning.LightningModule):
    def __init__(self) -> None:
        super().__init__()
        self.layer = linear()
        self.criterion = WeightedCrossEntropy([0.5, 2.0, 6.0])
        self.validated: list[dict[str, Any]] = []

    def training_step(self, batch: dict[str, torch.Tensor], _: int) -> torch.Tensor:
        loss: torch.Tensor = self.criterion(self.layer(batch["features"]), batch["labels"])
        return loss

    def on_validation_epoch_start(self) -> None:
        self.validated.append({"rows": [], "predicted": [], "weight": self.criterion.weight.tolist()})

    def validation_step(self, batch: dict[str, torch.Tensor], _: int) -> dict[str, torch.Tensor]:
        logits = self.layer(batch["features"])
        self.validated[-1]["rows"] += batch["row"].tolist()
        self.validated[-1]["predicted"] += logits.argmax(1).tolist()
        return {"logits": logits}

    def on_validation_end(self) -> None:
        metrics = self.trainer.callback_metrics
        self.validated[-1]["metrics"] = {name: float(value) for name, value in metrics.items()}

    def configure_optimizers(self) -> OptimizerLRScheduler:
        return torch.optim.SGD(self.parameters(), lr=0.5)


def fit(epochs: int, checkpoint: str | None) -> tuple[Model, lightning.Trainer]:
    model = Model()
    weights = AdaptiveWeights(model.criterion, counts=[30, 8, 2], least_rows=1)
    kept = ModelCheckpoint(FOLDER, filename="{epoch}", save_top_k=-1, monitor="val/recall/lynx_bobcat")
    trainer = lightning.Trainer(
        accelerator="cpu", devices=2, strategy="ddp", max_epochs=epochs, logger=False,
        callbacks=[kept, PerClassMetrics(CLASSES, adjust=weights)],
        enable_progress_bar=False, enable_model_summary=False,
    )  # fmt: skip
    sampler = ClassSampler(LABELS, law=PowerLaw(q=1.0), draw="cycle").for_lightning()
    trainer.fit(
        model,
        DataLoader(Rows(), batch_size=4, sampler=sampler),
        DataLoader(Subset(Rows(), VALIDATED), batch_size=3),
        ckpt_path=checkpoint,
        weights_only=None if checkpoint is None else False,
    )
    return model, trainer


def main() -> None:
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    whole, trainer = fit(4, None)
    rest, _ = fit(4, str(FOLDER / "epoch=1.ckpt"))
    before = whole.criterion.weight.tolist()
    trainer.validate(whole, DataLoader(Subset(Rows(), VALIDATED), batch_size=3), verbose=False)
    os.environ["RANK"] = str(trainer.global_rank)
    answer(
        {
            "whole": whole.validated[:5],
            "rest": rest.validated,
            "weights": [before, rest.criterion.weight.tolist(), whole.criterion.weight.tolist()],
        }
    )


if __name__ == "__main__":
    main()
