"""What all samplers here have in common: ranks, epochs, a state, and rows that are handed out in blocks.

What stands at a position of an epoch is a pure function of the seed, the epoch and the position, so the ranks need not
talk to each other, and a position in mid-epoch is reached at once.
"""

from __future__ import annotations

import copy
import operator
from itertools import chain
from typing import TYPE_CHECKING, Any

from torch.utils.data import Sampler

from imbalance_audit.errors import OptionError
from imbalance_audit.training.samplers.ranks import ranks_of_this_process

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Self

    from imbalance_audit.training.integrations.lightning import LightningSampler

BLOCK = 1 << 14
"""Rows drawn at a time: large enough for torch, small enough for the cache and to stay on one thread."""

STATE_VERSION = 1


class EpochSampler(Sampler[int]):
    """A stream of rows for each epoch, dealt to ranks `unit` positions at a time.

    A subclass says what `_rows_from` yields and what its `_checksum` is.

    Attributes:
        num_samples: Rows of an epoch over all ranks.
        num_replicas: How many ranks share an epoch.
        rank: Which of them this is.
        seed: The same on all ranks.
        epoch: The epoch of the next iteration.
        unit: How many positions in a row stay on one rank.
    """

    unit = 1

    def __init__(self, *, num_samples: int, seed: int, num_replicas: int, rank: int) -> None:
        self.num_samples = at_least("num_samples", num_samples, 1)
        self.seed = operator.index(seed)
        self.epoch = 0
        self._known_checksum: str | None = None
        self._take_rank(rank, num_replicas)
        self._resume_at = 0
        self._block_end = 0
        self._block: Iterator[int] = iter(())

    def __len__(self) -> int:
        """Return how many rows a rank draws in a whole epoch."""
        return -(-self.num_samples // (self.num_replicas * self.unit)) * self.unit

    def __iter__(self) -> Iterator[int]:
        """Return the rows of this rank in this epoch, from the position that was loaded, once, else from the first."""
        start = self._resume_at
        self._rewind(0)
        self._block_end = start
        return self._hand_out(self.epoch, start)

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch of the next iteration. The same epoch again changes nothing, not even a loaded position."""
        epoch = at_least("epoch", epoch, 0)
        if epoch != self.epoch:
            self.epoch = epoch
            self._rewind(0)

    def for_ddp(self) -> Self:
        """Return this sampler for the rank of this process, which torch.distributed or torchrun's environment tells.

        The rows are shared in memory.

        Raises:
            OptionError: there is neither, or this sampler is for a rank already.
        """
        return self.for_rank(*ranks_of_this_process())

    def for_accelerate(self) -> Self:
        """Return this sampler for a DataLoader that `Accelerator.prepare` gets: it deals whole batches to ranks.

        Raises:
            OptionError: this sampler is for a rank already; accelerate would shard the shard.
        """
        return self.for_rank(0, 1)

    def for_hf_trainer(self) -> Self:
        """Return this sampler for a transformers Trainer, which shards by accelerate; see `WeightedTrainerMixin`.

        Raises:
            OptionError: this sampler is for a rank already; the Trainer would shard the shard.
        """
        return self.for_rank(0, 1)

    def for_lightning(self) -> LightningSampler:
        """Return this sampler as one that Lightning leaves alone, and that finds its rank when an epoch begins.

        Raises:
            OptionError: this sampler is for a rank already.
            MissingExtraError: Lightning is not installed.
        """
        from imbalance_audit.training.integrations.lightning import LightningSampler

        return LightningSampler(self)

    def for_rank(self, rank: int, num_replicas: int) -> Self:
        """Return this sampler for a rank. The rows are shared in memory.

        Raises:
            OptionError: the rank is not one of them, or this sampler is for a rank already.
        """
        if self.num_replicas > 1:
            message = (
                f"Expected a sampler of the whole epoch, got one for rank {self.rank} of {self.num_replicas}. "
                "Build it without num_replicas and rank: it would be sharded twice."
            )
            raise OptionError(message)
        other = copy.copy(self)
        other._take_rank(rank, num_replicas)  # noqa: SLF001 -- one of us
        other._rewind(0)  # noqa: SLF001 -- one of us
        return other

    def planned(self, epoch: int) -> list[int]:
        """Return the rows of this rank in a whole epoch, without touching the running one."""
        return list(chain.from_iterable(self._rows_from(at_least("epoch", epoch, 0), 0)))

    def state_dict(self) -> dict[str, int | str]:
        """Return where the epoch stands: how many positions all ranks together have handed out, and of what stream.

        A data loader with workers fetches ahead of the training; torchdata's StatefulDataLoader accounts for that.
        """
        return {
            "version": STATE_VERSION,
            "seed": self.seed,
            "epoch": self.epoch,
            "position": self._position(),
            "fingerprint": self._fingerprint(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from a state, with any number of ranks.

        Raises:
            OptionError: the state is of another version, seed, or set of labels and weights.
        """
        name = type(self).__name__
        missing = [key for key in self.state_dict() if key not in state]
        if missing:
            message = f"Expected the state of a {name}, got one without {', '.join(missing)}. Start the epoch anew."
            raise OptionError(message)
        own_values = (("version", STATE_VERSION), ("seed", self.seed), ("fingerprint", self._fingerprint()))
        for key, own in own_values:
            if state[key] != own:
                message = (
                    f"Expected a state with {key} {own}, got {state[key]}: it would continue another stream. "
                    "Build the sampler from the same labels, weights and seed, or start the epoch anew."
                )
                raise OptionError(message)
        epoch, position = at_least("epoch", state["epoch"], 0), at_least("position", state["position"], 0)
        if position % self.unit:
            message = (
                f"Expected a position between two batches of {self.unit}, got {position}. "
                "Save the state between batches, or start the epoch anew."
            )
            raise OptionError(message)
        self.epoch = epoch
        self._rewind(position)

    def _take_rank(self, rank: int, num_replicas: int) -> None:
        self.num_replicas = at_least("num_replicas", num_replicas, 1)
        self.rank = at_least("rank", rank, 0)
        if self.rank >= self.num_replicas:
            message = f"rank is a number from 0 to {num_replicas - 1} for num_replicas={num_replicas}, got {rank}."
            raise OptionError(message)

    def _rewind(self, position: int) -> None:
        self._resume_at, self._block_end, self._block = position, position, iter(())

    def _position(self) -> int:
        return self._block_end - operator.length_hint(self._block) * self.num_replicas

    def _hand_out(self, epoch: int, start: int) -> Iterator[int]:
        for rows in self._rows_from(epoch, start):
            start += len(rows) * self.num_replicas
            # The list's own iterator knows what is left of it: the position costs nothing while rows are handed out.
            self._block_end, self._block = start, iter(rows)
            yield from self._block

    def _left(self, start: int) -> int:
        """Return how many rows this rank still draws from a position of the epoch, a multiple of the unit."""
        return -(-max(0, self.num_samples - start) // (self.num_replicas * self.unit)) * self.unit

    def _fingerprint(self) -> str:
        if self._known_checksum is None:
            self._known_checksum = self._checksum()
        return self._known_checksum

    def _rows_from(self, epoch: int, start: int) -> Iterator[list[int]]:
        """Yield this rank's rows of the epoch from a position on, a block at a time."""
        raise NotImplementedError

    def _checksum(self) -> str:
        """Return what differs when the stream of any epoch does, the seed aside."""
        raise NotImplementedError


def at_least(name: str, value: int, least: int) -> int:
    """Return the value as an integer.

    Raises:
        OptionError: it is none, or less than `least`.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if isinstance(value, bool) or number < least:
        message = f"{name} is an integer from {least} up, got {str(value)[:40]}."
        raise OptionError(message)
    return number
