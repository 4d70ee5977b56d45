"""The real command, arguments to exit code, in an empty folder.

It runs in the tests' own process, where Polars and torch are loaded once. That a process of its own does the same is
what tests/test_readme.py, tests/cli/test_progress.py and the interrupted scans hold.
"""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess
from unittest.mock import patch

import polars as pl
import pytest

from imbalance_audit.cli import main, stopping

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs `audit` with arguments in the test's folder."""

    def audit(*arguments: str | Path, **environment: str) -> CompletedProcess[str]:
        command = ["audit", *map(str, arguments)]
        told, said = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        with (
            chdir(tmp_path),
            patch.object(sys, "argv", command),
            patch.object(stopping, "unwind_on_signals"),  # the handlers are those of the tests
            patch.dict(os.environ, {"COLUMNS": "100", **environment}),
            redirect_stdout(told),
            redirect_stderr(said),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("default")  # shown on stderr, as to a user
            code = _exit_code()
        return CompletedProcess(command, code, *(file.buffer.getvalue().decode() for file in (told, said)))

    return audit


def _exit_code() -> int:
    try:
        main()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    return 0


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """Return a small skewed label table with two splits and nothing wrong but its skew."""
    path = tmp_path / "labels.parquet"
    counts = {"train": {"cat": 600, "dog": 90, "fox": 30}, "test": {"cat": 60, "dog": 60, "fox": 60}}
    rows = [(label, split) for split, n in counts.items() for label, times in n.items() for _ in range(times)]
    pl.DataFrame(rows, schema=["species", "split"], orient="row").write_parquet(path)
    return path
