"""`audit init`: a first audit.toml from the data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from imbalance_audit.cli.given import given
from imbalance_audit.cli.label_source import audit_of
from imbalance_audit.cli.streams import say
from imbalance_audit.errors import OptionError
from imbalance_audit.records import Audit


@given(audit=audit_of)
def init(
    audit: Audit,
    output: Annotated[Path, typer.Option("--output", "-o", help="The policy file; never overwritten.")] = Path(
        "audit.toml"
    ),
) -> None:
    """Write a policy inferred from the data: the classes in order, and limits that these data keep."""
    from imbalance_audit.auditing.first_policy import draft_policy
    from imbalance_audit.files.staging import write_all

    if output.exists():
        message = f"{output} is there already and is not overwritten. Move it away, or name another file with -o."
        raise OptionError(message)
    write_all({output: draft_policy(audit).encode()})
    say(f"wrote {output}")
