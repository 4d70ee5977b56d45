"""A large matrix, some rows at a time, so that what is computed from it stays small."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

_CELLS = 1 << 20


def row_blocks(matrix: NDArray[np.float64]) -> Iterator[slice]:
    """Yield slices of rows that together are the matrix, of a million cells or so each."""
    height = max(1, _CELLS // max(1, matrix.shape[1]))
    for first in range(0, len(matrix), height):
        yield slice(first, min(first + height, len(matrix)))
