"""For data that only flow: each item is dropped, kept or repeated so that classes come as often as a law asks.

An item of class c comes r_c = s·q_c / π_c times in the mean, q being the law's shares and π those of the data: with s
so that no r exceeds 1 this is rejection sampling (von Neumann 1951), with s so that none is below 1 repetition only.
"""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Generic, Literal, TypeVar, get_args

from torch.utils.data import IterableDataset, get_worker_info

from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError, refuse_unknown
from imbalance_audit.training.samplers.counter_stream import key_of
from imbalance_audit.training.samplers.epoch_sampler import at_least
from imbalance_audit.training.samplers.laws import PowerLaw
from imbalance_audit.training.samplers.ranks import ranks_of_this_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Self

    from imbalance_audit.training.samplers.laws import Law

Item = TypeVar("Item")

Length = Literal["same", "shorter", "longer"]


class ClassStream(IterableDataset[Item], Generic[Item]):
    """An iterable data set whose classes come as often as a law asks, without an index and in constant memory.

    What happens to item number i of an epoch is a pure function of the seed, the epoch and i, so that workers and ranks
    need not talk to each other: together they deliver what one process alone would. Each reads the whole source and
    keeps its turns, unless the source is sharded already. Ranks may get slightly different numbers of items; loops
    that wait for each other need a fixed number of steps. An epoch chosen later does not reach persistent workers.

    Args:
        source: What yields the items, in the same order every time.
        label_of: Returns the label of an item.
        counts: How often each label occurs in the data, such as an audit's counts; only their ratios matter.
        law: How often each class shall come; classes evenly for None.
        length: `same`: about as many items as the source has. `shorter`: none is repeated. `longer`: none is dropped.
        sharded: The source gives each worker and rank its own items.
        seed: Any integer; the same on all ranks.
        num_replicas: How many ranks share an epoch. Leave it at 1 where a framework shards the data set.
        rank: Which of them this is.

    Raises:
        OptionError: a count is not positive, the law does not fit, or an option is out of range.

    >>> stream = ClassStream(["cat"] * 90 + ["lynx"] * 10, str, counts={"cat": 9, "lynx": 1}, length="longer")
    >>> items = list(stream)
    >>> items.count("cat"), items.count("lynx")
    (90, 90)
    """

    def __init__(
        self,
        source: Iterable[Item],
        label_of: Callable[[Item], str] | Callable[[Item], int],
        *,
        counts: Mapping[str, int] | Mapping[int, int],
        law: Law | None = None,
        length: Length = "same",
        sharded: bool = False,
        seed: int = 0,
        num_replicas: int = 1,
        rank: int = 0,
    ) -> None:
        refuse_unknown("length", length, get_args(Length))
        self.source, self.label_of = source, label_of
        self._counts: dict[str | int, int] = dict(counts.items())
        for label, n in self._counts.items():
            at_least(f"The count of {quoted(str(label))}", n, 1)
        self._law = law or PowerLaw()
        self._length: Length = length
        self._sharded, self.seed, self.epoch = sharded, seed, 0
        self._take_rank(rank, num_replicas)
        for epoch in {0, self._law.last_epoch}:
            self.rates(epoch)

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch of the next iteration."""
        self.epoch = at_least("epoch", epoch, 0)

    def for_ddp(self) -> Self:
        """Return this stream for the rank of this process.

        Raises:
            OptionError: nothing tells the rank.
        """
        ranks = ranks_of_this_process()
        other = copy.copy(self)
        other._take_rank(*ranks)  # noqa: SLF001 -- one of us
        return other

    def rates(self, epoch: int) -> dict[str | int, float]:
        """Return how many times an item of each label comes in the mean of an epoch.

        Raises:
            OptionError: no item would ever come, or one would have to be repeated without end.
        """
        labels, counts = list(self._counts), list(self._counts.values())
        mass = self._law.mass(counts, labels, epoch)
        ratio = [m / n for m, n in zip(mass, counts, strict=True)]
        if not math.isfinite(math.fsum(ratio)) or not any(ratio):
            message = "Expected finite masses from 0 up and not all 0 from the law, got others. Correct the law."
            raise OptionError(message)
        if self._length == "longer" and not all(ratio):
            message = 'Expected a law that leaves no class out for length="longer", got a share of 0. Give all a share.'
            raise OptionError(message)
        scale = {
            "same": math.fsum(counts) / math.fsum(mass),
            "shorter": 1 / max(ratio),
            "longer": 1 / min(r for r in ratio if r > 0),
        }[self._length]
        return {label: scale * r for label, r in zip(labels, ratio, strict=True)}

    def __iter__(self) -> Iterator[Item]:
        """Return the items of this worker on this rank, in the order of the source."""
        rates = self.rates(self.epoch)
        worker = get_worker_info()
        workers, which = (1, 0) if worker is None else (worker.num_workers, worker.id)
        shards, own = self.num_replicas * workers, self.rank * workers + which
        # A source that is sharded numbers its items anew in each shard.
        key = (self.seed, self.epoch, own) if self._sharded else (self.seed, self.epoch)
        for number, item in enumerate(self.source):
            if self._sharded or number % shards == own:
                for _ in range(self._times(rates, item, key_of(*key, number))):
                    yield item

    def _times(self, rates: Mapping[str | int, float], item: Item, key: int) -> int:
        label = self.label_of(item)
        if label not in rates:
            message = f"Expected labels that were counted, got {quoted(str(label))}. Count the data that flow."
            raise OptionError(message)
        return math.floor(rates[label] + (key >> 11) * 2.0**-53)

    def _take_rank(self, rank: int, num_replicas: int) -> None:
        self.num_replicas, self.rank = at_least("num_replicas", num_replicas, 1), at_least("rank", rank, 0)
        if self.rank >= self.num_replicas:
            message = f"rank is a number from 0 to {num_replicas - 1} for num_replicas={num_replicas}, got {rank}."
            raise OptionError(message)
