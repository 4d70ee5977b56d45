"""A random order of a class's rows whose every place is computed by itself: no list, no replay.

A generalised Feistel network over Z_a × Z_b with a·b ≥ n, followed by cycle walking, permutes [0, n) (Black & Rogaway,
"Ciphers with Arbitrary Finite Domains", CT-RSA 2002, methods 2 and 3). With a = ⌈√n⌉ and b = ⌈n/a⌉ at most a - 1 of
the a·b numbers lie outside, so that few are walked.
"""

from __future__ import annotations

import torch

from imbalance_audit.training.samplers.counter_stream import mixed

ROUNDS = 6
"""Luby & Rackoff (1988) need 4 rounds."""

SMALL = 64
"""Below this size, every order can be asked for evenness, and is reached evenly only after more rounds."""

ROUNDS_OF_SMALL = 16

_SPREAD = 0x2545F4914F6CDD1D
"""Odd, so that no two halves meet under one key (Vigna's xorshift64* multiplier)."""


class Permutations:
    """A permutation of [0, n) for each of several sizes n and for any key.

    >>> places = Permutations(torch.tensor([5])).places(torch.zeros(5, dtype=torch.int64), torch.arange(5), keys=7)
    >>> sorted(places.tolist())
    [0, 1, 2, 3, 4]
    """

    def __init__(self, sizes: torch.Tensor) -> None:
        root = sizes.to(torch.float64).sqrt().ceil().to(torch.int64).clamp_(min=1)
        self._sizes = sizes
        self._left = root
        self._right = (sizes + root - 1) // root

    def places(self, which: torch.Tensor, numbers: torch.Tensor, *, keys: torch.Tensor | int) -> torch.Tensor:
        """Return where each number goes in the permutation of its size and key: int64, in the shape of `numbers`.

        Args:
            which: The index of the size of each number: int64[n].
            numbers: From 0 to below that size: int64[n].
            keys: A key for each number, int64[n], or one for all.
        """
        size, left, right = (values.index_select(0, which) for values in (self._sizes, self._left, self._right))
        key = torch.as_tensor(keys, device="cpu").expand(len(numbers))
        found = _network(numbers, left, right, key)
        outside = (found >= size).nonzero().squeeze(1)
        while len(outside):
            walked = _network(found[outside], left[outside], right[outside], key[outside])
            found[outside] = walked
            outside = outside[walked >= size[outside]]
        return found


def _network(numbers: torch.Tensor, left: torch.Tensor, right: torch.Tensor, key: torch.Tensor) -> torch.Tensor:
    high = torch.div(numbers, right, rounding_mode="floor")
    high, low = _rounds(high, numbers - high * right, left, right, key, range(0, ROUNDS, 2))
    small = (left * right < SMALL).nonzero().squeeze(1)
    if len(small):
        parts = [values.index_select(0, small) for values in (high, low, left, right, key)]
        more_high, more_low = _rounds(
            parts[0], parts[1], parts[2], parts[3], parts[4], range(ROUNDS, ROUNDS_OF_SMALL, 2)
        )
        high[small], low[small] = more_high, more_low
    return high * right + low


def _rounds(
    high: torch.Tensor, low: torch.Tensor, left: torch.Tensor, right: torch.Tensor, key: torch.Tensor, rounds: range
) -> tuple[torch.Tensor, torch.Tensor]:
    for number in rounds:
        high = (high + _function(low, key, number)).remainder_(left)
        low = (low + _function(high, key, number + 1)).remainder_(right)
    return high, low


def _function(half: torch.Tensor, key: torch.Tensor, number: int) -> torch.Tensor:
    # 31 bits: what is added to it, less than √(2^63), cannot overflow.
    return mixed((half * _SPREAD + number).bitwise_xor_(key)).bitwise_and_(0x7FFFFFFF)
