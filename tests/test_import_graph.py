"""The tests that a change touches, on a small made-up tree and on this one."""

from __future__ import annotations

import pytest

from tests.import_graph import importers, nearest_tests, read_files

FILES = {
    "imbalance_audit/__init__.py": "from imbalance_audit.counting.scanning import scan",
    "imbalance_audit/__main__.py": "from imbalance_audit.cli import main",
    "imbalance_audit/cli.py": "def main():\n    from imbalance_audit.counting.scanning import scan",
    "imbalance_audit/counting/__init__.py": "",
    "imbalance_audit/counting/scanning.py": "from imbalance_audit.counting import rows\nTABLE = 'table.json'",
    "imbalance_audit/counting/rows.py": "",
    "imbalance_audit/weights.py": "",
    "pipelines/run.py": "import imbalance_audit.weights",
    "tests/conftest.py": "",
    "tests/cli/conftest.py": "COMMAND = ['-m', 'imbalance_audit']",
    "tests/cli/test_gate.py": "",
    "tests/counting/test_rows.py": "",
    "tests/counting/test_scanning.py": "from imbalance_audit import scan",
    "tests/pipelines/test_run.py": "COMMAND = ['pipelines.run', '--fast']",
    "tests/test_readme.py": "README = 'README.md'",
}


@pytest.mark.parametrize(
    ("changed", "touched"),
    [
        pytest.param(
            "imbalance_audit/counting/rows.py",
            {"tests/counting/test_rows.py": 0, "tests/counting/test_scanning.py": 2, "tests/cli/test_gate.py": 4},
            id="through the package, a mirror, a command",
        ),
        pytest.param("imbalance_audit/weights.py", {"tests/pipelines/test_run.py": 2}, id="through a pipeline"),
        pytest.param("tests/cli/conftest.py", {"tests/cli/test_gate.py": 1}, id="a conftest"),
        pytest.param("tests/counting/test_rows.py", {"tests/counting/test_rows.py": 0}, id="a test itself"),
        pytest.param("README.md", {"tests/test_readme.py": 0}, id="a file that a test names"),
        pytest.param(
            "imbalance_audit/counting/table.json",
            {"tests/counting/test_scanning.py": 1, "tests/cli/test_gate.py": 3},
            id="a file that a module names",
        ),
        pytest.param("tests/cli/golden/help.txt", {"tests/cli/test_gate.py": 0}, id="a file beside tests"),
        pytest.param("LICENSE", {}, id="a file that nothing names"),
    ],
)
def test_a_change_touches_what_leads_to_it_nearest_first(changed: str, touched: dict[str, int]) -> None:
    found = nearest_tests(FILES, [changed])

    assert found.items() >= touched.items()
    assert found.keys() - touched.keys() <= {"tests/counting/test_scanning.py"}
    assert list(found.values()) == sorted(found.values())


def test_of_tests_as_near_those_in_the_folder_of_what_changed_come_first() -> None:
    files = {"imbalance_audit/weights/build.py": "", "imbalance_audit/weights/__init__.py": ""}
    tests = dict.fromkeys(("tests/cli/test_a.py", "tests/weights/test_z.py"), "import imbalance_audit.weights.build")

    assert list(nearest_tests(files | tests, ["imbalance_audit/weights/build.py"])) == [*tests][::-1]


def test_a_file_that_is_gone_touches_what_its_package_touches() -> None:
    files = {**FILES, "imbalance_audit/counting/scanning.py": "from imbalance_audit.counting.gone import rows"}

    assert "tests/cli/test_gate.py" in nearest_tests(files, ["imbalance_audit/counting/gone.py"])


def test_every_module_of_the_package_is_touched_by_a_test() -> None:
    files = read_files()
    imported_by: dict[str, set[str]] = {path: set() for path in files}
    for path, by in importers(files).items():
        for one in by:
            imported_by[one].add(path)
    reached, layer = set[str](), {path for path in files if path.startswith("tests/")}
    while layer:
        reached |= layer
        layer = {target for path in layer for target in imported_by[path]} - reached

    assert [p for p in sorted(files.keys() - reached) if p.startswith("imb") and not p.endswith("__init__.py")] == []
