"""Checks what a change touches, nearest first, within a minute: `python -m tests.touched`.

It runs ruff on the changed files, then the order of the rooms and the tests that import what changed. Types, slow tests
and what the time left out are for CI, or for `python -m pytest`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence

from tests.architecture import ROOT
from tests.import_graph import nearest_tests, read_files

ALWAYS = ("tests/test_architecture.py",)


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what a change touches, and return 0 where nothing is wrong with it."""
    parser = argparse.ArgumentParser(prog="python -m tests.touched", description=__doc__)
    parser.add_argument("paths", nargs="*", help="what changed; without it, what git says differs from the base")
    parser.add_argument("--base", default="HEAD", help="the commit to compare with [default: HEAD]")
    parser.add_argument("--files", type=int, default=20, help="test files at most, the nearest ones [default: 20]")
    parser.add_argument("--seconds", type=float, default=45, help="start no test after that many [default: 45]")
    parser.add_argument("--list", action="store_true", help="only say which tests, and how many imports away they are")
    options = parser.parse_args(arguments)

    began = time.monotonic()
    changed = options.paths or changed_since(options.base)
    files = read_files()
    distance = nearest_tests(files, changed)
    near = [path for path in distance if path not in ALWAYS]
    if options.list:
        sys.stdout.writelines(f"{distance[path]}  {path}\n" for path in near)
        return 0
    taken, left = near[: options.files], near[options.files :]
    sys.stdout.write(f"{len(changed)} changed files touch {len(near)} test files.\n{left_out(left)}")
    sys.stdout.flush()
    doctests = sorted(path for path in changed if path in files and path.startswith("imbalance_audit/"))
    return lint(changed) or test([*ALWAYS, *doctests, *taken], seconds=options.seconds + began - time.monotonic())


def left_out(paths: Sequence[str]) -> str:
    """Return what is said of test files that are further away."""
    folders = Counter("/".join(path.split("/")[:2]) for path in paths)
    told = ", ".join(f"{folder} ({files})" for folder, files in folders.most_common())
    return f"Left out as too many, and the furthest away: {told}.\n" if paths else ""


def changed_since(base: str) -> list[str]:
    """Return the paths that differ from a commit, and those that git does not know yet."""
    found: set[str] = set()
    for command in (["diff", "--name-only", base], ["ls-files", "--others", "--exclude-standard"]):
        told = subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        found.update(told.splitlines())
    return sorted(found)


def lint(changed: Sequence[str]) -> int:
    """Run ruff on the changed files that are left, and return its exit code."""
    python = [path for path in changed if path.endswith(".py") and (ROOT / path).exists()]
    codes = [
        subprocess.run([sys.executable, "-m", "ruff", *command, *python], cwd=ROOT, check=False).returncode
        for command in (["check", "--quiet"], ["format", "--quiet", "--check"])
        if python
    ]
    return max(codes, default=0)


def test(paths: Sequence[str], *, seconds: float) -> int:
    """Run tests in this order until the first one fails or the time is over, and return pytest's exit code."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "not slow", f"--within={seconds:.0f}", *paths]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
