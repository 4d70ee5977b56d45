"""Lightning: a sampler that it leaves alone. It wraps every other one in several processes, and the state is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch.utils.data.distributed import DistributedSampler

from imbalance_audit.errors import MissingExtraError, OptionError
from imbalance_audit.training.samplers.ranks import running_ranks

try:
    import lightning as _lightning  # noqa: F401 -- only whether it can be imported
except ModuleNotFoundError as error:
    wanted_by = "A sampler for Lightning"
    raise MissingExtraError.of(wanted_by, extra="lightning") from error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from imbalance_audit.training.samplers.epoch_sampler import EpochSampler


class LightningSampler(DistributedSampler[int]):
    """A sampler of this package for the rank on which it is iterated, which is known only once training runs.

    A subclass of torch's DistributedSampler, since Lightning leaves those alone and calls their `set_epoch`
    (lightning 2.6, `_requires_distributed_sampler`). Inside a StatefulDataLoader, Lightning checkpoints its state.

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
        num_replicas, rank = running_ranks() or (1, 0)
        if (self._mine.num_replicas, self._mine.rank) != (num_replicas, rank):
            mine = self.whole.for_rank(rank, num_replicas)
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
