"""transformers: a Trainer that draws by class, whose weighted loss is exact over ranks, and that watches each class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from imbalance_audit.errors import MissingExtraError, OptionError
from imbalance_audit.training.losses.reduction import denominator, mean
from imbalance_audit.training.validation import ValidationTally

try:
    from transformers import TrainerCallback
except ModuleNotFoundError as error:
    wanted_by = "Training with transformers"
    raise MissingExtraError.of(wanted_by, extra="hf") from error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor
    from torch.utils.data import Sampler
    from transformers import EvalPrediction, TrainerControl, TrainerState, TrainingArguments

    from imbalance_audit.training.adjusting import AdaptiveWeights
    from imbalance_audit.training.losses.cross_entropy import WeightedCrossEntropy
    from imbalance_audit.training.samplers.epoch_sampler import EpochSampler
    from imbalance_audit.training.validation import ClassFigures

_IMAGE = 4
_STATE = "imbalance_audit.AdaptiveWeights"
"""The key in `trainer_state.json`: the Trainer would build anew what stands under the name of a callback's class."""


class EpochCallback(TrainerCallback):
    """Tells a sampler the epoch. In several processes the Trainer loses it when it resumes in mid-epoch.

    Args:
        sampler: A sampler that the Trainer shards: `sampler.for_hf_trainer()`.
    """

    def __init__(self, sampler: EpochSampler) -> None:
        self.sampler = sampler

    def on_epoch_begin(
        self,
        args: TrainingArguments,  # noqa: ARG002 -- the Trainer's signature
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002 -- the Trainer's signature
        **others: object,  # noqa: ARG002 -- the Trainer's signature
    ) -> None:
        """Choose the epoch that begins, or goes on."""
        # The Trainer's epoch is a sum of fractions of an epoch.
        self.sampler.set_epoch(int((state.epoch or 0) + 1e-6))


