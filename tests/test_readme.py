"""README tells the truth: its code runs, its tables are the program's own."""

from __future__ import annotations

import os
import random
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch
from torch.utils.data import Dataset

from imbalance_audit import load_policy, scan
from imbalance_audit.cli import app
from imbalance_audit.rules import RULES
from imbalance_audit.weights import SCHEMES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent

SETUP = re.compile(
    r"python3 -m venv \.venv && \.venv/bin/pip install -q -c constraints\.txt (-e )?'\.\[(torch|dev)\]' && "
)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


class Pictures(Dataset[tuple[torch.Tensor, int]]):
    """A data set as the README assumes one: classes in the model's order, targets, items."""

    classes = ("fox", "cat", "dog")

    def __init__(self) -> None:
        self.targets = [1] * 60 + [2] * 30 + [0] * 6

    def __len__(self) -> int:
        return len(self.targets)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        return torch.ones(4), self.targets[index]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rows = [("cat", "train")] * 60 + [("dog", "train")] * 30 + [("fox", "train")] * 25
    rows += [(label, "val") for label in ("cat", "dog", "fox")] * 5
    pl.DataFrame(rows, schema=["species", "split"], orient="row").write_parquet(tmp_path / "labels.parquet")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def predictions(folder: Path) -> Path:
    """Write what two models say of 300 rows of val and 300 of test, the weighted one more often right about foxes."""
    draw = np.random.default_rng(0)
    truth = draw.choice(3, size=600, p=[0.6, 0.25, 0.15])
    for name, bias in (("plain", -1.5), ("weighted", 0.5)):
        logits = draw.normal(size=(600, 3)) + 3.0 * np.eye(3)[truth] + np.array([0.0, 0.0, bias])
        columns = {f"logit_{label}": logits[:, i] for i, label in enumerate(("cat", "dog", "fox"))}
        rows = {"label": [("cat", "dog", "fox")[i] for i in truth], "split": ["val", "test"] * 300, **columns}
        pl.DataFrame(rows).write_parquet(folder / f"{name}.parquet")
    (folder / "costs.csv").write_text("truth,cat,dog,fox\ncat,0,1,1\ndog,1,0,1\nfox,10,10,0\n")
    return folder


def test_the_python_blocks_run_one_after_the_other(predictions: Path) -> None:
    folder = predictions
    names = {"dataset": Pictures(), "model": torch.nn.Linear(4, 3), "__name__": "readme", "train": trained}
    decision = ["decide", "weighted.parquet", "--split", "split", "--of-split", "val", "-o", "decision.json"]
    subprocess.run([BIN / "audit", *decision], check=True, capture_output=True)

    for block in blocks("python"):
        exec(block, names)  # noqa: S102 -- README's own code

    assert torch.load(folder / "weights.pt")["classes"] == ["cat", "dog", "fox"]
    assert names["labels"]().collect().columns == ["label", "split"]  # type: ignore[operator]  # -- defined by README


def trained(weights: object, seed: int) -> Callable[[Pictures], list[int]]:
    """Stand in for a training: with weights, the rarest class is found more often."""
    found = 1.0 if weights is not None else 0.5
    draw = random.Random(seed)
    return lambda rows: [target if target or draw.random() < found else 1 for target in rows.targets]


def test_the_audit_commands_run(predictions: Path) -> None:
    folder = predictions
    usage = [line for block in blocks("bash") if block.startswith("audit") for line in block.splitlines()]

    for line in usage:
        done = subprocess.run([BIN / "audit", *shlex.split(line, comments=True)[1:]], capture_output=True, check=False)
        assert done.returncode == 0, f"{line}: {done.stderr.decode()}"

    assert sorted(path.name for path in (folder / "reports/labels").iterdir()) == [
        "audit.json",
        "report.html",
        "report.md",
    ]


def test_the_policy_example_is_read_and_judges(folder: Path) -> None:
    example = re.search(r"<!-- policy -->\n```toml\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
    assert example is not None
    (folder / "audit.toml").write_text(example[1])

    audit = scan(folder / "labels.parquet", label="species", split="split", policy=load_policy())

    found = {(finding.code, finding.label): finding.severity for finding in audit.findings}
    assert found["SUP001", "fox"] == "info"  # 25 rows, under a limit of 50
    assert found["SUP001", "dog"] == "warning"
    assert {coverage.code[:3] for coverage in audit.coverage if coverage.state == "passed"} >= {"LBL", "SPL"}


def test_the_main_command_writes_what_is_committed(tmp_path: Path) -> None:
    command = re.search(r"<!-- main-command -->\n```bash\n(.*)\n```", README)
    assert command is not None
    run = SETUP.sub("", command[1]).replace(".venv/bin/audit", str(BIN / "audit"))
    (tmp_path / "pipelines").symlink_to(ROOT / "pipelines")

    done = subprocess.run(shlex.split(run), cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert torch.load(tmp_path / "weights.pt")["weight"].shape == (48,)
    for name in ("report.html", "report.md", "audit.json"):
        written = (tmp_path / "reports/portal_rodents" / name).read_text()
        assert written == (ROOT / "reports/portal_rodents" / name).read_text(), f"{name} differs from the committed one"


def test_the_test_command_is_what_runs_this_test() -> None:
    command = re.search(r"<!-- test-command -->\n```bash\n(.*)\n```", README)

    assert command is not None
    assert SETUP.sub("", command[1]) == ".venv/bin/python -m pytest -q"


def test_every_bash_block_is_run_by_one_of_these_tests() -> None:
    first_lines = [block.splitlines()[0] for block in blocks("bash")]

    assert [line.split()[0] for line in first_lines] == ["python3", "python3", "audit", "audit"]


def test_the_table_of_rules_is_that_of_the_program() -> None:
    rows = [
        f"| {rule.code} | {rule.name} | {' '.join(rule.condition.split(chr(10) * 2)[0].split())} |" for rule in RULES
    ]

    assert "\n".join(["| code | name | finds something when |", "|---|---|---|", *rows]) in README


def test_every_command_and_scheme_is_in_the_readme_and_has_help() -> None:
    for command in app.registered_commands:
        assert command.callback is not None
        assert command.callback.__doc__
        assert f"audit {command.callback.__name__}" in README
    assert all(f"`{name}`" in README for name in SCHEMES)


def test_every_file_that_the_readme_links_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no checkout: nothing tells what is committed")
def test_no_path_of_one_machine_is_in_what_is_committed() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    text = [ROOT / name for name in listed if Path(name).suffix in {".py", ".md", ".toml", ".json", ".html", ".txt"}]

    assert text
    assert [path for path in text if str(ROOT) + os.sep in path.read_text(encoding="utf-8", errors="replace")] == []
