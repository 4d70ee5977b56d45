"""`audit check`: the same rules, terse, as a gate."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from imbalance_audit.cli.common_options import Config
from imbalance_audit.cli.given import given
from imbalance_audit.cli.label_source import audit_of
from imbalance_audit.cli.outputs import STDOUT, Output, Plan, put_in_place, writing
from imbalance_audit.cli.streams import colours, say
from imbalance_audit.display import plain
from imbalance_audit.errors import OptionError
from imbalance_audit.files.own_kinds import CHECK_OUTPUTS, ID_TABLE
from imbalance_audit.records import SEVERITIES, Audit

if TYPE_CHECKING:
    from imbalance_audit.auditing.changes import Changes
    from imbalance_audit.records import Severity
    from imbalance_audit.rules.policy import Policy

Threshold = Literal["error", "warning", "info", "never"]
Format = Literal["text", "json", "github", "junit", "sarif"]


def _plan(
    sources: list[str],
    classes: str | None,
    config: Path | None,
    weights: Path | None,
    baseline: Path | None,
    output: Path | None,
    output_format: Format,
    keep_id_state: Path | None,
) -> Plan:
    """Return what a check reads and writes."""
    return Plan(
        reads=(
            ("SOURCE", sources),
            ("--classes", classes),
            ("--config", config),
            ("--weights", weights),
            ("--baseline", baseline),
        ),
        writes=(
            Output("--output", output, CHECK_OUTPUTS[output_format], printable=True),
            Output("--keep-id-state", keep_id_state, ID_TABLE),
        ),
    )


@writing(_plan)
@given(audit=audit_of)
def check(
    audit: Audit,
    config: Config = None,
    weights: Annotated[Path | None, typer.Option(help="A weight file to judge beside the data.")] = None,
    baseline: Annotated[Path | None, typer.Option(help="An earlier audit.json to compare with.")] = None,
    output_format: Annotated[Format, typer.Option(help="What is printed.")] = "text",
    output: Annotated[Path | None, typer.Option(help="Write there instead of stdout.")] = None,
    fail_on: Annotated[
        Threshold | None,
        typer.Option(help="Exit with 1 from this severity on. [default: the policy's, or error]", show_default=False),
    ] = None,
    fail_on_new: Annotated[
        bool, typer.Option("--fail-on-new", help="Fail only on what --baseline did not find, or found milder.")
    ] = False,
) -> None:
    """Run the rules and fail when the labels are not fit for training. Writes no report."""
    from imbalance_audit.files.staging import write_file
    from imbalance_audit.rules.policy_file import load_policy

    if fail_on_new and baseline is None:
        message = "--fail-on-new needs an earlier audit to tell what is new. Name one with --baseline."
        raise OptionError(message)
    output = None if str(output) == STDOUT else output
    policy = load_policy(config)
    audit, changes = _beside(audit, policy, weights, baseline)
    level = fail_on or policy.fail_on or "error"
    text = _rendered(audit, output_format, policy, level, colour=output is None and colours(sys.stdout.isatty()))
    if changes is not None:
        from imbalance_audit.report.audit.audit_terminal import render_changes

        told = render_changes(changes, str(baseline))
        if output_format == "text":
            text += "\n" + told
        else:
            for line in told.splitlines():
                say(line)
    if output is not None:
        write_file(output, text.encode(), CHECK_OUTPUTS[output_format])
    put_in_place()
    if output is None:
        sys.stdout.write(text)
    else:
        say(f"wrote {output}")
    _append_summary(audit)
    if level != "never":
        failing = audit.at_least(level)
        if fail_on_new and changes is not None:
            fresh = {finding.identity for finding in (*changes.new, *changes.escalated)}
            failing = tuple(finding for finding in failing if finding.identity in fresh)
        if failing:
            raise typer.Exit(1)


def _beside(audit: Audit, policy: Policy, weights: Path | None, baseline: Path | None) -> tuple[Audit, Changes | None]:
    """Return the audit judged beside a weight file and an earlier audit, and what changed since."""
    if weights is None and baseline is None:
        return audit, None
    from imbalance_audit.auditing.changes import changes_between
    from imbalance_audit.auditing.judging import judge_again
    from imbalance_audit.files.audit import load_audit

    weighed = None
    if weights is not None:
        from imbalance_audit.files.weights import load_weights

        weighed = load_weights(weights)
    earlier = None if baseline is None else load_audit(baseline)
    judged = judge_again(audit, policy, weights=weighed, baseline=earlier)
    if earlier is None:
        return judged, None
    return judged, changes_between(judged, judge_again(earlier, policy, weights=weighed))


def _rendered(audit: Audit, output_format: Format, policy: Policy, level: Threshold, *, colour: bool) -> str:
    if output_format == "json":
        from imbalance_audit.files.audit import dump_audit

        return dump_audit(audit)
    if output_format == "text":
        from imbalance_audit.report.audit.audit_terminal import render_check

        return render_check(audit, colour=colour)
    from imbalance_audit.publishing import RULE_TEXTS
    from imbalance_audit.report.machine.located import Policed

    policed = Policed(policy.path, policy.lines)
    if output_format == "github":
        from imbalance_audit.report.machine.github import render_annotations

        return render_annotations(audit, policy=policed)
    if output_format == "junit":
        from imbalance_audit.report.machine.junit import render_junit

        failing: tuple[Severity, ...] = () if level == "never" else SEVERITIES[: SEVERITIES.index(level) + 1]
        return render_junit(audit, rules=RULE_TEXTS, failing=failing)
    from importlib.metadata import version

    from imbalance_audit.report.machine.sarif import render_sarif

    return render_sarif(audit, rules=RULE_TEXTS, policy=policed, version=version("imbalance-audit"))


def _append_summary(audit: Audit) -> None:
    """Append the report to the page of a run of GitHub Actions."""
    page = os.environ.get("GITHUB_STEP_SUMMARY")
    if os.environ.get("GITHUB_ACTIONS") != "true" or not page:
        return
    from imbalance_audit.files.appending import append
    from imbalance_audit.publishing import RULE_TEXTS
    from imbalance_audit.report.audit.audit_markdown import render_markdown
    from imbalance_audit.report.machine.github import fitting

    path = Path(page)
    try:
        before = path.stat().st_size if path.exists() else 0
        append(path, fitting(render_markdown(audit, rules=RULE_TEXTS), before=before).encode())
    except OSError as error:
        message = f"Cannot append to the summary {plain(page)} that GITHUB_STEP_SUMMARY names: {error.strerror}."
        raise OptionError(message) from error