class WindowLoss:
    """A `compute_loss_func` for the Trainer: Σ w·ℓ over what the whole window of micro-batches and ranks is divided by.

    Logits are (N, C), (N, T, C) for tokens, (N, C, h, w) for images; these are scaled up to the labels' size, as
    transformers' segmentation models do in their own loss. Labels are class indices at the place of their logits.

    Without `WeightedTrainerMixin` the Trainer divides by how many labels are not -100: exact for `reduction="count"`
    and an `ignore_index` of -100, and for nothing else.

    Args:
        criterion: A weighted loss whose `reduction` is `count` or `weight`.

    Raises:
        OptionError: the reduction is another one.
    """

    def __init__(self, criterion: WeightedCrossEntropy) -> None:
        if criterion.reduction not in ("count", "weight"):
            message = (
                f'Expected a loss with reduction "count" or "weight", got "{criterion.reduction}". '
                "A window is divided by the number of its labels, or by their weights."
            )
            raise OptionError(message)
        self.criterion = criterion

    def __call__(
        self,
        outputs: Mapping[str, Tensor] | Sequence[Tensor],
        labels: Tensor,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Tensor:
        """Return the loss of a micro-batch, its share of that of the window.

        Args:
            outputs: The model's: a mapping with `logits`, or a sequence that begins with them.
            labels: Class indices.
            num_items_in_batch: What the window is divided by; None for this batch's own.
        """
        logits = outputs["logits"] if isinstance(outputs, Mapping) else outputs[0]
        self.criterion.to(logits.device)
        loss_sum, own = self.criterion.parts(*aligned(logits, labels))
        if num_items_in_batch is None:
            return mean(loss_sum, own)
        return mean(loss_sum, torch.as_tensor(num_items_in_batch, device=loss_sum.device).to(loss_sum.dtype))

    def denominator(self, labels: Tensor) -> Tensor:
        """Return what a micro-batch adds to the denominator of its window."""
        criterion = self.criterion
        total = denominator(
            labels,
            criterion.weight.to(labels.device),
            ignore_index=criterion.ignore_index,
            reduction=criterion.reduction,
            dtype=torch.float64,
        )
        return total.to(torch.float64)


class WeightedTrainerMixin:
    """Gives a Trainer a sampler and a weighted loss: `class MyTrainer(WeightedTrainerMixin, Trainer): ...`.

    The gradient of a window of micro-batches over all ranks is that of the same rows in one batch: the Trainer's own
    count of labels knows no weights and only -100.

    Args:
        arguments: The Trainer's.
        sampler: `sampler.for_hf_trainer()`; the Trainer's own for None.
        criterion: A weighted loss whose `reduction` is `count` or `weight`; the model's own for None.
        options: The Trainer's.

    Raises:
        OptionError: the sampler is for a rank already, the criterion's reduction is another one, or the Trainer's
            arguments make the loss inexact.
    """

    def __init__(
        self,
        *arguments: object,
        sampler: EpochSampler | None = None,
        criterion: WeightedCrossEntropy | None = None,
        **options: Any,  # noqa: ANN401 -- the Trainer's, of every type
    ) -> None:
        self._drawn_by = None if sampler is None else sampler.for_hf_trainer()
        self._window_loss = None if criterion is None else WindowLoss(criterion)
        if self._window_loss is not None:
            options["compute_loss_func"] = self._window_loss
        super().__init__(*arguments, **options)
        trainer: Any = self
        if self._drawn_by is not None:
            trainer.add_callback(EpochCallback(self._drawn_by))
        if self._window_loss is not None:
            _refuse_inexact(trainer)

    def _get_train_sampler(self, *arguments: object, **options: object) -> Sampler[int] | None:
        # The arguments differ between versions of transformers.
        if self._drawn_by is not None:
            return self._drawn_by
        base: Any = super()
        sampler: Sampler[int] | None = base._get_train_sampler(*arguments, **options)  # noqa: SLF001 -- the Trainer's hook
        return sampler

    def _get_num_items_in_batch(self, batch_samples: list[Any], device: torch.device) -> Tensor | int | None:
        if self._window_loss is None or not batch_samples or "labels" not in batch_samples[0]:
            base: Any = super()
            count: Tensor | int | None = base._get_num_items_in_batch(batch_samples, device)  # noqa: SLF001 -- the Trainer's hook
            return count
        parts = [self._window_loss.denominator(batch["labels"]).to(device) for batch in batch_samples]
        trainer: Any = self
        total: Tensor = trainer.accelerator.gather(torch.stack(parts).sum()).sum()
        return total


class PerClassMetrics(TrainerCallback):
    """The Trainer's `compute_metrics`: recall, precision and F1 of each class, macro-F1, balanced accuracy, the worst.

        metrics = PerClassMetrics(classes)
        Trainer(..., compute_metrics=metrics, preprocess_logits_for_metrics=metrics.class_indices, callbacks=[metrics])

    With `preprocess_logits_for_metrics` the Trainer keeps a class index for each label instead of logits; with
    `batch_eval_metrics=True` it keeps no rows at all, only counts on the device. Both are exact in several processes:
    accelerate gathers all ranks' rows and drops those that it repeated. The Trainer logs the names with its prefix:
    `eval_recall/lynx`, `eval_macro_f1`.

    As a callback it adjusts weights after each evaluation while it trains; have one evaluation set then. Their state is
    in `trainer_state.json` of each checkpoint, from which the Trainer resumes.

    Args:
        classes: The class names in the order of the logits.
        ignore_index: The target that takes no part.
        per_class: Whether to tell each class, or only the means.
        adjust: Weights that follow the figures. Needs this object in `callbacks` too.

    Raises:
        OptionError: the classes are none.
    """

    def __init__(
        self,
        classes: Sequence[str],
        *,
        ignore_index: int = -100,
        per_class: bool = True,
        adjust: AdaptiveWeights | None = None,
    ) -> None:
        self.per_class = per_class
        self.adjust = adjust
        self._tally = ValidationTally(classes, ignore_index=ignore_index)
        self._figures: ClassFigures | None = None
        self._stepped = False

    def class_indices(self, logits: Tensor | Sequence[Tensor], labels: Tensor) -> Tensor:
        """Return the likeliest class of each label, in the labels' shape: `preprocess_logits_for_metrics`."""
        scores, targets = aligned(logits if isinstance(logits, torch.Tensor) else logits[0], labels)
        return scores.argmax(1).reshape(targets.shape).reshape(labels.shape)

    def __call__(self, predicted: EvalPrediction, compute_result: bool | None = None) -> dict[str, float]:
        """Return the figures of the evaluation; with `batch_eval_metrics`, nothing before its last batch.

        Raises:
            OptionError: predictions and labels do not fit each other.
        """
        if compute_result is None:
            self._tally.reset()
        said: Any = predicted.predictions
        prediction = torch.as_tensor(said[0] if isinstance(said, tuple | list) else said)
        labels = torch.as_tensor(predicted.label_ids)
        if prediction.is_floating_point():
            prediction = self.class_indices(prediction, labels)
        self._tally.add(prediction, labels)
        if compute_result is False:
            return {}
        self._figures = self._tally.figures()
        self._tally.reset()
        return self._figures.named(per_class=self.per_class)

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, *_: object, **__: object) -> None:  # noqa: ARG002 -- the Trainer's
        """Continue with the adaptive weights of the checkpoint that is resumed.

        Raises:
            OptionError: they are of other weights or of another rule.
        """
        self._stepped = False
        kept: Any = state.stateful_callbacks or {}
        if self.adjust is not None and _STATE in kept:
            self.adjust.load_state_dict(kept[_STATE])

    def on_step_end(self, *_: object, **__: object) -> None:
        """From here on an evaluation is one of this training."""
        self._stepped = True

    def on_train_end(self, *_: object, **__: object) -> None:
        """Adjust no more: what is evaluated from here on may be a test set."""
        self._stepped = False

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, *_: object, **__: object) -> None:  # noqa: ARG002 -- the Trainer's
        """Adjust the weights, but for an evaluation before the first step, also of a run that is resumed.

        Raises:
            OptionError: the Trainer's `compute_metrics` is another one.
        """
        if self.adjust is None or not self._stepped:
            return
        if self._figures is None:
            message = "Expected this object as the Trainer's compute_metrics too, got none. Give it there as well."
            raise OptionError(message)
        self.adjust.update(self._figures)
        kept: Any = state
        kept.stateful_callbacks = {**(kept.stateful_callbacks or {}), _STATE: self.adjust.state_dict()}


