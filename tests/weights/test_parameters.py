"""What a scheme can be told: both ends of a range belong to it, and whatever else comes is refused in a sentence."""

from __future__ import annotations

import math

import pytest

from imbalance_audit.errors import OptionError
from imbalance_audit.weights.parameters import Choice, Parameter

SHARE = Parameter("tau", default=0.5, least=0.0, most=1.0, range="a number from 0 to 1")
WIDTH = Parameter("width", default=5, least=1, most=9, range="an odd number from 1 to 9", whole=True)
KERNEL = Choice("kernel", ("gaussian", "triang", "laplace"))


@pytest.mark.parametrize(("given", "settled"), [(None, 0.5), (0, 0.0), (1, 1.0), (0.25, 0.25)])
def test_a_number_within_the_range_is_taken_ends_included(given: float | None, settled: float) -> None:
    value = SHARE.settle(given)

    assert value == settled
    assert isinstance(value, float)


@pytest.mark.parametrize("given", [-1e-9, math.nextafter(1, 2), math.nan, math.inf, -math.inf, "0.5", "wide"])
def test_a_number_outside_the_range_and_a_text_are_refused(given: float | str) -> None:
    with pytest.raises(OptionError) as caught:
        SHARE.settle(given)

    assert str(caught.value) == f"tau is a number from 0 to 1, got {given}."


@pytest.mark.parametrize("given", [None, 1, 3, 9, 7.0])
def test_an_odd_whole_number_is_taken_as_an_integer(given: float | None) -> None:
    value = WIDTH.settle(given)

    assert value == (5 if given is None else given)
    assert isinstance(value, int)


@pytest.mark.parametrize("given", [0, 2, 8, 3.5, -1, 11, "3"])
def test_an_even_a_broken_or_a_far_number_is_refused_where_an_odd_one_is_due(given: float | str) -> None:
    with pytest.raises(OptionError, match=f"width is an odd number from 1 to 9, got {given}"):
        WIDTH.settle(given)


def test_the_first_word_is_the_default_and_each_is_taken() -> None:
    assert KERNEL.settle(None) == "gaussian"
    assert [KERNEL.settle(word) for word in KERNEL.words] == list(KERNEL.words)


def test_another_word_is_refused_with_the_nearest_and_all_there_are() -> None:
    with pytest.raises(OptionError) as caught:
        KERNEL.settle("gausian")

    assert str(caught.value) == (
        'There is no kernel "gausian". Did you mean "gaussian"? Choose one of "gaussian", "triang", "laplace".'
    )
