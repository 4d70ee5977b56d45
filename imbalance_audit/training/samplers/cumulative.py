"""A number in [0, 1) → a class, by the running sum of the masses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor


class Cumulative:
    """The running sum of masses over classes, scaled to end at 1, and the search in it.

    A binary search of its own: `torch.searchsorted` and indexing by `[]` split even small blocks over threads, and next
    to busy data-loader workers each block then waits for a core. `index_select` stays on its thread.

    >>> Cumulative(torch.tensor([1.0, 3.0])).classes_at(torch.tensor([0.0, 0.24, 0.25, 0.99]))
    tensor([0, 0, 1, 1])
    """

    def __init__(self, mass: Tensor) -> None:
        cumulative = torch.cumsum(mass.to(torch.float64), 0)
        size = 1 << (len(mass) - 1).bit_length()
        # No number is past the last class, whatever the running sum was rounded to.
        padded = torch.full((size,), torch.inf, dtype=torch.float64, device="cpu")
        padded[: len(mass) - 1] = cumulative[:-1] / cumulative[-1]
        self._steps = [1 << bit for bit in reversed(range(size.bit_length() - 1))]
        self._bounds = [padded[step - 1 :] for step in self._steps]

    def classes_at(self, numbers: Tensor) -> Tensor:
        """Return the class of each number: int64 in the shape of `numbers`, which has one dimension."""
        found = torch.zeros(len(numbers), dtype=torch.int64, device="cpu")
        for step, bounds in zip(self._steps, self._bounds, strict=True):
            found.add_(bounds.index_select(0, found) <= numbers, alpha=step)
        return found
