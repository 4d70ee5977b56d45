"""Random numbers that are a pure function of a key and a position: any position is reached without replay.

SplitMix64 (Steele, Lea & Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, fig. 16): the state
after k steps is key + k·γ, so its finaliser, applied to that sum, is the k-th number. No generator has a state here,
and the global ones are not touched. The arithmetic is that of 64 bits without sign, to which torch's int64 wraps.
"""

from __future__ import annotations

import torch

_GAMMA = 0x9E3779B97F4A7C15
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB
_WORD = (1 << 64) - 1
_TO_UNIT = 2.0**-53


def key_of(*parts: int) -> int:
    """Return a 64-bit key of integers, such as (seed, epoch, purpose): other integers, an unrelated key.

    >>> key_of(0, 1) != key_of(1, 0)
    True
    """
    key = 0
    for part in parts:
        key = _mixed((key + _GAMMA * (part + 1)) & _WORD)
    return key


def steps(length: int, *, stride: int = 1) -> torch.Tensor:
    """Return what `uniform` adds to a key for `length` positions that lie `stride` apart: int64[length]."""
    return torch.arange(length, dtype=torch.int64, device="cpu") * signed(stride * _GAMMA)


def uniform(key: int, first: int, offsets: torch.Tensor) -> torch.Tensor:
    """Return the numbers at position `first` and those that `steps` says: float64 in [0, 1), 53 bits each.

    >>> a = uniform(7, 0, steps(5))
    >>> bool((uniform(7, 2, steps(3)) == a[2:]).all())
    True
    """
    z = offsets + signed(key + first * _GAMMA)
    shifted = torch.empty_like(z)
    _mix(z, shifted)
    _shift(z, shifted, 11)
    return shifted.to(torch.float64).mul_(_TO_UNIT)


def mixed(numbers: torch.Tensor) -> torch.Tensor:
    """Return SplitMix64's finaliser of each number + γ, 64 bits in an int64: the first output of that seed.

    >>> mixed(torch.tensor([1234567])).tolist()
    [6457827717110365317]
    """
    z = numbers + signed(_GAMMA)
    _mix(z, torch.empty_like(z))
    return z


def _mix(z: torch.Tensor, shifted: torch.Tensor) -> None:
    _fold(z, shifted, 30)
    z.mul_(signed(_FIRST))
    _fold(z, shifted, 27)
    z.mul_(signed(_SECOND))
    _fold(z, shifted, 31)


def _fold(z: torch.Tensor, shifted: torch.Tensor, bits: int) -> None:
    _shift(z, shifted, bits)
    z.bitwise_xor_(shifted)


def _shift(z: torch.Tensor, out: torch.Tensor, bits: int) -> None:
    # int64 shifts its sign in; the mask takes it away.
    torch.bitwise_right_shift(z, bits, out=out)
    out.bitwise_and_((1 << (64 - bits)) - 1)


def _mixed(z: int) -> int:
    z = ((z ^ (z >> 30)) * _FIRST) & _WORD
    z = ((z ^ (z >> 27)) * _SECOND) & _WORD
    return z ^ (z >> 31)


def signed(word: int) -> int:
    """Return the int64 whose bits are those of a 64-bit key, as torch needs it."""
    word &= _WORD
    return word - (1 << 64) if word >> 63 else word
