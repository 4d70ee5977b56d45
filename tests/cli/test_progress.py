"""The line that tells how far a command is: on a real terminal only, and gone at the end."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

PIPELINE = """
import os, time
from pathlib import Path
import polars as pl
from imbalance_audit.sources.reading_progress import steps


def labels():
    for _ in steps(range(2), "shards\\x1b[2J", 2):
        until = time.monotonic() + float(os.environ.get("AT_MOST", 0.8))
        while time.monotonic() < until and not Path("seen").exists():
            time.sleep(0.02)
    return pl.LazyFrame({"label": ["cat"] * 30 + ["dog"] * 30})
"""


def on_terminal(folder: Path, *arguments: str, **environment: str) -> tuple[str, int]:
    """Return all that a command wrote to a terminal that is both its stdout and its stderr, and its exit code.

    The pipeline goes on once the terminal has shown where it is, or after `AT_MOST` seconds.
    """
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "imbalance_audit", *arguments],
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env={**os.environ, "TERM": "xterm", **environment},
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            chunk = os.read(ours, 4096)
        except OSError:  # Linux says so when the other side is closed.
            break
        if not chunk:
            break
        written += chunk
        if b" 0 of 2" in written:
            (folder / "seen").touch()
    os.close(ours)
    return written.decode(), process.wait()


def on_screen(text: str) -> list[str]:
    """Return the lines that stay visible: a carriage return goes back, and what follows overwrites."""
    lines = []
    for raw in text.replace("\r\n", "\n").split("\n"):
        line: list[str] = []
        at = 0
        for character in raw:
            if character == "\r":
                at = 0
                continue
            line[at : at + 1] = [character]
            at += 1
        lines.append("".join(line).rstrip())
    return lines


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "slow.py").write_text(PIPELINE)
    return tmp_path


def test_a_terminal_shows_how_far_it_is_and_is_clean_in_the_end(folder: Path) -> None:
    written, code = on_terminal(folder, "check", "slow.py", "--fail-on", "never", NO_COLOR="1", AT_MOST="300")

    assert code == 0
    assert r"reading shards\x1b[2J 0 of 2 … " in written
    assert "\x1b" not in written
    assert not [line for line in on_screen(written) if "…" in line and "reading" in line]


def test_a_failure_erases_the_line_before_it_speaks(folder: Path) -> None:
    with (folder / "slow.py").open("a") as file:
        file.write("    \n\nread = labels\n\n\ndef labels():\n    read()\n    raise ValueError('broken')\n")

    written, code = on_terminal(folder, "scan", "slow.py", AT_MOST="300")

    assert code == 2
    assert "reading shards" in written
    told = next(line for line in on_screen(written) if line)
    assert told.startswith("audit: The pipeline failed at slow.py, line")


def test_a_terminal_that_cannot_erase_shows_nothing(folder: Path) -> None:
    written, _ = on_terminal(folder, "check", "slow.py", "--fail-on", "never", TERM="dumb")

    assert "shards" not in written
    assert "counting" not in written


def test_nothing_is_written_where_nobody_watches(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "imbalance_audit", "check", "slow.py"], capture_output=True, text=True, cwd=folder
    )

    assert done.stderr == ""
    assert "\r" not in done.stdout
