"""What a batch promises about its classes. Small values that `StratifiedSampler` takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import torch

from imbalance_audit.errors import OptionError
from imbalance_audit.training.samplers.counter_stream import key_of
from imbalance_audit.training.samplers.cycling import EpochPlan, bounds_of, each
from imbalance_audit.training.samplers.epoch_sampler import at_least
from imbalance_audit.training.samplers.laws import Law, PowerLaw  # noqa: TC001 -- the field of a dataclass
from imbalance_audit.training.samplers.permutation import Permutations

if TYPE_CHECKING:
    from torch import Tensor

    from imbalance_audit.training.samplers.class_table import ClassTable


class Planner(Protocol):
    """Says which classes a batch of an epoch holds."""

    def contents(self, epoch: int, batch: int) -> tuple[Tensor, Tensor]:
        """Return the place in the table of each row's class, and how often that class came before: both int64[B]."""


class Batch(Protocol):
    """What each batch holds."""

    @property
    def law(self) -> Law:
        """The law by which classes come."""

    def planner(self, table: ClassTable, batch_size: int, batches: int, seed: int) -> Planner:
        """Return what plans the batches of an epoch."""

    def key(self) -> tuple[int, ...]:
        """Return what tells this promise from another."""


@dataclass(frozen=True)
class Quotas:
    """At least some rows of every class in every batch, and the rest of the batch by a law.

    Of the rest, which are B' rows, class c gets ⌊B'·q_c⌋ - 1 to ⌈B'·q_c⌉ + 1, and over an epoch its share exactly.

    Args:
        law: How often each class comes in the rest; classes evenly by default.
        at_least: Rows of each class that a batch always holds; 0 promises only the quotas.

    Raises:
        OptionError: `at_least` is out of range.

    >>> from imbalance_audit.training import StratifiedSampler
    >>> labels = [0] * 20 + [1] * 4
    >>> drawn = [labels[row] for row in StratifiedSampler(labels, batch_size=4, batch=Quotas(at_least=1))]
    >>> {len(set(drawn[at : at + 4])) for at in range(0, 24, 4)}
    {2}
    """

    law: Law = field(default_factory=PowerLaw)
    at_least: int = 1

    def __post_init__(self) -> None:
        at_least("at_least", self.at_least, 0)

    def planner(self, table: ClassTable, batch_size: int, batches: int, seed: int) -> Planner:
        """Return what plans the batches.

        Raises:
            OptionError: a batch is too small for every class.
        """
        classes = len(table.counts)
        if classes * self.at_least > batch_size:
            message = (
                f"Expected batches of at least {classes * self.at_least:,} rows for {self.at_least} of each of "
                f"{classes:,} classes, got {batch_size:,}. Enlarge the batch, or use ClassesByRows or at_least=0."
            )
            raise OptionError(message)
        return _QuotaPlanner(table, batch_size, batches, seed, self.at_least)

    def key(self) -> tuple[int, ...]:
        """Return what tells this promise from another; the law is part of the table."""
        return (0, self.at_least)


@dataclass(frozen=True)
class ClassesByRows:
    """P classes in every batch and the same number of rows of each: batches for metric learning.

    The classes come from permutations, so that each is in one batch before any comes again; where P does not divide
    their number, the rest of a permutation is left out. A class with fewer rows than asked repeats them
    (pytorch-metric-learning's `MPerClassSampler`).

    Args:
        classes: P, which divides the batch.

    Raises:
        OptionError: P is out of range.

    >>> from imbalance_audit.training import StratifiedSampler
    >>> labels = [0] * 8 + [1] * 8 + [2] * 8
    >>> drawn = [labels[row] for row in StratifiedSampler(labels, batch_size=4, batch=ClassesByRows(2))]
    >>> {len(set(drawn[at : at + 4])) for at in range(0, 24, 4)}
    {2}
    """

    classes: int

    def __post_init__(self) -> None:
        at_least("classes", self.classes, 1)

    @property
    def law(self) -> Law:
        """Classes evenly."""
        return PowerLaw()

    def planner(self, table: ClassTable, batch_size: int, batches: int, seed: int) -> Planner:
        """Return what plans the batches.

        Raises:
            OptionError: P does not divide the batch, or there are fewer classes.
        """
        there = len(table.counts)
        if batch_size % self.classes or there < self.classes:
            message = (
                f"Expected a number of classes that divides the batch of {batch_size:,} and is at most the {there:,} "
                f"that occur, got {self.classes:,}. Choose another batch_size or number of classes."
            )
            raise OptionError(message)
        return _ClassPlanner(there, self.classes, batch_size // self.classes, batches, seed)

    def key(self) -> tuple[int, ...]:
        """Return what tells this promise from another."""
        return (1, self.classes)


class _QuotaPlanner:
    def __init__(self, table: ClassTable, batch_size: int, batches: int, seed: int, least: int) -> None:
        self._table, self._size, self._batches, self._seed, self._least = table, batch_size, batches, seed, least
        self._free = batch_size - least * len(table.counts)
        self._plan: tuple[int, EpochPlan] | None = None

    def contents(self, epoch: int, batch: int) -> tuple[Tensor, Tensor]:
        plan = self._plan_of(epoch)
        counts = plan.counts(batch) + self._least
        before = plan.counts_before(batch) + self._least * batch
        classes = torch.repeat_interleave(torch.arange(len(counts), device="cpu"), counts, output_size=self._size)
        first = before - (counts.cumsum(0) - counts)
        return classes, torch.arange(self._size, device="cpu") + first[classes]

    def _plan_of(self, epoch: int) -> EpochPlan:
        if self._plan is None or self._plan[0] != epoch:
            start, before = 0, torch.zeros_like(self._table.counts)
            if self._plan is not None and self._plan[0] < epoch:
                start, before = self._plan[0], self._plan[1].before.clone()
            for past in range(start, epoch):
                before += each(self._bounds(past)) + self._least * self._batches
            key = key_of(self._seed, epoch, 4)
            self._plan = epoch, EpochPlan.of(self._bounds(epoch), before, self._batches, key=key)
        return self._plan[1]

    def _bounds(self, epoch: int) -> Tensor:
        return bounds_of(self._table.mass(epoch), self._free * self._batches, key=key_of(self._seed, epoch, 5))


class _ClassPlanner:
    def __init__(self, there: int, classes: int, rows: int, batches: int, seed: int) -> None:
        self._classes, self._rows, self._batches, self._seed = classes, rows, batches, seed
        self._in_a_round = there // classes
        self._order = Permutations(torch.tensor([there], device="cpu"))

    def contents(self, epoch: int, batch: int) -> tuple[Tensor, Tensor]:
        round_, turn = divmod(epoch * self._batches + batch, self._in_a_round)
        places = torch.arange(turn * self._classes, (turn + 1) * self._classes, device="cpu")
        key = key_of(self._seed, round_, 10) >> 1
        classes = self._order.places(torch.zeros_like(places), places, keys=key).repeat_interleave(self._rows)
        numbers = torch.arange(self._rows, device="cpu").repeat(self._classes) + round_ * self._rows
        return classes, numbers
