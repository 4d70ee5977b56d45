"""A small audit, built from counts alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from imbalance_audit.records import Audit, ClassCounts, Measures, Skew, Source, Task

if TYPE_CHECKING:
    from collections.abc import Sequence

NO_MEASURES = Measures(0, 0, 0, 0, None, 0, None, 0, None, None, None, None, None)


class MakeAudit(Protocol):
    def __call__(
        self,
        counts: Mapping[Any, int] | Sequence[int],
        *,
        classes: tuple[str, ...] | None = None,
        task: Task = "multiclass",
        ignored: tuple[str, ...] = (),
        starts: Sequence[int] | None = None,
    ) -> Audit: ...


@pytest.fixture
def make_audit() -> MakeAudit:
    """Counts by (split, label), or by class number; classes default to the labels in the order given."""

    def make(
        counts: Mapping[Any, int] | Sequence[int],
        *,
        classes: tuple[str, ...] | None = None,
        task: Task = "multiclass",
        ignored: tuple[str, ...] = (),
        starts: Sequence[int] | None = None,
    ) -> Audit:
        table: dict[tuple[str | None, str | None], int] = (
            dict(counts) if isinstance(counts, Mapping) else {(None, str(at)): n for at, n in enumerate(counts)}
        )
        n = tuple(table.values())
        return Audit(
            source=Source(path="memory", kind="frame", unit="row", task=task, fingerprint="f" * 64),
            classes=tuple(dict.fromkeys(label for _, label in table if label is not None))
            if classes is None
            else classes,
            class_order="declared",
            counts=ClassCounts(
                split=tuple(split for split, _ in table),
                group=(None,) * len(n),
                label=tuple(label for _, label in table),
                instances=n,
                samples=n,
                starts=n if starts is None else tuple(starts),
            ),
            overall=Skew(raw=NO_MEASURES, clean=NO_MEASURES),
            ignored=ignored,
        )

    return make
