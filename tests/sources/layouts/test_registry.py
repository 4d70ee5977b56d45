"""Sources of other packages, installed as a wheel installs them: an entry point beside the module."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PLUGIN = """
import polars as pl

from imbalance_audit.sources.layouts.layout import Layout
from imbalance_audit.sources.tidying.tidy import Origin, tidy_parts


def claims(paths):
    return all(path.suffix == ".zoo" for path in paths)


def read(paths, options):
    rows = [(animal, path.name) for path in paths for animal in path.read_text().split()]
    frame = pl.LazyFrame(rows, schema=["label", "id"], orient="row")
    return tidy_parts(frame, options, Origin(path="the zoo", kind="zoo", unit="box", loader="zoo.Keeper"))


ZOO = Layout(name="zoo", claims=claims, read=read)
"""


def scanned(folder: Path, value: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Scan a `.zoo` file where a package `zoo` with this entry point is installed."""
    installed = folder / "site"
    info = installed / "zoo-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: zoo\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[imbalance_audit.sources]\nzoo = {value}\n")
    (installed / "zoo.py").write_text(PLUGIN)
    (folder / "animals.zoo").write_text("fox cat fox\n")
    path = os.pathsep.join([str(installed), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "imbalance_audit", "scan", "animals.zoo", "--json", "audit.json", *options]
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("options", [(), ("--format", "zoo")])
def test_a_layout_of_another_package_is_read_like_our_own(tmp_path: Path, options: tuple[str, ...]) -> None:
    done = scanned(tmp_path, "zoo:ZOO", *options)

    assert done.returncode == 0, done.stderr
    audit = json.loads((tmp_path / "audit.json").read_text())
    assert (audit["source"]["kind"], audit["source"]["unit"], audit["totals"]["samples"]) == ("zoo", "box", 1)
    assert {row["label"]: row["instances"] for row in audit["counts"]} == {"cat": 1, "fox": 2}


@pytest.mark.parametrize(("value", "words"), [("zoo:GONE", "cannot be loaded"), ("nowhere:ZOO", "cannot be loaded")])
def test_a_layout_that_cannot_be_had_ends_in_one_sentence(tmp_path: Path, value: str, words: str) -> None:
    done = scanned(tmp_path, value)

    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_an_entry_point_that_is_no_layout_is_named(tmp_path: Path) -> None:
    done = scanned(tmp_path, "zoo:claims")

    assert done.returncode == 2
    assert "zoo:claims of another package is no Layout" in done.stderr
