"""What a rank really trained on, beside what its sampler planned: proof that no framework dropped or re-sharded it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import torch

from imbalance_audit.errors import SamplingError
from imbalance_audit.training.samplers.laws import listed
from imbalance_audit.training.samplers.rows_by_class import read_labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from imbalance_audit.training.samplers.epoch_sampler import EpochSampler
    from imbalance_audit.training.samplers.rows_by_class import RowLabels


class SamplingProbe:
    """Counts the labels of the batches that a rank gets and compares them with the epoch that was planned for it.

    Rows are a pure function of seed, epoch and position, so the plan is exact and no statistics are needed. Only rows
    that a framework is known to repeat at the end of an epoch are allowed for.

    Args:
        sampler: The sampler that the loader was given, for this rank; one for the whole epoch where the framework
            shards, as accelerate and the transformers Trainer do.
        labels: The label of each row, as the sampler got them.
        num_replicas: Over how many ranks the framework shards the sampler; 1 where it does not.
        rank: Which of them this is.
        batch_size: Rows of a batch of one rank, where the framework shards: whole batches in turn.

    Raises:
        OptionError: the labels cannot be read.

    >>> from imbalance_audit.training import ClassSampler
    >>> labels = torch.tensor([0, 0, 0, 1])
    >>> sampler = ClassSampler(labels)
    >>> probe = SamplingProbe(sampler, labels)
    >>> probe.see(labels[list(sampler)])
    >>> probe.check()
    """

    def __init__(
        self,
        sampler: EpochSampler,
        labels: RowLabels,
        *,
        num_replicas: int = 1,
        rank: int = 0,
        batch_size: int = 1,
    ) -> None:
        self._codes, self._names = read_labels(labels)
        self._sampler = sampler
        self._replicas, self._rank, self._batch_size = num_replicas, rank, batch_size
        self._seen: Counter[str | int] = Counter()

    def see(self, targets: Tensor | Sequence[int] | Sequence[str]) -> None:
        """Count a batch of labels that this rank trains on."""
        self._seen.update(targets.detach().flatten().tolist() if isinstance(targets, torch.Tensor) else targets)

    def check(self, *, epoch: int | None = None) -> None:
        """Compare a whole epoch with its plan, and begin to count anew.

        Args:
            epoch: The epoch that was seen; that of the sampler for None.

        Raises:
            SamplingError: other rows came than were planned.
        """
        seen, self._seen = self._seen, Counter()
        planned = self._planned(self._sampler.epoch if epoch is None else epoch)
        # accelerate fills the last round up with rows of the first batches.
        room = self._batch_size if self._replicas > 1 else 0
        off = {label: seen[label] - planned[label] for label in {*seen, *planned} if seen[label] != planned[label]}
        extra, missing = (sum(max(0, sign * n) for n in off.values()) for sign in (1, -1))
        if not missing and extra <= room:
            return
        worst = sorted(off, key=lambda label: (-abs(off[label]), str(label)))
        found = "; ".join(
            f"{listed([label])} {seen[label]:,} times instead of {planned[label]:,}" for label in worst[:5]
        )
        message = (
            f"Expected the {planned.total():,} rows that the sampler planned for this rank, got {seen.total():,}: "
            f"{found}. "
            "The framework replaced or re-sharded the sampler: build it by the constructor of your loop, such as "
            "for_ddp() or for_lightning(), and call set_epoch before each epoch."
        )
        raise SamplingError(message)

    def _planned(self, epoch: int) -> Counter[str | int]:
        rows = torch.tensor(self._sampler.planned(epoch), dtype=torch.int64, device="cpu")
        if self._replicas > 1:
            batch = torch.arange(len(rows), device="cpu") // self._batch_size
            rows = rows[batch % self._replicas == self._rank]
        codes = self._codes[rows].tolist()
        return Counter(codes if self._names is None else [self._names[code] for code in codes])
