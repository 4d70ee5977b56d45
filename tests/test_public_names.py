"""The public names are what `__all__` says: importable, sorted, documented."""

from __future__ import annotations

import pytest

import imbalance_audit
import imbalance_audit.decisions
import imbalance_audit.training

PACKAGES = [imbalance_audit, imbalance_audit.decisions, imbalance_audit.training]


@pytest.mark.parametrize("module", PACKAGES, ids=lambda module: module.__name__)
def test_all_is_sorted_importable_and_documented(module: object) -> None:
    names = list(module.__all__)  # type: ignore[attr-defined]  # -- any package

    assert names == sorted(names)
    assert all(getattr(module, name).__doc__ for name in names)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'scann'"):
        imbalance_audit.scann  # noqa: B018 -- the access is the test
