"""What limits every figure of an evaluation: classes without rows, classes with few, and many comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imbalance_audit.display import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imbalance_audit.records import RunEvaluation

_FEW_ROWS = 10
_MANY_CLASSES = 20


def support_cautions(runs: Sequence[RunEvaluation], confidence: float) -> tuple[str, ...]:
    """Return a note for each limit that these rows, which are the same for each run, have."""
    classes = runs[0].classes
    notes = []
    if missing := [score.label for score in classes if not score.support]:
        notes.append(
            f"{len(missing):,} of {len(classes):,} classes have no row here, such as {quoted(missing[0])}: their recall"
            " is not defined, and means over classes leave them out."
        )
    if few := sum(0 < score.support < _FEW_ROWS for score in classes):
        notes.append(
            f"{few:,} of {len(classes):,} classes have fewer than {_FEW_ROWS} rows here: intervals of means over"
            " classes are too narrow, since no bootstrap knows what such a class would do on other rows."
        )
    if len(runs) > 1 and len(classes) > _MANY_CLASSES:
        notes.append(
            f"At a level of {confidence:.0%}, about {len(classes) * (1 - confidence):.0f} of {len(classes):,} recalls"
            " differ between two runs by chance alone."
        )
    return tuple(notes)
