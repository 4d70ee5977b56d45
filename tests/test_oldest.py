"""The lower bounds of what is required are versions that tests have passed with."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

from tests.architecture import ROOT

PINS = dict(
    line.split("==") for line in (ROOT / "tests/oldest.txt").read_text().splitlines() if line and line[0] not in "# "
)


def bounds() -> Iterator[tuple[str, str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = (wanted for extra, wanted in project["optional-dependencies"].items() if extra != "dev")
    for requirement in (*project["dependencies"], *(one for wanted in extras for one in wanted)):
        match re.match(r"([\w-]+)(?:\[[\w,-]+\])?>=([\d.]+)", requirement):
            case re.Match() as found:
                yield found[1], found[2]
            case None:
                assert requirement.startswith("imbalance-audit["), f"{requirement} has no lower bound"


def test_every_lower_bound_is_the_version_that_was_tried() -> None:
    untried = {name: low for name, low in bounds() if not f"{PINS.get(name)}.".startswith(f"{low}.")}

    assert untried == {}
