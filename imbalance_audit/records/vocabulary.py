"""The words that the records are written in."""

from __future__ import annotations

from typing import Literal

Unit = Literal["row", "image", "box", "token", "pixel"]
Task = Literal["multiclass", "binary", "multilabel"]
OrderRule = Literal["declared", "lexical", "natural", "numeric"]
Severity = Literal["error", "warning", "info"]
State = Literal["passed", "failed", "not_run"]

PARTS_OF_A_SAMPLE: tuple[Unit, ...] = ("box", "token", "pixel")
"""Units of which a sample has many, each with a label of its own."""

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""Most severe first."""
