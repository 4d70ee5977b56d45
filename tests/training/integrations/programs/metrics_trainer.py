"""The Trainer on the ranks it is started with and 39 evaluated rows: its figures, and weights that follow them."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.utils.data import Subset
from transformers import PrinterCallback, Trainer, TrainingArguments

from imbalance_audit.training import AdaptiveWeights, ClassSampler, PowerLaw, WeightedCrossEntropy
from imbalance_audit.training.integrations.hugging_face import PerClassMetrics, WeightedTrainerMixin
from tests.training.integrations.programs.common import FOLDER, LABELS, Rows, answer, linear

CLASSES = ("cat", "dog", "lynx/bobcat")
VALIDATED = [39, *range(38)]


class Model(nn.Module):
    """A linear model that keeps what it said of the rows that it is evaluated on."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = linear()
        self.said: dict[int, int] = {}

    def forward(self, features: torch.Tensor, row: torch.Tensor, labels: torch.Tensor | None = None) -> dict[str, Any]:
        assert labels is None
        logits = self.layer(features)
        if not self.training:
            self.said |= dict(zip(row.tolist(), logits.argmax(1).tolist(), strict=True))
        return {"logits": logits}


class MyTrainer(WeightedTrainerMixin, Trainer):
    """What a user writes."""


def built(**options: Any) -> tuple[MyTrainer, WeightedCrossEntropy]:  # noqa: ANN401 -- the arguments'
    arguments = TrainingArguments(
        output_dir=str(FOLDER / "run"), per_device_train_batch_size=4, per_device_eval_batch_size=3, use_cpu=True,
        num_train_epochs=4, learning_rate=0.5, lr_scheduler_type="constant", report_to=[], disable_tqdm=True,
        eval_strategy="epoch", save_strategy="epoch", logging_strategy="no", optim="sgd", eval_on_start=True,
        remove_unused_columns=False, label_names=["labels"], **options,
    )  # fmt: skip
    criterion = WeightedCrossEntropy([0.5, 2.0, 6.0])
    metrics = PerClassMetrics(CLASSES, adjust=AdaptiveWeights(criterion, counts=[30, 8, 2], least_rows=1))
    trainer = MyTrainer(
        Model(), arguments, train_dataset=Rows(), eval_dataset=Subset(Rows(), VALIDATED),
        sampler=ClassSampler(LABELS, law=PowerLaw(q=1.0), draw="cycle"), criterion=criterion,
        compute_metrics=metrics, preprocess_logits_for_metrics=metrics.class_indices, callbacks=[metrics],
    )  # fmt: skip
    trainer.remove_callback(PrinterCallback)
    return trainer, criterion


def figures(metrics: dict[str, float]) -> dict[str, float]:
    return {
        name: value
        for name, value in metrics.items()
        if any(what in name for what in ("recall", "precision", "f1", "accuracy"))
    }


def main() -> None:
    whole, criterion = built()
    whole.train()
    whole.accelerator.wait_for_everyone()
    weight = criterion.weight.tolist()
    evaluated = [figures(entry) for entry in whole.state.log_history if "eval_macro_f1" in entry]
    after = whole.evaluate()
    said = whole.accelerator.unwrap_model(whole.model).said
    counted, _ = built(batch_eval_metrics=True)
    counted.model = whole.model
    rest, resumed = built()
    rest.train(resume_from_checkpoint=str(FOLDER / "run" / f"checkpoint-{rest_step(whole)}"))
    answer(
        {
            "evaluated": evaluated,
            "after": figures(after),
            "counted": figures(counted.evaluate()),
            "said": said,
            "weights": [weight, resumed.weight.tolist(), criterion.weight.tolist()],
            "resumed": [figures(entry) for entry in rest.state.log_history if "eval_macro_f1" in entry],
        }
    )


def rest_step(trainer: Trainer) -> int:
    """Return the step at which the second of four epochs ended."""
    return trainer.state.global_step // 2


if __name__ == "__main__":
    main()
