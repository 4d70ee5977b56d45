"""What a weight file holds, on a terminal: `audit weights` and `audit inspect`."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from imbalance_audit.display import plain, quoted
from imbalance_audit.report.kit import figures
from imbalance_audit.report.weights.weight_facts import weight_lines

if TYPE_CHECKING:
    from imbalance_audit.records import ClassWeights
    from imbalance_audit.weights.diagnosis import Diagnosis

SHOWN = 50
"""Classes that are shown from each end before the middle is left out."""

_HEAD = ("index", "class", "count", "weight", "prior", "training sees")


_WIDTH = 100
_MARKS = {"warning": "warning", "info": "note"}


def render_weights(weights: ClassWeights, diagnosis: Diagnosis | None = None) -> str:
    """Return what the weights are, what to beware of, and the table of classes in index order."""
    named = [
        *weight_lines(weights, diagnosis),
        ("Fingerprint of the data", plain(weights.fingerprint)),
        ("Made by", plain(weights.created_by)),
    ]
    wide = max(len(name) for name, _ in named)
    lines = [f"{name:<{wide}}  {value}" for name, value in named]
    for caution in diagnosis.cautions if diagnosis else ():
        lead = f"{_MARKS[caution.severity]}: "
        lines += ["", *wrap(lead + caution.sentence, _WIDTH, subsequent_indent=" " * len(lead))]
    size = len(weights.classes)
    shown = [*range(min(size, SHOWN)), *range(max(SHOWN, size - SHOWN), size)]
    rows = [_HEAD, *(_row(weights, index) for index in shown)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines.append("")
    for place, row in enumerate(rows):
        if place == SHOWN + 1 and size > len(shown):
            lines.append(f"… {size - len(shown):,} classes between …")
        name = f"{row[1]:<{widths[1]}}"
        numbers = "  ".join(f"{cell:>{width}}" for cell, width in zip(row[2:], widths[2:], strict=True))
        lines.append(f"{row[0]:>{widths[0]}}  {name}  {numbers}")
    return "\n".join(lines) + "\n"


def _row(weights: ClassWeights, index: int) -> tuple[str, ...]:
    return (
        str(index),
        quoted(weights.classes[index], longest=40),
        figures.count(weights.counts[index]),
        figures.weight(weights.weight[index]),
        figures.share(weights.prior[index]),
        figures.share(weights.implied_prior[index]),
    )
