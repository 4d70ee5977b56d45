"""When weights and samplers begin: schedules that know epochs and nothing of a framework."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Protocol

from torch.utils.data import Sampler

from imbalance_audit.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STATE_VERSION = 1


class Reweighable(Protocol):
    """Anything whose weights can be blended: every loss here, and a sampler with this method."""

    def reweigh(self, strength: float) -> None:
        """Take 0 for no weights, 1 for the weights as given, and what is between."""


class _Schedule:
    """Tells a strength for each epoch, and sets it."""

    def __init__(self, target: Reweighable, start: int, end: int) -> None:
        if not callable(getattr(target, "reweigh", None)):
            message = (
                f"Expected a loss, or a sampler with a method reweigh, got {type(target).__name__}. "
                "For two samplers take DeferredSampler."
            )
            raise OptionError(message)
        self.target = target
        self.start = start
        self.end = end
        self.epoch = 0
        self.set_epoch(0)

    @property
    def strength(self) -> float:
        """How strong the weights are in this epoch, from 0 to 1."""
        if self.end <= self.start:
            return float(self.epoch >= self.start)
        return min(1.0, max(0.0, (self.epoch - self.start) / (self.end - self.start)))

    def set_epoch(self, epoch: int) -> None:
        """Set the strength for an epoch, counted from 0. Call it before each.

        Raises:
            OptionError: the epoch is not an integer from 0 up.
        """
        self.epoch = _epoch("epoch", epoch)
        self.target.reweigh(self.strength)

    def state_dict(self) -> dict[str, int]:
        """Return the epoch and the schedule."""
        return {"version": STATE_VERSION, "start": self.start, "end": self.end, "epoch": self.epoch}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from a state, and set the strength of its epoch.

        Raises:
            OptionError: the state is of another schedule.
        """
        _same(state, self.state_dict())
        self.set_epoch(state["epoch"])


class DeferredReweighting(_Schedule):
    """No weights up to an epoch, the full weights from then on (DRW).

    Source: Cao et al., NeurIPS 2019, arXiv 1906.07413, Algorithm 1: from epoch 160 of 200 on, with the learning rate's
    first drop.

    Args:
        target: The loss, or a sampler with a method `reweigh(strength)`.
        start: The first epoch with weights, counted from 0; 80 % of `epochs` for None.
        epochs: How many epochs the training has; needed without `start`.

    Raises:
        OptionError: neither `start` nor `epochs` is given, or one is no such number.

    >>> from imbalance_audit.training import WeightedCrossEntropy
    >>> loss = WeightedCrossEntropy([0.5, 3.0])
    >>> schedule = DeferredReweighting(loss, epochs=200)
    >>> schedule.start, loss.weight.tolist()
    (160, [1.0, 1.0])
    >>> schedule.set_epoch(160)
    >>> loss.weight.tolist()
    [0.5, 3.0]
    """

    def __init__(self, target: Reweighable, *, start: int | None = None, epochs: int | None = None) -> None:
        first = _start(start, epochs)
        super().__init__(target, first, first)


class ProgressiveReweighting(_Schedule):
    """Weights that grow evenly, by 1 / (epochs - 1 - start) an epoch: the last epoch has them in full.

    Source: progressively-balanced sampling of Kang et al., ICLR 2020, arXiv 1910.09217, applied to weights.

    Args:
        target: The loss, or a sampler with a method `reweigh(strength)`.
        epochs: How many epochs the training has.
        start: The last epoch without weights, counted from 0.

    Raises:
        OptionError: a number is out of range.

    >>> from imbalance_audit.training import WeightedCrossEntropy
    >>> loss = WeightedCrossEntropy([0.5, 3.0])
    >>> ProgressiveReweighting(loss, epochs=5).set_epoch(2)
    >>> loss.weight.tolist()
    [0.75, 2.0]
    """

    def __init__(self, target: Reweighable, *, epochs: int, start: int = 0) -> None:
        last = _epoch("epochs", epochs) - 1
        first = _epoch("start", start)
        if last <= first:
            message = f"Expected at least two epochs from start on, got epochs={epochs}, start={start}. Start earlier."
            raise OptionError(message)
        super().__init__(target, first, last)


class DeferredSampler(Sampler[int]):
    """One sampler up to an epoch, another from then on (deferred re-sampling, DRS).

    Both are any samplers of the same data set; `set_epoch` and the state reach those that have one.

    Args:
        before: The sampler of the epochs before `start`.
        after: The sampler from `start` on, such as a `ClassSampler`.
        start: The first epoch of `after`, counted from 0; 80 % of `epochs` for None.
        epochs: How many epochs the training has; needed without `start`.

    Raises:
        OptionError: neither `start` nor `epochs` is given, or one is no such number.

    >>> from torch.utils.data import SequentialSampler
    >>> sampler = DeferredSampler(SequentialSampler(range(2)), SequentialSampler(range(3)), start=1)
    >>> sampler.set_epoch(1)
    >>> list(sampler)
    [0, 1, 2]
    """

    def __init__(
        self, before: Sampler[int], after: Sampler[int], *, start: int | None = None, epochs: int | None = None
    ) -> None:
        self.before = before
        self.after = after
        self.start = _start(start, epochs)
        self.epoch = 0

    @property
    def current(self) -> Sampler[int]:
        """The sampler of this epoch."""
        return self.before if self.epoch < self.start else self.after

    def __iter__(self) -> Iterator[int]:
        """Return the rows that the sampler of this epoch draws."""
        return iter(self.current)

    def __len__(self) -> int:
        """Return how many rows the sampler of this epoch draws."""
        return len(self.current)  # type: ignore[arg-type]  # -- torch declares no length, its samplers have one

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch of the next iteration.

        Raises:
            OptionError: the epoch is not an integer from 0 up.
        """
        self.epoch = _epoch("epoch", epoch)
        for sampler in (self.before, self.after):
            if hasattr(sampler, "set_epoch"):
                sampler.set_epoch(epoch)

    def state_dict(self) -> dict[str, Any]:
        """Return the epoch, the schedule and the state of the epoch's sampler, where it has one."""
        inner = self.current
        return {
            "version": STATE_VERSION,
            "start": self.start,
            "epoch": self.epoch,
            "sampler": inner.state_dict() if hasattr(inner, "state_dict") else None,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from a state.

        Raises:
            OptionError: the state is of another schedule.
        """
        _same(state, self.state_dict())
        self.set_epoch(state["epoch"])
        inner = self.current
        if state["sampler"] is not None and hasattr(inner, "load_state_dict"):
            inner.load_state_dict(state["sampler"])


def _start(start: int | None, epochs: int | None) -> int:
    if start is not None:
        return _epoch("start", start)
    if epochs is None:
        message = "Expected start or epochs, got neither. Give the first epoch with weights, or how many there are."
        raise OptionError(message)
    # In integers: 0.8 · 5 is not the same on every machine as 4.
    return _epoch("epochs", epochs) * 4 // 5


def _epoch(name: str, value: int) -> int:
    try:
        number = -1 if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = -1
    if number < 0:
        message = f"{name} is an integer from 0 up, got {str(value)[:40]}."
        raise OptionError(message)
    return number


def _same(state: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    for key, value in own.items():
        if key not in state or (key in ("version", "start", "end") and state[key] != value):
            got = state.get(key, "none")
            message = f"Expected the state of this schedule with {key} {value}, got {got}. Build the same schedule."
            raise OptionError(message)
