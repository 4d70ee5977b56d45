"""Draws rows by class: a class by its law, then one of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from imbalance_audit.errors import refuse_unknown
from imbalance_audit.training.corrections import register
from imbalance_audit.training.samplers.class_table import ClassTable
from imbalance_audit.training.samplers.cycling import Cycling
from imbalance_audit.training.samplers.epoch_sampler import BLOCK, EpochSampler
from imbalance_audit.training.samplers.with_replacement import WithReplacement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from imbalance_audit.records import ClassWeights
    from imbalance_audit.training.samplers.label_index import LabelIndex
    from imbalance_audit.training.samplers.laws import Law
    from imbalance_audit.training.samplers.rows_by_class import RowLabels

__all__ = ["BLOCK", "ClassSampler", "Draw"]

Draw = Literal["replace", "cycle", "once"]


class ClassSampler(EpochSampler):
    """Draws rows so that classes come as often as a law asks, for any number of rows.

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
            (`dataset.targets`), or a `LabelIndex`. Integers are places in `weights.classes`, text is matched to it by
            name.
        law: How often each class comes: `PowerLaw`, `EffectiveNumberLaw`, `PriorLaw`, `ProgressiveLaw`; classes evenly
            for None.
        weights: A weight file or its value, instead of a law.
        draw: `replace` draws each row by itself. `cycle` deals each row of a class once before any comes again, over
            epochs and ranks; classes then come exactly as often as asked. `once` never draws a row twice in an epoch.
        num_samples: Rows of an epoch over all ranks; the number of rows for None.
        seed: Any integer; the same on all ranks.
        num_replicas: How many ranks share an epoch. Leave it at 1 where a framework shards the sampler.
        rank: Which of them this is.

    Attributes:
        correction: Which skew it corrects, for `check_corrections`.

    Warns:
        DoubleCorrectionWarning: a loss with the same weights is in use.

    Raises:
        OptionError: the labels cannot be read or are not the classes of the weights, or a number is out of range.
        WeightFileError: the weight file cannot be read.

    >>> sampler = ClassSampler(["cat", "cat", "cat", "lynx"], num_samples=1000)
    >>> sum(row == 3 for row in sampler)
    511
    """

    def __init__(
        self,
        labels: RowLabels | LabelIndex,
        *,
        law: Law | None = None,
        weights: str | PathLike[str] | ClassWeights | None = None,
        draw: Draw = "replace",
        num_samples: int | None = None,
        seed: int = 0,
        num_replicas: int = 1,
        rank: int = 0,
    ) -> None:
        refuse_unknown("way to draw", draw, get_args(Draw))
        self.table = ClassTable(labels, law=law, weights=weights)
        length = self.table.total if num_samples is None else num_samples
        super().__init__(num_samples=length, seed=seed, num_replicas=num_replicas, rank=rank)
        self.correction = self.table.correction
        if weights is not None:
            register(self, self.correction)
        self.draw: Draw = draw
        self._draws: WithReplacement | Cycling = (
            WithReplacement(self.table, self.seed)
            if draw == "replace"
            else Cycling(self.table, self.seed, self.num_samples, once=draw == "once")
        )

    def _rows_from(self, epoch: int, start: int) -> Iterator[list[int]]:
        return self._draws.rows(epoch, start + self.rank, self.num_replicas, self._left(start))

    def _checksum(self) -> str:
        # With replacement, a longer epoch begins like a shorter one; the others depend on its length.
        more = () if self.draw == "replace" else (get_args(Draw).index(self.draw), self.num_samples)
        return self.table.checksum(*more)
