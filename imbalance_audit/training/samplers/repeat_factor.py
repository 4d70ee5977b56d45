"""Repeat factors: rows with a rare label come several times in an epoch, and every row comes at least once.

Gupta, Dollár & Girshick, "LVIS", CVPR 2019, appendix B.2: with f_c the share of rows that carry class c, a class
repeats r_c = max(1, √(t / f_c)) times, and a row as often as its rarest label does: r_i = max r_c over its labels.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, get_args

import torch

from imbalance_audit.errors import OptionError, refuse_unknown
from imbalance_audit.training.samplers.class_table import checksum_of
from imbalance_audit.training.samplers.counter_stream import key_of, steps, uniform
from imbalance_audit.training.samplers.epoch_sampler import BLOCK, EpochSampler
from imbalance_audit.training.samplers.permutation import Permutations
from imbalance_audit.training.samplers.rows_by_class import read_label_lists

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from torch import Tensor

    from imbalance_audit.training.samplers.rows_by_class import RowLabels

Rounding = Literal["systematic", "stochastic"]
Unlabelled = Literal["once", "never", "error"]


class RepeatFactorSampler(EpochSampler):
    """Draws each row as often as its rarest label asks: the sampler of LVIS, with a fixed length and a state.

    A row with factor r has the expected share r / Σr of an epoch. By `systematic` rounding (Madow & Madow 1944) it
    comes ⌊m⌋ or ⌈m⌉ times where m = num_samples·r / Σr; with `num_samples` left alone, that is r up to the rounding of
    Σr, and at least once. By `stochastic` rounding every position draws its row by itself. Detectron2 rounds each row
    at random, so that no two epochs are equally long; mmengine rounds up, so that a factor of 1.01 doubles a row.

    What stands at a position is a pure function of the seed, the epoch and the position; `set_epoch`, the state and
    the ranks are those of `ClassSampler`.

    Args:
        labels: The labels of each row: a list of lists (or tuples, sets) of integers or text, or one label a row.
        threshold: t. Classes on a larger share of the rows are not repeated. LVIS takes 0.001.
        rounding: `systematic` or `stochastic`.
        unlabelled: Rows without any label come `once` (r = 1, as in detectron2), `never`, or are an `error`.
        num_samples: Rows of an epoch over all ranks; Σr, rounded up so that no row is left out, for None.
        seed: Any integer; the same on all ranks.
        num_replicas: How many ranks share an epoch. Leave it at 1 where a framework shards the sampler.
        rank: Which of them this is.

    Attributes:
        factors: r of each row: float32[N].

    Raises:
        OptionError: the labels cannot be read, there is nothing to draw, or an option is out of range.

    >>> sampler = RepeatFactorSampler([["cat"]] * 99 + [["cat", "lynx"]], threshold=0.04)
    >>> float(sampler.factors[0]), float(sampler.factors[99]), len(sampler)
    (1.0, 2.0, 101)
    """

    def __init__(
        self,
        labels: RowLabels | Sequence[Collection[int]] | Sequence[Collection[str]],
        *,
        threshold: float = 0.001,
        rounding: Rounding = "systematic",
        unlabelled: Unlabelled = "once",
        num_samples: int | None = None,
        seed: int = 0,
        num_replicas: int = 1,
        rank: int = 0,
    ) -> None:
        if not 0 < threshold <= 1:
            message = f"threshold is a share of the rows, above 0 and at most 1, got {threshold}. LVIS takes 0.001."
            raise OptionError(message)
        refuse_unknown("rounding", rounding, get_args(Rounding))
        refuse_unknown("unlabelled policy", unlabelled, get_args(Unlabelled))
        self.factors = _factors(labels, threshold, unlabelled)
        # float32 factors are added exactly in float64 for fewer than 2^29 rows, so that every machine has these sums.
        self._sums = self.factors.to(torch.float64).cumsum(0)
        self._below = math.nextafter(float(self._sums[-1]), 0.0)
        length = max(1, math.ceil(self._sums[-1])) if num_samples is None else num_samples
        super().__init__(num_samples=length, seed=seed, num_replicas=num_replicas, rank=rank)
        self.rounding: Rounding = rounding
        self._order = Permutations(torch.tensor([self.num_samples], device="cpu"))

    def _rows_from(self, epoch: int, start: int) -> Iterator[list[int]]:
        left, first = self._left(start), start + self.rank
        while left > 0:
            count = min(BLOCK, left)
            rows = self._rows_at(epoch, first, count)
            first += count * self.num_replicas
            left -= count
            yield rows

    def _rows_at(self, epoch: int, first: int, count: int) -> list[int]:
        if self.rounding == "stochastic":
            points = uniform(key_of(self.seed, epoch, 6), first, steps(count, stride=self.num_replicas))
        else:
            # The last round of the ranks may go past the end, to the rows with which the epoch began.
            positions = torch.arange(count, device="cpu") * self.num_replicas + first
            positions = positions.remainder_(self.num_samples)
            slots = self._order.places(torch.zeros_like(positions), positions, keys=key_of(self.seed, epoch, 7) >> 1)
            theta = float(uniform(key_of(self.seed, epoch, 8), 0, steps(1)))
            points = (slots.to(torch.float64) + theta) / self.num_samples
        # A point never reaches the whole sum, whose last row with a factor above 0 it could miss by rounding.
        points = (points * self._sums[-1]).clamp_(max=self._below)
        found = torch.searchsorted(self._sums, points, right=True)
        rows: list[int] = found.tolist()
        return rows

    def _checksum(self) -> str:
        more = (get_args(Rounding).index(self.rounding), self.num_samples)
        return checksum_of((self.factors.view(torch.int32),), *more)


def _factors(
    labels: RowLabels | Sequence[Collection[int]] | Sequence[Collection[str]], threshold: float, unlabelled: Unlabelled
) -> Tensor:
    codes, row_of, rows = read_label_lists(labels)
    bare = torch.ones(rows, dtype=torch.bool, device="cpu")
    bare[row_of] = False
    without = int(bare.sum())
    if without == rows:
        message = "Expected a row with a label, got none. Give the labels of each row."
        raise OptionError(message)
    if without and unlabelled == "error":
        at = int(bare.nonzero()[0])
        message = (
            f"Expected a label in every row, got none in {without:,}, such as row {at}. "
            'Choose unlabelled="once" or "never", or leave these rows out.'
        )
        raise OptionError(message)
    # A label that stands twice in a row is on one row.
    classes = int(codes.max()) + 1
    pairs = torch.unique(row_of * classes + codes)
    row_of = torch.div(pairs, classes, rounding_mode="floor")
    codes = pairs - row_of * classes
    counts = torch.bincount(codes)
    repeats = [max(1.0, math.sqrt(threshold * rows / n)) if n else 1.0 for n in counts.tolist()]
    by_class = torch.tensor(repeats, dtype=torch.float32, device="cpu")
    factors = torch.full((rows,), 0.0, dtype=torch.float32, device="cpu")
    factors.scatter_reduce_(0, row_of, by_class[codes], "amax")
    factors[bare] = 0.0 if unlabelled == "never" else 1.0
    return factors
