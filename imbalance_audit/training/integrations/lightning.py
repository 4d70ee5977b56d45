"""Lightning: a sampler that it leaves alone, the figures of each class in validation, and weights that follow them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from torch.utils.data.distributed import DistributedSampler

from imbalance_audit.errors import MissingExtraError, OptionError
from imbalance_audit.training.samplers.ranks import Ranks, running_ranks
from imbalance_audit.training.validation import ValidationTally

try:
    from lightning.pytorch.callbacks import Callback
except ModuleNotFoundError as error:
    wanted_by = "Training with Lightning"
    raise MissingExtraError.of(wanted_by, extra="lightning") from error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lightning.pytorch import LightningModule, Trainer
    from torch import Tensor

    from imbalance_audit.training.adjusting import AdaptiveWeights
    from imbalance_audit.training.samplers.epoch_sampler import EpochSampler

_PREDICTIONS = ("logits", "preds", "predictions")
_TARGETS = ("labels", "label", "targets", "target", "y")


class LightningSampler(DistributedSampler[int]):
    """A sampler of this package for the rank on which it is iterated, which is known only once training runs.

    A subclass of torch's DistributedSampler, since Lightning leaves those alone and calls their `set_epoch`
    (lightning 2.6, `_requires_distributed_sampler`); it wraps every other one in several processes, and the state is
    lost. Inside a StatefulDataLoader, Lightning checkpoints its state.

    Args:
        sampler: A sampler of the whole epoch.

    Raises:
        OptionError: the sampler is for a rank already.
    """

    def __init__(self, sampler: EpochSampler) -> None:
        # Not super().__init__(): it wants a data set to permute.
        if sampler.num_replicas > 1:
            message = (
                f"Expected a sampler of the whole epoch, got one for rank {sampler.rank} of {sampler.num_replicas}. "
                "Build it without num_replicas and rank: it would be sharded twice."
            )
            raise OptionError(message)
        self.whole = sampler
        self._mine = sampler

    @property
    def sampler(self) -> EpochSampler:
        """The sampler of the rank that runs now."""
        ranks = running_ranks() or Ranks(rank=0, num_replicas=1)
        if (self._mine.rank, self._mine.num_replicas) != ranks:
            mine = self.whole.for_rank(*ranks)
            mine.load_state_dict(self._mine.state_dict())
            self._mine = mine
        return self._mine

    def __len__(self) -> int:
        """Return how many rows a rank draws in a whole epoch."""
        return len(self.sampler)

    def __iter__(self) -> Iterator[int]:
        """Return the rows of this rank, as the sampler does."""
        return iter(self.sampler)

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch of the next iteration, as the sampler does."""
        self.sampler.set_epoch(epoch)

    def state_dict(self) -> dict[str, int | str]:
        """Return the state of the sampler: the same on every rank, so that the checkpoint of rank 0 serves all."""
        return self.sampler.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from a state.

        Raises:
            OptionError: it is that of another stream.
        """
        self.sampler.load_state_dict(state)


class PerClassMetrics(Callback):
    """Logs recall, precision and F1 of each class after every validation, macro-F1, balanced accuracy, worst recall.

    `val/recall/lynx`, `val/precision/lynx`, `val/f1/lynx`, `val/macro_f1`, `val/balanced_accuracy`, `val/worst_recall`:
    metrics that `ModelCheckpoint` and `EarlyStopping` can monitor; a further validation loader has
    `/dataloader_idx_1` at its end. They are counted on the device, added up over all ranks once an epoch, and exact:
    the rows that torch's DistributedSampler repeats to give each rank equally many are left out, as long as the sampler
    is there to tell them. Nothing is logged, or adjusted, in the sanity check.

    Args:
        classes: The class names in the order of the logits.
        read: (what `validation_step` returned, the batch) → (logits or class indices, target indices). None takes
            `logits` or `preds` from the returned mapping, and `labels`, `targets` or `y` from it or from the batch,
            or the batch's second item.
        ignore_index: The target that takes no part.
        prefix: What each name begins with.
        per_class: Whether to log each class, or only the means. Lightning syncs each name by itself, so leave it off
            for thousands of classes on several ranks.
        adjust: Weights that follow the figures of the first validation loader, after each validation of a fit. Their
            state is in Lightning's checkpoint.

    Raises:
        OptionError: the classes are none, or what was predicted cannot be read.
    """

    def __init__(
        self,
        classes: Sequence[str],
        *,
        read: Callable[[Any, Any], tuple[Tensor, Tensor]] | None = None,
        ignore_index: int = -100,
        prefix: str = "val/",
        per_class: bool = True,
        adjust: AdaptiveWeights | None = None,
    ) -> None:
        self.classes = tuple(classes)
        self.ignore_index = ignore_index
        self.prefix = prefix
        self.per_class = per_class
        self.adjust = adjust
        self._read = read or _usual
        self._tallies: list[ValidationTally] = []
        self._seen: list[int] = []
        self._begin(1)

    @property
    def state_key(self) -> str:
        """What Lightning keeps the state under: one of several instances by its prefix."""
        return f"{type(self).__qualname__}[{self.prefix}]"

    def state_dict(self) -> dict[str, Any]:
        """Return the state of the adaptive weights."""
        return {} if self.adjust is None else {"adjust": self.adjust.state_dict()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue with the adaptive weights of a checkpoint.

        Raises:
            OptionError: they are of other weights or of another rule.
        """
        if self.adjust is not None and "adjust" in state_dict:
            self.adjust.load_state_dict(state_dict["adjust"])

    def on_validation_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002 -- Lightning's signature
        """Begin to count."""
        self._begin(len(_loaders(trainer)))

    def on_validation_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,  # noqa: ARG002 -- Lightning's signature
        outputs: object,
        batch: object,
        batch_idx: int,  # noqa: ARG002 -- Lightning's signature
        dataloader_idx: int = 0,
    ) -> None:
        """Count a batch, without rows that stand in it to fill up a rank."""
        prediction, target = self._read(outputs, batch)
        own = _own_rows(_loaders(trainer)[dataloader_idx])
        rows = len(target) if own is None else max(0, min(len(target), own - self._seen[dataloader_idx]))
        self._seen[dataloader_idx] += len(target)
        self._tallies[dataloader_idx].add(prediction[:rows], target[:rows])

    def on_validation_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Add up over the ranks, log, and adjust the weights."""
        for place, tally in enumerate(self._tallies):
            tally.totals = trainer.strategy.reduce(tally.totals.to(pl_module.device), reduce_op="sum")
            if trainer.sanity_checking:
                continue
            figures = tally.figures()
            suffix = f"/dataloader_idx_{place}" if place else ""
            named = figures.named(prefix=self.prefix, per_class=self.per_class)
            # Equal on every rank already: syncing changes nothing, and without it Lightning warns of each name.
            pl_module.log_dict({name + suffix: value for name, value in named.items()}, sync_dist=True)
            if place == 0 and self.adjust is not None and trainer.state.fn == "fit":
                self.adjust.update(figures)

    def _begin(self, loaders: int) -> None:
        self._tallies = [ValidationTally(self.classes, ignore_index=self.ignore_index) for _ in range(loaders)]
        self._seen = [0] * loaders


def _loaders(trainer: Trainer) -> Sequence[Any]:
    given: Any = trainer.val_dataloaders
    if isinstance(given, dict):
        return list(given.values())
    return given if isinstance(given, list | tuple) else [given]


def _own_rows(loader: Any) -> int | None:  # noqa: ANN401 -- whatever serves as a loader
    """Return how many rows are this rank's before those that repeat others; None where nothing tells."""
    sampler = getattr(getattr(loader, "batch_sampler", None), "sampler", None) or getattr(loader, "sampler", None)
    data = getattr(sampler, "dataset", None)
    if not isinstance(sampler, DistributedSampler) or data is None:
        return None
    # Rank r has every W-th place from r on, and places from the end of the data on repeat those at its beginning.
    return len(range(sampler.rank, len(data), sampler.num_replicas))


def _usual(outputs: object, batch: object) -> tuple[Tensor, Tensor]:
    said: Any = outputs
    given: Any = batch
    prediction = _first(said, _PREDICTIONS)
    target = _first(said, _TARGETS)
    if target is None:
        target = _first(given, _TARGETS)
    if target is None and isinstance(given, tuple | list) and len(given) > 1:
        target = given[1]
    if prediction is None or target is None:
        message = (
            "Expected validation_step to return a mapping with logits, and labels there or in the batch, got "
            f"{type(outputs).__name__} and a batch of {type(batch).__name__}. Return them, or give read=."
        )
        raise OptionError(message)
    return prediction, target


def _first(source: Any, names: Sequence[str]) -> Tensor | None:  # noqa: ANN401 -- what a user's step or loader makes
    if not isinstance(source, Mapping):
        return None
    return next((source[name] for name in names if name in source), None)
