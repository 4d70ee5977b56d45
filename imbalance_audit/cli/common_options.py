"""The options that commands share and that no record declares."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

OutputFormat = Annotated[Literal["text", "json"], typer.Option(help="What is printed.")]
Config = Annotated[
    Path | None,
    typer.Option(help="Policy file. [default: audit.toml or [tool.imbalance-audit], found upward]", show_default=False),
]
Memory = Annotated[str, typer.Option(help="Most memory for checking ids, such as 500MB or 4GB.")]
Target = Annotated[
    str | None,
    typer.Option(
        metavar="data|uniform|FILE|a=0.5,b=0.5",
        help="Class shares under which probabilities and costs are judged; data: those of the training rows.",
    ),
]
