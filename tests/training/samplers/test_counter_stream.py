"""The random numbers, against the published generator."""

from __future__ import annotations

import torch

from imbalance_audit.training.samplers.counter_stream import key_of, steps, uniform

WORD = (1 << 64) - 1


def splitmix64(state: int, count: int) -> list[int]:
    """Steele, Lea & Flood 2014, in Python's integers: the state is stepped first, then mixed."""
    numbers = []
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) & WORD
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & WORD
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
        numbers.append(z ^ (z >> 31))
    return numbers


def test_the_reference_is_the_published_generator() -> None:
    # The first numbers for seed 1234567 that implementations of SplitMix64 are tested with.
    assert splitmix64(1234567, 3) == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_the_numbers_are_the_upper_53_bits_of_splitmix64() -> None:
    for key in (0, 1, 1234567, WORD, 1 << 63):
        expected = [z / 2**53 for z in (number >> 11 for number in splitmix64(key, 1000))]

        assert uniform(key, 1, steps(1000)).tolist() == expected


def test_a_position_far_away_is_reached_at_once() -> None:
    far = 10**15
    state = (7 + far * 0x9E3779B97F4A7C15) & WORD

    assert uniform(7, far + 1, steps(5)).tolist() == [(z >> 11) / 2**53 for z in splitmix64(state, 5)]


def test_a_stride_takes_every_so_manieth_number() -> None:
    assert torch.equal(uniform(7, 3, steps(10, stride=4)), uniform(7, 3, steps(40))[::4])


def test_keys_do_not_collide_over_seeds_and_epochs() -> None:
    keys = {key_of(seed, epoch, use) for seed in range(-50, 50) for epoch in range(50) for use in range(2)}

    assert len(keys) == 100 * 50 * 2
