"""The search for a class, against torch's own."""

from __future__ import annotations

import pytest
import torch

from imbalance_audit.training.samplers.cumulative import Cumulative


@pytest.mark.parametrize("classes", [1, 2, 3, 4, 5, 31, 32, 33, 1000])
def test_the_class_is_that_of_searchsorted(classes: int) -> None:
    generator = torch.Generator().manual_seed(classes)
    mass = torch.rand(classes, generator=generator, dtype=torch.float64) + 1e-9
    bounds = torch.cumsum(mass, 0) / mass.cumsum(0)[-1]
    # The bounds themselves too: a number on a bound is of the class after it.
    numbers = torch.cat([torch.rand(5000, generator=generator, dtype=torch.float64), bounds[:-1], torch.zeros(1)])

    found = Cumulative(mass).classes_at(numbers)

    assert torch.equal(found, torch.searchsorted(bounds, numbers, right=True))


def test_the_largest_number_below_1_is_of_the_last_class() -> None:
    mass = torch.full((49,), 0.1, dtype=torch.float64)

    assert Cumulative(mass).classes_at(torch.tensor([1 - 2.0**-53], dtype=torch.float64)).tolist() == [48]


def test_a_very_rare_class_beside_a_very_common_one_is_reached() -> None:
    found = Cumulative(torch.tensor([1.0, 1e-12])).classes_at(torch.tensor([1 - 2.0**-53], dtype=torch.float64))

    assert found.tolist() == [1]
