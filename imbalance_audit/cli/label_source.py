"""How a source on the command line becomes an audit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from imbalance_audit.cli.common_options import Config, Memory
from imbalance_audit.cli.declared_options import options_of
from imbalance_audit.cli.given import given
from imbalance_audit.cli.option_texts import bytes_of
from imbalance_audit.cli.progress import progress
from imbalance_audit.display import plain
from imbalance_audit.errors import OptionError
from imbalance_audit.records import Audit, Labels, OrderRule, ReadOptions

Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE…",
        show_default=False,
        help="Files, a glob, a folder, an address (s3://…), an audit.json, or one pipeline file (.py that defines "
        "labels(); it is run). "
        "Each of several files takes its split from its name.",
    ),
]
ClassOrder = Annotated[OrderRule | None, typer.Option(help="How classes are ordered.")]
Ignore = Annotated[list[str] | None, typer.Option(help="A label that is no class. Repeatable.")]
KeepIds = Annotated[Path | None, typer.Option(help="Also write the ids, there (parquet), for `audit merge`.")]


class Read(NamedTuple):
    """An audit, and the labels that it counted; None where an audit.json was read, which holds counts and no rows."""

    audit: Audit
    labels: Labels | None


@given(options=options_of(ReadOptions))
def read_of(
    sources: Sources,
    options: ReadOptions,
    class_order: ClassOrder = None,
    ignore: Ignore = None,
    config: Config = None,
    memory: Memory = "2GB",
    keep_id_state: KeepIds = None,
) -> Read:
    """Return the audit of an audit.json or of a scan, judged under the policy in force, and the labels it counted.

    Raises:
        AuditError: it cannot be read, or reading options are given for an audit.json.
    """
    from imbalance_audit.rules.policy_file import load_policy

    policy = load_policy(config)
    if _holds_audit(sources, options.format):
        if options != ReadOptions() or any((class_order, ignore, keep_id_state)):
            message = (
                f"{plain(sources[0])} is an audit, its labels are counted; options of reading need the source itself."
            )
            raise OptionError(message)
        from imbalance_audit.auditing.judging import judge_again
        from imbalance_audit.files.audit import load_audit

        return Read(judge_again(load_audit(sources[0]), policy), None)
    from imbalance_audit.auditing.scanning import scan_labels
    from imbalance_audit.sources import read
    from imbalance_audit.sources.places.remote import address_of, is_remote

    named = [address_of(source) if is_remote(source) else Path(source) for source in sources]
    with progress() as shown:
        labels = read(sources[0] if len(sources) == 1 else named, options)
        shown.doing("counting")
        scanned = scan_labels(
            labels,
            class_order=class_order,
            ignore=ignore or (),
            policy=policy,
            memory=bytes_of(memory),
            keep_ids=keep_id_state,
        )
    return Read(scanned.audit, scanned.labels)


@given(found=read_of)
def audit_of(found: Read) -> Audit:
    """Return the audit alone."""
    return found.audit


def _holds_audit(sources: Sequence[str], format: str | None) -> bool:
    return len(sources) == 1 and sources[0].endswith(".json") and format is None and _is_audit(Path(sources[0]))


def _is_audit(path: Path) -> bool:
    """Tell an audit.json from annotations and labels by its "format"; a missing file is an audit that is missing."""
    from imbalance_audit.sources.layouts.json_head import json_head

    return not path.exists() or json_head(path).keys.get("format", "").startswith('"imbalance-audit/')
