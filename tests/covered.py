"""Which share of each room's lines and branches the tests reach: `python -m tests.covered`, with pytest's arguments.

Commands that tests start are measured too. It takes about twice as long as the tests alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from tests.architecture import NAME, ROOT


class Reached(NamedTuple):
    """What tests reach of a room.

    Attributes:
        lines: Statements that ran.
        all_lines: Statements.
        branches: Ways out of conditions that were taken.
        all_branches: Such ways.
    """

    lines: int = 0
    all_lines: int = 0
    branches: int = 0
    all_branches: int = 0

    @property
    def share(self) -> float:
        """The share of lines and branches together, in per cent."""
        return 100 * (self.lines + self.branches) / max(self.all_lines + self.all_branches, 1)

    def add(self, summary: Mapping[str, int]) -> Reached:
        """Return this and what coverage says of one file."""
        names = ("covered_lines", "num_statements", "covered_branches", "num_branches")
        return Reached(*(mine + summary[name] for mine, name in zip(self, names, strict=True)))


def main(arguments: Sequence[str]) -> int:
    """Run the tests, print the table, and return pytest's exit code."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "coverage.json")
        command = [sys.executable, "-m", "pytest", "-q", "--cov", f"--cov-report=json:{file}", *arguments]
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        if file.exists():
            sys.stdout.write(table(json.loads(file.read_text())["files"]))
    return code


def table(files: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the rooms, least covered first, and all of them together."""
    rooms: defaultdict[str, Reached] = defaultdict(Reached)
    for path, told in files.items():
        room = path.removeprefix(f"{NAME}/").partition("/")[0].removesuffix(".py")
        rooms[room] = rooms[room].add(told["summary"])
        rooms[NAME] = rooms[NAME].add(told["summary"])
    least_first = sorted(rooms.items(), key=lambda item: (item[0] == NAME, item[1].share, item[0]))
    rows = (
        f"| `{room}` | {got.share:.1f}"
        f" | {got.lines:,} of {got.all_lines:,} | {got.branches:,} of {got.all_branches:,} |\n"
        for room, got in least_first
    )
    return "| room | % | lines | branches |\n|---|--:|--:|--:|\n" + "".join(rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
