"""Accelerate: going on in the middle of an epoch, and the epoch that gets lost on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imbalance_audit.errors import MissingExtraError, OptionError
from imbalance_audit.training.samplers.epoch_sampler import at_least

try:
    from accelerate import skip_first_batches
except ModuleNotFoundError as error:
    wanted_by = "Resuming under accelerate"
    raise MissingExtraError.of(wanted_by, extra="hf") from error

if TYPE_CHECKING:
    from torch.utils.data import DataLoader


def resumed(loader: DataLoader[Any], *, epoch: int, batches: int) -> DataLoader[Any]:
    """Return the rest of an epoch: a prepared loader without the batches that each rank has had.

    The loader that accelerate's `skip_first_batches` returns does not forward `set_epoch` to the sampler in several
    processes (accelerate 1.15, `SkipBatchSampler(BatchSamplerShard(…))`), so the epoch is chosen before. Call
    `loader.set_epoch(epoch)` before every later epoch too: the loader counts only the epochs that it ran itself.

    Args:
        loader: What `Accelerator.prepare` returned.
        epoch: The epoch to go on in.
        batches: How many of its batches this rank has had.

    Raises:
        OptionError: the loader was not prepared, or a number is out of range.
    """
    if not hasattr(loader, "set_epoch"):
        message = "Expected a loader that Accelerator.prepare returned, got one without set_epoch. Prepare it first."
        raise OptionError(message)
    loader.set_epoch(at_least("epoch", epoch, 0))
    rest: DataLoader[Any] = skip_first_batches(loader, at_least("batches", batches, 0))
    return rest
