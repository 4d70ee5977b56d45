"""A pipeline file: Python that defines `labels() -> pl.LazyFrame | Labels`."""

from __future__ import annotations

import contextlib
import sys
import traceback
from types import ModuleType
from typing import TYPE_CHECKING

import polars as pl

from imbalance_audit.display import plain
from imbalance_audit.errors import AuditError, SourceError
from imbalance_audit.records import Labels

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LONGEST = 300


def run_pipeline(file: Path) -> Labels | pl.LazyFrame:
    """Run a pipeline file and return what its `labels()` returns.

    Its folder is importable while it runs; what it prints goes to stderr, since stdout carries results.

    Raises:
        SourceError: it fails, defines no `labels()`, or returns something else.
    """
    name = plain(file.name)
    with _importable(file) as module, contextlib.redirect_stdout(sys.stderr):
        try:
            code = compile(file.read_bytes(), str(file), "exec")
            exec(code, module.__dict__)  # noqa: S102 -- naming a pipeline file is asking for it to be run
            labels = module.__dict__.get("labels")
            if not callable(labels):
                message = f"{name} defines no function labels(). Add: def labels() -> pl.LazyFrame: …"
                raise SourceError(message)
            made = labels()
        except AuditError:
            raise
        except (Exception, SystemExit, pl.exceptions.PanicException) as error:
            raise _failure(error, file) from error
    if isinstance(made, pl.DataFrame):
        return made.lazy()
    if isinstance(made, Labels | pl.LazyFrame):
        return made
    message = f"labels() in {name} returned {type(made).__name__}. Return a polars LazyFrame, or Labels."
    raise SourceError(message)


@contextlib.contextmanager
def _importable(file: Path) -> Iterator[ModuleType]:
    """Yield a module for the file, registered as the standard library's dataclasses and pickle need it."""
    module = ModuleType(f"imbalance_audit_pipeline_{file.stem}")
    module.__file__ = str(file)
    folder = str(file.resolve().parent)
    sys.modules[module.__name__] = module
    sys.path.insert(0, folder)
    try:
        yield module
    finally:
        if folder in sys.path:
            sys.path.remove(folder)


def _failure(error: BaseException, file: Path) -> SourceError:
    line: int | None = None
    if isinstance(error, SyntaxError) and error.filename == str(file):
        line = error.lineno
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == str(file):
            line = frame.lineno
    text = " ".join(str(error).split())
    text = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    where = f"{plain(file.name)}, line {line}" if line is not None else plain(file.name)
    return SourceError(f"The pipeline failed at {where}: {type(error).__name__}: {plain(text)}. Correct the pipeline.")
