"""The `audit` command. Each command parses, calls the library once, prints, and leaves with a code.

    0 passed · 1 policy violated · 2 usage, configuration, unreadable input or unwritable output · 3 internal error
    · 5 nothing to check · 130 interrupted · 129 hung up · 143 terminated · 141 the reader of stdout left

stdout carries the result, stderr all else.
"""

from __future__ import annotations

import os
import sys
import traceback

import typer

from imbalance_audit.cli import (
    check,
    decide,
    evaluate,
    explain,
    init,
    inspect,
    merge,
    render,
    scan,
    stopping,
    streams,
    weights,
)
from imbalance_audit.display import plain
from imbalance_audit.errors import AuditError, EmptySourceError, OptionError

POLICY_VIOLATED = 1
UNREADABLE = 2
INTERNAL = 3
NOTHING_TO_CHECK = 5

app = typer.Typer(
    name="audit",
    help="Audit the class skew of a label table, gate on it, and write class weights for torch.",
    no_args_is_help=True,
    rich_markup_mode=None,  # rich costs a quarter of a second at every start
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(scan.scan)
app.command()(check.check)
app.command()(init.init)
app.command()(merge.merge)
app.command()(render.render)
app.command()(weights.weights)
app.command()(inspect.inspect)
app.command()(evaluate.evaluate)
app.command()(decide.decide)
app.command()(explain.rules)
app.command()(explain.explain)


def main() -> None:
    """Run the command; every error that a user can meet ends in one sentence and its exit code."""
    try:
        with streams.taken_over():
            _run()
    except OptionError as error:  # stdout is closed, or cannot be given back
        _stop(error, UNREADABLE)


def _run() -> None:
    stopping.unwind_on_signals()
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except EmptySourceError as error:
        _stop(error, NOTHING_TO_CHECK)
    except AuditError as error:
        if isinstance(error.__cause__, BrokenPipeError):
            sys.exit(streams.PIPE_CLOSED)
        _stop(error, UNREADABLE)
    except Exception as error:
        if isinstance(error, FileNotFoundError) and not _has_folder():
            gone = "The working folder is not there any more. Change to another one."
            _stop(OptionError(gone), UNREADABLE)
        traceback.print_exc()
        print("audit: internal error; please report it with the lines above", file=sys.stderr)
        sys.exit(INTERNAL)


def _has_folder() -> bool:
    try:
        os.getcwd()  # noqa: PTH109 -- Path.cwd() may remember
    except FileNotFoundError:
        return False
    return True


def _stop(error: AuditError, code: int) -> None:
    print(f"audit: {plain(str(error))}", file=sys.stderr)
    sys.exit(code)
