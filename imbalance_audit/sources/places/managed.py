"""Tables whose log says which of their files and rows count: Delta and Iceberg. Recognised here, read in `lakes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

DELTA_LOG = "_delta_log"
ICEBERG_METADATA = "*.metadata.json"


def is_delta(folder: Path) -> bool:
    """Return whether this folder is a Delta table."""
    return (folder / DELTA_LOG).is_dir()


def is_iceberg(path: Path) -> bool:
    """Return whether this folder is an Iceberg table, or this file one state of it."""
    if path.is_dir():
        return any((path / "metadata").glob(ICEBERG_METADATA))
    return path.parent.name == "metadata" and path.match(ICEBERG_METADATA) and path.is_file()


def kind_of(folder: Path) -> str | None:
    """Return what kind of managed table a folder is, in words; None for a plain folder."""
    if is_delta(folder):
        return "a Delta table"
    return "an Iceberg table" if is_iceberg(folder) else None
