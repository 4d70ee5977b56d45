"""The public names are what `__all__` says: importable, sorted, documented."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

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


def docstrings(value: object) -> Iterator[str]:
    """Yield that of a function or class, and those of what the class itself defines."""
    yield value.__doc__ or ""
    if inspect.isclass(value):
        yield from (part.__doc__ or "" for part in vars(value).values() if callable(part) or hasattr(part, "__func__"))


@pytest.mark.parametrize("module", PACKAGES, ids=lambda module: module.__name__)
def test_every_public_callable_shows_an_example(module: object) -> None:
    values = {name: getattr(module, name) for name in module.__all__}  # type: ignore[attr-defined]  # -- any package

    shown = {name for name, value in values.items() if any(">>> " in text for text in docstrings(value))}
    assert sorted({name for name, value in values.items() if callable(value)} - shown) == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'scann'"):
        imbalance_audit.scann  # noqa: B018 -- the access is the test
