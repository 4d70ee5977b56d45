"""Each row of a class once before any row of it comes again, across epochs and ranks.

An epoch of T positions is a systematic sample (Madow & Madow, Ann. Math. Stat. 1944): the points s + θ, s = 0 … T-1,
on a line where class c has the length T·q_c. So it comes ⌊T·q_c⌋ or ⌈T·q_c⌉ times, in the mean exactly T·q_c times, as
θ is uniform and anew in each epoch. The points are dealt to blocks by a stride, and each block is shuffled: how often a
class came before any block is then a formula, and only one block has to be computed to reach a position. The k-th time
that a class comes it gives place k mod n of its permutation number ⌊k / n⌋.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from imbalance_audit.errors import OptionError
from imbalance_audit.training.samplers.counter_stream import key_of, steps, uniform
from imbalance_audit.training.samplers.dealer import Dealer
from imbalance_audit.training.samplers.epoch_sampler import BLOCK
from imbalance_audit.training.samplers.laws import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from imbalance_audit.training.samplers.class_table import ClassTable

_MARGIN = 2.0**-20
"""θ keeps off 0 and 1, where the rounding of a bound that is an integer would decide."""


@dataclass(frozen=True)
class EpochPlan:
    """Which points of an epoch belong to which class, and to which block.

    Attributes:
        bounds: How many points lie below the end of each class: int64[K], the last of them T.
        before: How often each class came in all epochs before: int64[K].
        order: The residue of the points of each block, modulo the number of blocks: int64[blocks].
        begins: The position at which each block begins, and T: int64[blocks + 1].
    """

    bounds: Tensor
    before: Tensor
    order: Tensor
    begins: Tensor

    @classmethod
    def of(cls, bounds: Tensor, before: Tensor, blocks: int, *, key: int) -> EpochPlan:
        """Deal the points below the last bound to blocks whose order the key shuffles."""
        order = uniform(key, 0, steps(blocks)).argsort()
        sizes = torch.div(bounds[-1] - order + blocks - 1, blocks, rounding_mode="floor")
        begins = torch.cat([torch.zeros(1, dtype=torch.int64, device="cpu"), sizes.cumsum(0)])
        return cls(bounds, before, order, begins)

    def counts(self, block: int) -> Tensor:
        """Return how often each class comes in a block: int64[K]."""
        return self.counts_of(block, block + 1)[0]

    def counts_of(self, first: int, last: int) -> Tensor:
        """Return how often each class comes in each block from `first` up to, but without, `last`: int64[blocks, K]."""
        residues = self.order[first:last].unsqueeze(1)
        blocks = len(self.order)
        return each(torch.div(self.bounds - residues + blocks - 1, blocks, rounding_mode="floor"))

    def counts_before(self, block: int) -> Tensor:
        """Return how often each class came before a block, over all epochs: int64[K]."""
        whole = torch.div(self.bounds, len(self.order), rounding_mode="floor")
        past = self.order[:block].sort().values
        rest = torch.searchsorted(past, self.bounds - whole * len(self.order))
        return self.before + each(whole * block + rest)


class Cycling:
    """Deals the rows of each class from one permutation after the other.

    Args:
        table: The classes.
        seed: Any integer.
        num_samples: T, the positions of an epoch.
        once: Begin anew in each epoch, and never draw a row twice in one.

    Raises:
        OptionError: `once`, and an epoch draws more of a class than it has rows.
    """

    def __init__(self, table: ClassTable, seed: int, num_samples: int, *, once: bool) -> None:
        self._table = table
        self._seed = seed
        self._length = num_samples
        self._once = once
        self._deal = Dealer(table, seed)
        self._plan: tuple[int, EpochPlan] | None = None
        if once:
            self._refuse_too_many()

    def rows(self, epoch: int, first: int, stride: int, left: int) -> Iterator[list[int]]:
        """Yield `left` rows of an epoch in blocks: past its end those of its beginning."""
        plan = self._plan_of(epoch)
        while left > 0:
            position = first % self._length
            block = int(torch.searchsorted(plan.begins, position, right=True)) - 1
            at = position - int(plan.begins[block])
            rows = self._rows_of(plan, epoch, block, at, stride)[:left]
            first += len(rows) * stride
            left -= len(rows)
            yield rows

    def _rows_of(self, plan: EpochPlan, epoch: int, block: int, at: int, stride: int) -> list[int]:
        counts = plan.counts(block)
        size = int(plan.begins[block + 1] - plan.begins[block])
        sorted_classes = torch.repeat_interleave(torch.arange(len(counts), device="cpu"), counts, output_size=size)
        shuffled = uniform(key_of(self._seed, epoch, 2), int(plan.begins[block]), steps(size)).argsort()
        classes = sorted_classes[shuffled]
        # The first place of a class in the block gets the lowest of its numbers, whatever point it came from.
        places = classes.argsort(stable=True)
        numbers = torch.empty_like(places)
        first_number = plan.counts_before(block) - (counts.cumsum(0) - counts)
        numbers[places] = torch.arange(size, device="cpu") + first_number[sorted_classes]
        return self._deal.rows(classes[at::stride], numbers[at::stride], epoch if self._once else None)

    def _plan_of(self, epoch: int) -> EpochPlan:
        if self._plan is None or self._plan[0] != epoch:
            self._plan = epoch, self._planned(epoch)
        return self._plan[1]

    def _planned(self, epoch: int) -> EpochPlan:
        blocks = -(-self._length // BLOCK)
        bounds, before = self._bounds(epoch), self._before(epoch)
        return EpochPlan.of(bounds, before, blocks, key=key_of(self._seed, epoch, 4))

    def _bounds(self, epoch: int) -> Tensor:
        return bounds_of(self._table.mass(epoch), self._length, key=key_of(self._seed, epoch, 5))

    def _before(self, epoch: int) -> Tensor:
        counts = torch.zeros_like(self._table.counts)
        if self._once:
            return counts
        start = 0
        if self._plan is not None and self._plan[0] < epoch:
            start, counts = self._plan[0], self._plan[1].before.clone()
        for past in range(start, epoch):
            counts += each(self._bounds(past))
        return counts

    def _refuse_too_many(self) -> None:
        for epoch in range(self._table.last_epoch + 1):
            mass = self._table.mass(epoch)
            most = (mass * self._length / mass.sum() - _MARGIN).ceil()
            over = (most > self._table.counts).nonzero().squeeze(1).tolist()
            if over:
                at = over[0]
                message = (
                    f"Expected an epoch that draws no class more often than it has rows, got up to {int(most[at]):,} "
                    f"draws from {int(self._table.counts[at]):,} rows of {listed([self._table.labels[at]])}. "
                    'Lower num_samples, or draw by "cycle", which goes on with another permutation.'
                )
                raise OptionError(message)


def bounds_of(mass: Tensor, length: int, *, key: int) -> Tensor:
    """Return how many of `length` points, begun at random, lie below the end of each class: int64[K]."""
    cumulative = mass.cumsum(0)
    theta = _MARGIN + (1 - 2 * _MARGIN) * float(uniform(key, 0, steps(1)))
    bounds = (cumulative * length / cumulative[-1] - theta).ceil().to(torch.int64).clamp_(0, length)
    bounds[-1] = length
    return bounds


def each(bounds: Tensor) -> Tensor:
    """Return the differences of running sums over the last dimension."""
    return torch.diff(bounds, prepend=torch.zeros_like(bounds[..., :1]))
