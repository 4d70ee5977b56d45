"""The real command in a real process, in an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs `audit` with arguments in the test's folder."""

    def audit(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "imbalance_audit", *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "COLUMNS": "100", **environment},
            check=False,
        )

    return audit


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """Return a small skewed label table with two splits and nothing wrong but its skew."""
    path = tmp_path / "labels.parquet"
    counts = {"train": {"cat": 600, "dog": 90, "fox": 30}, "test": {"cat": 60, "dog": 60, "fox": 60}}
    rows = [(label, split) for split, n in counts.items() for label, times in n.items() for _ in range(times)]
    pl.DataFrame(rows, schema=["species", "split"], orient="row").write_parquet(path)
    return path
