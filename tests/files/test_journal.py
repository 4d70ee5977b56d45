"""A journal on a disk that fills up, and at places that keep nothing."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from imbalance_audit.errors import OptionError
from imbalance_audit.files.journal import Journal


def test_a_trial_that_does_not_fit_is_taken_back_and_costs_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.jsonl"
    Journal(path).add("first", 0.5, "rows", {"seed": 0})
    before, write = path.read_bytes(), os.write
    written: list[int] = []

    def filling(handle: int, content: memoryview) -> int:
        if written:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written.append(write(handle, content[:20]))
        return written[0]

    journal = Journal(path)
    monkeypatch.setattr(os, "write", filling)
    with pytest.raises(OptionError, match=r"Cannot write .*journal\.jsonl: No space left on device\. Make room"):
        journal.add("second", 0.6, "rows", {"seed": 0})
    monkeypatch.undo()

    assert path.read_bytes() == before
    assert Journal(path).find("first") == (0.5, "rows")
    assert Journal(path).find("second") is None


def test_a_line_that_is_written_in_pieces_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, content: write(handle, content[:7]))

    Journal(tmp_path / "journal.jsonl").add("first", 0.5, "rows", {"seed": 0})

    assert Journal(tmp_path / "journal.jsonl").find("first") == (0.5, "rows")


def test_a_journal_is_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "text").write_text("mine")

    for name, said in (
        ("pipe", "got the stream"),
        ("", "it is a folder"),
        ("text", "got another file"),
        ("text/x", "Not"),
    ):
        with pytest.raises(OptionError, match=said):
            Journal(tmp_path / name)
    assert (tmp_path / "text").read_text() == "mine"
