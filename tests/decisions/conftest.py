"""The rows that several tests share."""

from __future__ import annotations

import pytest

from tests.decisions.samples import Drawn, draw


@pytest.fixture
def drawn() -> Drawn:
    return draw(2_000, seed=0)
