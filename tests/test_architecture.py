"""The order of the rooms, held: what `tests/architecture.py` finds, and that it finds what it should."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.architecture import ROOT, read_package, violations

PACKAGE = read_package()
FOUND = frozenset(map(str, violations(PACKAGE)))

WAIVED: frozenset[str] = frozenset()
"""What still breaks the order, to be mended."""


def test_the_package_keeps_the_order_of_its_rooms() -> None:
    assert sorted(FOUND - WAIVED) == []


def test_no_waiver_is_left_over() -> None:
    assert sorted(WAIVED - FOUND) == []


@pytest.mark.parametrize(
    ("path", "intrusion", "told"),
    [
        pytest.param("rules/rule.py", "import pyarrow", "library pyarrow", id="pyarrow in a rule"),
        pytest.param("weights/build.py", "def f():\n    import transformers", "library transformers", id="lazily"),
        pytest.param(
            "measures/class_skew.py", "from importlib import import_module\nimport_module('torch')", "library torch",
            id="torch through import_module",
        ),
        pytest.param("records/audit.py", "import imbalance_audit as ia", "imports __init__", id="the package itself"),
        pytest.param(
            "report/kit/markup.py", "from imbalance_audit.report.kit import page", "circle", id="a circle in a room",
        ),
        pytest.param(
            "training/losses/focal.py", "from imbalance_audit.training.integrations.lightning import LightningSampler",
            "imports training.integrations.lightning", id="a loss of a framework",
        ),
        pytest.param(
            "sources/tables/parquet.py", "from imbalance_audit.sources.layouts import coco",
            "imports sources.layouts.coco", id="tables of layouts",
        ),
        pytest.param("counting/local.py", "from imbalance_audit.rules import RULES", "imports rules", id="same line"),
        pytest.param("errors.py", "from .records import Audit", "relative import", id="relative"),
        pytest.param("weights/new/build.py", "", "shares its name", id="a second module of one name"),
        pytest.param("helpers.py", "", "no room of ORDER", id="a room that nobody planned"),
    ],
)  # fmt: skip
def test_an_intruder_is_found(path: str, intrusion: str, told: str) -> None:
    intruded = {**PACKAGE, path: f"{PACKAGE.get(path, '')}\n{intrusion}\n"}

    new = frozenset(map(str, violations(intruded))) - FOUND

    assert any(told in one for one in new), sorted(new)


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
