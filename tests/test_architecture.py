"""The import table: which module may import which, and the one home of each heavy library."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "imbalance_audit"

# Part of the package → the parts that it may import when it runs.
MAY_IMPORT = {
    "errors": {"display"},
    "display": set(),
    "json_object": {"display", "errors"},
    "records": {"weight_file"},
    "atomic": {"errors"},
    "class_order": {"display", "errors"},
    "evaluation": {"class_order", "decisions", "display", "errors", "records", "sources", "weights"},
    "decisions": {"display", "errors", "records", "weights"},
    "evaluation_file": {"atomic", "display", "errors", "json_object", "records"},
    "decision_file": {"atomic", "display", "errors", "json_object", "records"},
    "tuning": {"display", "errors", "evaluation", "records", "weights"},
    "sources": {"display", "errors", "records"},
    "tallies": {"records"},
    "engines": set(),
    "schemas": {"display", "errors", "records"},
    "measures": {"records"},
    "significance": set(),
    "rules": {"class_order", "display", "errors", "measures", "records", "significance"},
    "policy_file": {"display", "errors", "records", "rules"},
    "comparing": {"records"},
    "id_state": {"display", "errors", "records"},
    "merging": {"class_order", "display", "engines", "errors", "id_state", "judging", "records", "tallies"},
    "drafting": {"display", "rules", "schemas"},
    "judging": {"class_order", "errors", "measures", "records", "rules", "schemas", "tallies"},
    "auditing": {
        "display", "engines", "errors", "id_state", "judging", "records", "rules", "schemas", "sources", "tallies",
    },
    "audit_file": {"atomic", "display", "errors", "json_object", "records"},
    "weights": {"class_order", "display", "errors", "records"},
    "weight_fields": {"display", "errors", "records"},
    "weight_file": {"atomic", "display", "errors", "records", "weight_fields"},
    "sample_weights": {"display", "errors", "records", "sources"},
    "training": {
        "class_order", "decision_file", "decisions", "display", "errors", "index_file", "records", "weight_file",
    },
    "index_file": {"display", "errors"},
    "indexing": {"errors", "index_file", "records", "sources"},
    "report": {"display"},
    "publishing": {"atomic", "audit_file", "errors", "evaluation_file", "report", "rules", "weight_file", "weights"},
    "cli": {
        "atomic", "audit_file", "auditing", "comparing", "decision_file", "decisions", "display", "drafting", "errors",
        "evaluation", "evaluation_file", "indexing", "judging", "merging", "policy_file", "publishing", "records",
        "report", "rules", "sample_weights", "sources", "weight_file", "weights",
    },
    "__main__": {"cli"},
}  # fmt: skip

# Heavy library → the parts that may import it at all.
HOMES = {
    "polars": {"engines", "evaluation", "id_state", "indexing", "sample_weights", "schemas", "sources", "tallies"},
    "pandera": {"schemas"},
    "torch": {"weight_fields", "weight_file", "training"},
    "typer": {"cli"},
    "numpy": {"decisions", "evaluation", "sources", "tuning"},
    "optuna": {"tuning"},
    "scipy": {"decisions", "evaluation", "tuning"},
    "sklearn": {"decisions", "evaluation"},
    "PIL": {"sources"},
    "msgspec": {"sources"},
    "yaml": {"sources"},
    "deltalake": {"sources"},
    "pyiceberg": set(),
    "datasets": set(),
    "pandas": set(),
}

FILES = sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """Yield the dotted modules that a file imports at run time, at its top or inside functions."""
    tree = ast.parse(path.read_text())
    for block in ast.walk(tree):
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test):
            block.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names if module == "imbalance_audit")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_what_its_part_may(path: Path) -> None:
    part = part_of(path)
    for module in imports(path):
        top, _, rest = module.partition(".")
        if top == "imbalance_audit" and rest and part != "__init__":
            target = rest.split(".")[0]
            assert target == part or target in MAY_IMPORT[part], f"{path} imports {module}"
        if top in HOMES:
            assert part in HOMES[top], f"{path} imports {module}"


def test_the_parts_import_each_other_in_no_circle() -> None:
    graph = {part: targets - ({"weight_file"} if part == "records" else set()) for part, targets in MAY_IMPORT.items()}

    assert len(list(TopologicalSorter(graph).static_order())) == len(MAY_IMPORT)


def test_every_part_of_the_package_stands_in_the_table() -> None:
    assert {part_of(path) for path in FILES} - {"__init__"} == set(MAY_IMPORT)


def loaded_by(code: str) -> set[str]:
    probe = f"import sys\n{code}\nprint(' '.join(sorted({{name.split('.')[0] for name in sys.modules}})))"
    run = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(run.stdout.splitlines()[-1].split())


def test_help_loads_neither_polars_nor_pandera_nor_torch_nor_rich() -> None:
    code = "from imbalance_audit import cli\nsys.argv = ['audit', '--help']\ntry: cli.main()\nexcept SystemExit: pass"

    assert loaded_by(code).isdisjoint({"polars", "pandera", "torch", "rich", "pandas"})


def test_an_audit_of_a_list_loads_neither_torch_nor_an_image_library() -> None:
    assert loaded_by("from imbalance_audit import scan\nscan(['a', 'b'])").isdisjoint({"torch", "PIL"})


def test_training_leaves_polars_pandera_scipy_and_scikit_learn_unimported() -> None:
    assert loaded_by("import imbalance_audit.training").isdisjoint({"polars", "pandera", "scipy", "sklearn"})


def test_tuning_loads_no_scikit_learn_before_a_metric_is_named() -> None:
    heavy = {"sklearn", "scipy", "numpy", "optuna", "torch"}

    assert loaded_by("from imbalance_audit import search_weights, tune_weights").isdisjoint(heavy)