def aligned(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Return logits (n, C) or (N, C, H, W) and labels for them.

    >>> shapes = [tensor.shape for tensor in aligned(torch.zeros(2, 5, 3), torch.zeros(2, 5, dtype=torch.int64))]
    >>> [tuple(shape) for shape in shapes]
    [(10, 3), (10,)]
    """
    if logits.dim() == _IMAGE:
        if logits.shape[-2:] != labels.shape[-2:]:
            logits = functional.interpolate(logits, size=labels.shape[-2:], mode="bilinear", align_corners=False)
        return logits, labels
    return logits.reshape(-1, logits.shape[-1]), labels.reshape(-1)


def _refuse_inexact(trainer: Any) -> None:  # noqa: ANN401 -- a Trainer
    if not trainer.args.average_tokens_across_devices:
        message = (
            "Expected average_tokens_across_devices=True, its default, got False: each rank would divide by its own "
            "labels. Leave it on."
        )
        raise OptionError(message)
    if trainer.args.n_gpu > 1:
        message = (
            f"Expected one device a process, got {trainer.args.n_gpu}: DataParallel splits a window unseen. "
            "Start with torchrun, or show one device in CUDA_VISIBLE_DEVICES."
        )
        raise OptionError(message)
    if getattr(trainer, "_loss_shifts_labels", False):
        message = (
            "Expected a model whose labels are at the place of their logits, got a causal language model. "
            "Give a compute_loss_func of your own that shifts them."
        )
        raise OptionError(message)
