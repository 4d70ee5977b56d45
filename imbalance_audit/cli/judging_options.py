"""The options that say what `audit evaluate` judges rows by."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from imbalance_audit.cli.common_options import Target
from imbalance_audit.cli.option_texts import costs_of, numbers_of, target_of
from imbalance_audit.errors import OptionError

Weights = Annotated[Path | None, typer.Option(help="The weight file of the training: its classes and counts.")]
Audited = Annotated[Path | None, typer.Option("--audit", help="The audit.json of the training data instead.")]
Costs = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="What errors cost: a CSV, class names as header and first column, rows = truth."),
]
Regions = Annotated[
    str | None,
    typer.Option(
        metavar="HEAD,FEW", help="More training rows than HEAD are head, fewer than FEW few. [default: 100,20]"
    ),
]


def judged_by(
    weights: Weights = None,
    audit: Audited = None,
    costs: Costs = None,
    target: Target = None,
    regions: Regions = None,
) -> dict[str, Any]:
    """Return the arguments of `evaluate` that these options give, read from where they say; empty for none.

    Raises:
        AuditError: a file cannot be read, or a text is not understood.
    """
    found: dict[str, Any] = {}
    if weights is not None:
        from imbalance_audit.files.weights import load_weights

        found["weights"] = load_weights(weights)
    if audit is not None:
        from imbalance_audit.files.audit import load_audit

        found["audit"] = load_audit(audit)
    if costs is not None:
        found["costs"] = costs_of(costs)
    if target is not None:
        found["target"] = target_of(target)
    if regions is not None:
        found["regions"] = _bounds(regions)
    return found


def _bounds(text: str) -> tuple[int, ...]:
    expected = "--regions HEAD,FEW, such as 100,20"
    bounds = numbers_of(text, int, expected=expected)
    if len(bounds) != 2:
        message = f"Expected {expected}, got {len(bounds)} numbers."
        raise OptionError(message)
    return bounds
