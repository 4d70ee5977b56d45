"""`audit merge`: the audits of shards → the audit of the whole."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from imbalance_audit.cli.common_options import Config, Memory
from imbalance_audit.cli.option_texts import bytes_of
from imbalance_audit.cli.streams import say


def merge(
    audits: Annotated[list[Path], typer.Argument(metavar="AUDIT…", show_default=False, help="audit.json of shards.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the merged audit goes (- for stdout).")],
    config: Config = None,
    id_state: Annotated[
        list[Path] | None, typer.Option(help="What --keep-id-state wrote, one file a shard. Repeatable.")
    ] = None,
    memory: Memory = "2GB",
) -> None:
    """Add the counts of several audits and judge them once: the audit that one pass over all rows gives."""
    from imbalance_audit.auditing.merging import merge_audits
    from imbalance_audit.files.audit import dump_audit, load_audit, save_audit
    from imbalance_audit.rules.policy_file import load_policy

    loaded = [load_audit(path) for path in audits]
    whole = merge_audits(*loaded, policy=load_policy(config), ids=id_state or (), memory=bytes_of(memory))
    if str(output) == "-":
        sys.stdout.write(dump_audit(whole))
    else:
        save_audit(whole, output)
        say(f"wrote {output}")
