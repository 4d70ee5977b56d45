"""`audit scan`: labels → report.html, report.md, audit.json, and weights if asked for."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from imbalance_audit.cli.common_options import OutputFormat
from imbalance_audit.cli.given import given
from imbalance_audit.cli.label_source import Read, read_of
from imbalance_audit.cli.outputs import Output, Plan, put_in_place, report_in, writing
from imbalance_audit.cli.progress import progress
from imbalance_audit.cli.streams import colours, say
from imbalance_audit.cli.weighing_options import Weigh, weigh_by
from imbalance_audit.errors import OptionError
from imbalance_audit.files.own_kinds import (
    AUDIT_FILE,
    ID_TABLE,
    INDEX_FILE,
    REPORT_PAGE,
    REPORT_TEXT,
    WEIGHT_FILE,
)

_GLOB = re.compile(r"[*?\[]")
_NO_NAME = re.compile(r"[^\w.-]+")


def _plan(
    sources: list[str],
    classes: str | None,
    config: Path | None,
    prior: str | None,
    costs: str | None,
    out: Path | None,
    json: str | None,
    weights: Path | None,
    index: Path | None,
    keep_id_state: Path | None,
) -> Plan:
    """Return what a scan reads and writes."""
    report = (("report.html", REPORT_PAGE), ("report.md", REPORT_TEXT), ("audit.json", AUDIT_FILE))
    return Plan(
        reads=(
            ("SOURCE", sources),
            ("--classes", classes),
            ("--config", config),
            ("--prior", prior),
            ("--costs", costs),
        ),
        writes=(
            *(report_in("--out", out, *report) if json is None else ()),
            Output("--json", json, AUDIT_FILE, printable=True),
            Output("--weights", weights, WEIGHT_FILE),
            Output("--index", index, INDEX_FILE),
            Output("--keep-id-state", keep_id_state, ID_TABLE),
        ),
    )


@writing(_plan)
@given(found=read_of, weigh=weigh_by)
def scan(
    found: Read,
    weigh: Weigh,
    out: Annotated[Path | None, typer.Option(help="Folder of the report. [default: reports/NAME]")] = None,
    json: Annotated[str | None, typer.Option(help="Write only the JSON, there (- for stdout).")] = None,
    output_format: OutputFormat = "text",
    weights: Annotated[Path | None, typer.Option(help="Also write the class weights, there.")] = None,
    index: Annotated[Path | None, typer.Option(help="Also write the rows of each class, for samplers, there.")] = None,
) -> None:
    """Read labels, count and judge them, and write a report: report.html, report.md and audit.json."""
    from imbalance_audit.files.audit import dump_audit, save_audit
    from imbalance_audit.publishing import publish
    from imbalance_audit.report.audit.audit_terminal import render_summary

    audit = found.audit
    weighed = None if weights is None else weigh(audit)
    written: list[Path] = []
    if json is None:
        folder = out or Path("reports") / _name(audit.source.path)
        command = shlex.join(["audit", *sys.argv[1:]])
        written = publish(audit, folder, weights=weighed, weight_file=weights, command=command)
    else:
        if weighed is not None and weights is not None:
            weighed.save(weights)
            written.append(weights)
        if json != "-":
            save_audit(audit, json)
            written.append(Path(json))
    if index is not None:
        _write_index(found, index)
        written.append(index)
    put_in_place()
    if json == "-" or output_format == "json":
        sys.stdout.write(dump_audit(audit))
    else:
        sys.stdout.write(render_summary(audit, colour=colours(sys.stdout.isatty())))
    for path in written:
        say(f"wrote {path}")


def _write_index(found: Read, path: Path) -> None:
    from imbalance_audit.exports.indexing import write_index

    if found.labels is None:
        message = "An audit.json holds counts and no rows: --index needs the source itself."
        raise OptionError(message)
    with progress() as shown:
        shown.doing("indexing")
        write_index(found.labels, found.audit, path)


def _name(path: str) -> str:
    """Name the report after the source: a file without its suffixes, a folder, the folder of several files."""
    first, *others = path.split(", ")
    parts = [part for part in Path(first).parts if not _GLOB.search(part)]
    name = "" if not parts else Path(first).parent.name if others else parts[-1].split(".")[0]
    return _NO_NAME.sub("_", name).strip("._") or "labels"
