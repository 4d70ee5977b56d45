"""`audit inspect`: what a weight file holds."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from imbalance_audit.cli.common_options import OutputFormat


def inspect(
    path: Annotated[Path, typer.Argument(metavar="WEIGHTS", show_default=False, help="A weight file.")],
    output_format: OutputFormat = "text",
) -> None:
    """Show what a weight file holds: classes in index order, counts, weights, scheme and fingerprint."""
    import json
    from dataclasses import asdict

    from imbalance_audit.files.weights import load_weights
    from imbalance_audit.report.weights.weights_terminal import render_weights
    from imbalance_audit.weights import diagnose

    weights = load_weights(path)
    if output_format == "json":
        sys.stdout.write(json.dumps(asdict(weights), ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write(render_weights(weights, diagnose(weights)))
