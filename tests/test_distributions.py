"""What users get: the wheel and the source distribution hold what they should, and work where nothing else is."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from tests.architecture import ROOT

pytestmark = pytest.mark.slow

SECONDS = 600
"""A build or an installation that hangs is a failure."""

PLAIN = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHON", "COV"))}


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=PLAIN,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the source distribution, and from it the wheel, were built."""
    found = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", found, ROOT, cwd=found)
    return found


@pytest.fixture(scope="session")
def unpacked(folder: Path) -> Path:
    """Return the source distribution's folder."""
    (packed,) = folder.glob("*.tar.gz")
    with tarfile.open(packed) as file:
        file.extractall(folder, filter="data")
    return folder / packed.name.removesuffix(".tar.gz")


def files_of(*folders: str, root: Path = ROOT) -> set[str]:
    """Return every file of these folders but what Python and tools leave behind."""
    return {
        path.relative_to(root).as_posix()
        for name in folders
        for path in (root / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_the_package_its_style_scripts_types_and_licence_and_nothing_else(folder: Path) -> None:
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())

    metadata = {name for name in names if ".dist-info/" in name}
    assert names - metadata == files_of("imbalance_audit")
    assert {path.suffix for path in map(Path, names - metadata)} >= {".py", ".css", ".js"}
    assert "imbalance_audit/py.typed" in names
    assert {name.partition("/")[2] for name in metadata} >= {"METADATA", "entry_points.txt", "licenses/LICENSE"}


def test_the_source_distribution_holds_the_tests_and_all_that_they_read(unpacked: Path) -> None:
    folders = ("imbalance_audit", "tests", "pipelines", "benchmarks", "reports", ".ci")

    assert files_of(*folders, root=unpacked) == files_of(*folders)
    assert {path.name for path in unpacked.iterdir() if path.is_file()} >= {
        "pyproject.toml", "constraints.txt", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE",
        "action.yml", "audit.schema.json", ".pre-commit-hooks.yaml",
    }  # fmt: skip


def test_tests_of_the_source_distribution_pass_in_its_own_folder(unpacked: Path) -> None:
    some = [
        "tests/rules/test_policy_file.py",
        "tests/report/test_golden.py",
        "tests/weights",
        "imbalance_audit/weights",
    ]

    told = run(sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *some, cwd=unpacked)

    assert "passed" in told
    assert "failed" not in told


def test_the_wheel_alone_with_what_it_requires_audits_and_has_no_torch(folder: Path, unpacked: Path) -> None:
    venv.create(folder / "empty", with_pip=True)
    python, (wheel,) = folder / "empty/bin/python", folder.glob("*.whl")
    run(python, "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", wheel, cwd=folder)

    told = run(folder / "empty/bin/audit", "scan", unpacked / "pipelines/portal_rodents.py", "--out", "out", cwd=folder)

    assert "Dipodomys" in told or "DM" in told
    assert {path.name for path in (folder / "out").iterdir()} == {"report.html", "report.md", "audit.json"}
    assert run(python, "-c", "from importlib.util import find_spec; print(find_spec('torch'))", cwd=folder) == "None\n"
