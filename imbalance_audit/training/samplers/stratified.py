"""Batches with a guarantee: every class, quotas by a law, or P classes of K rows each, in each rank's own batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.training.samplers.batches import Quotas
from imbalance_audit.training.samplers.class_table import ClassTable
from imbalance_audit.training.samplers.counter_stream import key_of, steps, uniform
from imbalance_audit.training.samplers.dealer import Dealer
from imbalance_audit.training.samplers.epoch_sampler import EpochSampler, at_least

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imbalance_audit.training.samplers.batches import Batch
    from imbalance_audit.training.samplers.label_index import LabelIndex
    from imbalance_audit.training.samplers.rows_by_class import RowLabels


class StratifiedSampler(EpochSampler):
    """An index stream whose every `batch_size` rows are a batch that keeps a promise about its classes.

    Give it to a DataLoader as `sampler`, with the same `batch_size`. Whole batches are dealt to ranks, also by
    accelerate and the transformers Trainer; a stride through single rows, as torch's DistributedSampler takes it, would
    break them (a batch of 6, 1 and 1 rows on two ranks leaves each without a class). So use the constructor of your
    loop: `for_ddp`, `for_lightning`, `for_accelerate`, `for_hf_trainer`.

    The rows of a class come from permutations, each row once before any comes again, over batches, epochs and ranks.

    Args:
        labels: The label of each row, as for `ClassSampler`.
        batch_size: Rows of a batch of one rank.
        batch: What each batch holds: `Quotas` or `ClassesByRows`; an even share of every class for None.
        num_samples: Rows of an epoch over all ranks, rounded up to whole batches; the number of rows for None.
        seed: Any integer; the same on all ranks.
        num_replicas: How many ranks share an epoch. Leave it at 1 where a framework shards the sampler.
        rank: Which of them this is.

    Raises:
        OptionError: the labels cannot be read, the promise cannot be kept, or a number is out of range.

    >>> labels = ["cat"] * 90 + ["lynx"] * 10
    >>> drawn = list(StratifiedSampler(labels, batch_size=4))
    >>> {sum(labels[row] == "lynx" for row in drawn[at : at + 4]) for at in range(0, 100, 4)}
    {2}
    """

    def __init__(
        self,
        labels: RowLabels | LabelIndex,
        *,
        batch_size: int,
        batch: Batch | None = None,
        num_samples: int | None = None,
        seed: int = 0,
        num_replicas: int = 1,
        rank: int = 0,
    ) -> None:
        batch = Quotas() if batch is None else batch
        self.batch_size = self.unit = at_least("batch_size", batch_size, 1)
        self.table = ClassTable(labels, law=batch.law, weights=None)
        rows = self.table.total if num_samples is None else at_least("num_samples", num_samples, 1)
        self._batches = -(-rows // self.batch_size)
        length = self._batches * self.batch_size
        super().__init__(num_samples=length, seed=seed, num_replicas=num_replicas, rank=rank)
        self.batch = batch
        self._planner = batch.planner(self.table, self.batch_size, self._batches, self.seed)
        self._deal = Dealer(self.table, self.seed)

    def _rows_from(self, epoch: int, start: int) -> Iterator[list[int]]:
        first = start // self.batch_size + self.rank
        for turn in range(self._left(start) // self.batch_size):
            # The last round of the ranks may go past the end, to the batches with which the epoch began.
            at = (first + turn * self.num_replicas) % self._batches
            classes, numbers = self._planner.contents(epoch, at)
            place = uniform(key_of(self.seed, epoch, 9), at * self.batch_size, steps(self.batch_size)).argsort()
            yield self._deal.rows(classes[place], numbers[place])

    def _checksum(self) -> str:
        return self.table.checksum(self.batch_size, self.num_samples, *self.batch.key())
