"""Draws rows by class: a class by its probability, then one of its rows."""

from __future__ import annotations

import operator
from os import PathLike
from typing import TYPE_CHECKING, Any

import torch
from torch.utils.data import Sampler

from imbalance_audit.errors import OptionError
from imbalance_audit.training.samplers.class_law import balanced_law, weighted_law
from imbalance_audit.training.samplers.counter_stream import key_of, steps, uniform
from imbalance_audit.training.samplers.cumulative import Cumulative
from imbalance_audit.training.samplers.labels import RowsByClass, read_labels
from imbalance_audit.weight_file import load_weights

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from torch import Tensor

    from imbalance_audit.records import ClassWeights
    from imbalance_audit.training.samplers.labels import Labels

BLOCK = 1 << 14
"""Rows drawn at a time: large enough for torch, small enough for the cache and to stay on one thread."""

STATE_VERSION = 1

_NOTHING_IGNORED_BUT = -100


class ClassSampler(Sampler[int]):
    """Draws rows with replacement so that classes come as often as asked, for any number of rows.

    Alone, every class that occurs is equally likely. With weights, class c comes with probability ∝ n_c·w_c, n_c being
    the rows in `labels`, so that the expected gradient is that of the weighted loss. Do not do both.

    What is drawn at a position is a pure function of the seed, the epoch and the position. No generator is kept, the
    global ones are not touched, and a position in mid-epoch is reached at once. Call `set_epoch` before each epoch, or
    every epoch draws the same rows. Of W replicas, rank r draws the positions r, r+W, r+2W, …; each draws equally many,
    so the last round may go past `num_samples`.

    Rows whose label is `weights.ignore_index` (-100 without weights) are never drawn. Every other integer, also a
    negative one, is a class without weights, and a class's place in `weights.classes` with them.

    Args:
        labels: The label of each row: a list or tuple, a tensor, a numpy array, a pandas or Polars Series
            (`dataset.targets`). Integers are places in `weights.classes`, text is matched to it by name.
        weights: A weight file or its value; None for equally likely classes.
        num_samples: Rows of an epoch over all ranks; the number of rows for None.
        seed: Any integer; the same on all ranks.
        num_replicas: How many ranks share an epoch. Leave it at 1 where a framework shards the sampler.
        rank: Which of them this is.

    Raises:
        OptionError: the labels cannot be read or are not the classes of the weights, or a number is out of range.
        WeightFileError: the weight file cannot be read.

    >>> sampler = ClassSampler(["cat", "cat", "cat", "lynx"], num_samples=1000)
    >>> sum(row == 3 for row in sampler)
    511
    """

    def __init__(
        self,
        labels: Labels,
        *,
        weights: str | PathLike[str] | ClassWeights | None = None,
        num_samples: int | None = None,
        seed: int = 0,
        num_replicas: int = 1,
        rank: int = 0,
    ) -> None:
        codes, names = read_labels(labels)
        self.num_samples = len(codes) if num_samples is None else _at_least("num_samples", num_samples, 1)
        self.num_replicas = _at_least("num_replicas", num_replicas, 1)
        self.rank = _at_least("rank", rank, 0)
        if self.rank >= self.num_replicas:
            message = f"rank is a number from 0 to {num_replicas - 1} for num_replicas={num_replicas}, got {rank}."
            raise OptionError(message)
        self.seed = operator.index(seed)
        self.epoch = 0
        grouped = RowsByClass.of(codes)
        law = _law(grouped, names, weights)
        drawn = law > 0
        self._rows = grouped.rows
        self._starts = grouped.starts[drawn]
        self._counts = grouped.counts[drawn]
        self._cumulative = Cumulative(law[drawn])
        self._fingerprint = _fingerprint(self._rows, self._starts, self._counts, law[drawn])
        self._resume_at = 0
        self._block_end = 0
        self._block: Iterator[int] = iter(())

    def __len__(self) -> int:
        """Return how many rows a rank draws in a whole epoch."""
        return -(-self.num_samples // self.num_replicas)

    def __iter__(self) -> Iterator[int]:
        """Return the rows of this rank in this epoch, from the position that was loaded, once, else from the first."""
        start, self._resume_at = self._resume_at, 0
        self._block_end, self._block = start, iter(())
        return self._draw(self.epoch, start)

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch of the next iteration. The same epoch again changes nothing, not even a loaded position."""
        epoch = _at_least("epoch", epoch, 0)
        if epoch != self.epoch:
            self.epoch = epoch
            self._resume_at = 0
            self._block_end, self._block = 0, iter(())

    def state_dict(self) -> dict[str, int | str]:
        """Return where the epoch stands: how many positions all ranks together have handed out, and of what stream.

        A data loader with workers fetches ahead of the training; torchdata's StatefulDataLoader accounts for that.
        """
        return {
            "version": STATE_VERSION,
            "seed": self.seed,
            "epoch": self.epoch,
            "position": self._position(),
            "fingerprint": self._fingerprint,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from a state, with any number of ranks.

        Raises:
            OptionError: the state is of another version, seed, or set of labels and weights.
        """
        missing = [key for key in self.state_dict() if key not in state]
        if missing:
            message = (
                f"Expected the state of a ClassSampler, got one without {', '.join(missing)}. Start the epoch anew."
            )
            raise OptionError(message)
        for key, own in (("version", STATE_VERSION), ("seed", self.seed), ("fingerprint", self._fingerprint)):
            if state[key] != own:
                message = (
                    f"Expected a state with {key} {own}, got {state[key]}: it would continue another stream. "
                    "Build the sampler from the same labels, weights and seed, or start the epoch anew."
                )
                raise OptionError(message)
        self.epoch = _at_least("epoch", state["epoch"], 0)
        self._resume_at = _at_least("position", state["position"], 0)
        self._block_end, self._block = self._resume_at, iter(())

    def _position(self) -> int:
        return self._block_end - operator.length_hint(self._block) * self.num_replicas

    def _draw(self, epoch: int, start: int) -> Iterator[int]:
        left = -(-max(0, self.num_samples - start) // self.num_replicas)
        class_key, row_key = key_of(self.seed, epoch, 0), key_of(self.seed, epoch, 1)
        offsets = steps(min(BLOCK, left), stride=self.num_replicas)
        while left > 0:
            offsets = offsets[:left]
            first = start + self.rank
            rows = self._rows_at(uniform(class_key, first, offsets), uniform(row_key, first, offsets))
            start += len(rows) * self.num_replicas
            left -= len(rows)
            # The list's own iterator knows what is left of it: the position costs nothing while rows are handed out.
            self._block_end, self._block = start, iter(rows)
            yield from self._block

    def _rows_at(self, which_class: Tensor, which_row: Tensor) -> list[int]:
        drawn = self._cumulative.classes_at(which_class)
        within = which_row.mul_(self._counts.index_select(0, drawn)).to(torch.int64)
        place = within.add_(self._starts.index_select(0, drawn))
        rows: list[int] = self._rows.index_select(0, place).tolist()
        return rows


def _law(grouped: RowsByClass, names: list[str] | None, weights: str | PathLike[str] | ClassWeights | None) -> Tensor:
    if weights is None:
        return balanced_law(grouped, names, ignore_index=_NOTHING_IGNORED_BUT)
    file = load_weights(weights) if isinstance(weights, str | PathLike) else weights
    return weighted_law(grouped, names, file)


def _fingerprint(rows: Tensor, starts: Tensor, counts: Tensor, law: Tensor) -> str:
    """Return a checksum of which rows belong together and how likely they are. Not proof against intent."""
    total = 0
    for part in (rows, starts, counts, law.view(torch.int64)):
        for at in range(0, len(part), BLOCK):
            block = part[at : at + BLOCK].to(torch.int64)
            # A number for each place, times the value there: the order matters, and no block waits for another.
            place = uniform(key_of(len(part)), at, steps(len(block))).view(torch.int64)
            total += int((place * (block + 1)).sum())
        total = key_of(total & ((1 << 64) - 1))
    return f"{total:016x}"


def _at_least(name: str, value: int, least: int) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if isinstance(value, bool) or number < least:
        message = f"{name} is an integer from {least} up, got {str(value)[:40]}."
        raise OptionError(message)
    return number
