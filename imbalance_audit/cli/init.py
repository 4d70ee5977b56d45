"""`audit init`: a first audit.toml from the data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from imbalance_audit.cli.given import given
from imbalance_audit.cli.label_source import audit_of
from imbalance_audit.cli.outputs import STDOUT, Output, Plan, put_in_place, writing
from imbalance_audit.cli.streams import say
from imbalance_audit.files.own_kinds import ID_TABLE, POLICY_FILE
from imbalance_audit.records import Audit


def _plan(
    sources: list[str], classes: str | None, config: Path | None, output: Path, keep_id_state: Path | None
) -> Plan:
    """Return what a first policy is made of, and where it goes."""
    return Plan(
        reads=(("SOURCE", sources), ("--classes", classes), ("--config", config)),
        writes=(
            Output("--output", output, POLICY_FILE, printable=True),
            Output("--keep-id-state", keep_id_state, ID_TABLE),
        ),
    )


@writing(_plan)
@given(audit=audit_of)
def init(
    audit: Audit,
    output: Annotated[Path, typer.Option("--output", "-o", help="The policy file; never overwritten.")] = Path(
        "audit.toml"
    ),
) -> None:
    """Write a policy inferred from the data: the classes in order, and limits that these data keep."""
    from imbalance_audit.auditing.first_policy import draft_policy
    from imbalance_audit.files.staging import write_file

    policy = draft_policy(audit)
    if str(output) != STDOUT:
        write_file(output, policy.encode(), POLICY_FILE)
    put_in_place()
    if str(output) == STDOUT:
        sys.stdout.write(policy)
    else:
        say(f"wrote {output}")
