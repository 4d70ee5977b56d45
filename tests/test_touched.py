"""The command that checks what a change touches."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import touched


def test_what_was_left_out_is_counted_by_folder() -> None:
    told = touched.left_out(["tests/cli/test_scan.py", "tests/cli/test_gate.py", "tests/test_readme.py"])

    assert told == "Left out as too many, and the furthest away: tests/cli (2), tests/test_readme.py (1).\n"
    assert touched.left_out([]) == ""


def test_a_path_that_is_given_is_listed_with_its_tests_nearest_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert touched.main(["--list", "imbalance_audit/weights/clipping.py"]) == 0

    first, *others = capsys.readouterr().out.splitlines()
    assert first == "0  tests/weights/test_clipping.py"
    assert len(others) > 5


def test_a_file_that_ruff_refuses_fails_before_any_test(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(touched, "ROOT", tmp_path)
    monkeypatch.setattr(touched, "test", lambda *_, **__: pytest.fail("tests ran"))
    (tmp_path / "odd.py").write_text("import os\n")

    assert touched.main(["odd.py"]) != 0
