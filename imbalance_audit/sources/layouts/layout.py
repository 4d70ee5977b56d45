"""What every layout supplies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imbalance_audit.records import Labels, ReadOptions


class Claims(Protocol):
    """Tell whether these paths are laid out so, by names and first bytes alone: it is asked of every source."""

    def __call__(self, paths: Sequence[Path]) -> bool:
        """Look, and raise nothing."""


class ReadLayout(Protocol):
    """Return the labels of what is laid out so."""

    def __call__(self, paths: Sequence[Path], options: ReadOptions) -> Labels:
        """Read, or raise `SourceError`."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A way to keep labels that is no table of columns: a folder for each class, an annotation file, a tar.

    Attributes:
        name: What `format=` calls it.
        claims: Whether it knows these paths without being named.
        read: Its labels, through `tidy_parts` or `tidy`.
        heeds: The names of the reading options that mean something here; any other is refused.
    """

    name: str
    claims: Claims
    read: ReadLayout
    heeds: frozenset[str] = frozenset({"classes"})
