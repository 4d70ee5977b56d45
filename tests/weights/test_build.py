"""What goes beside the weights: the index to ignore, where they come from; and what weighing costs."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from imbalance_audit.weights import class_weights

if TYPE_CHECKING:
    from tests.conftest import MakeAudit


@pytest.mark.parametrize(
    ("ignored", "index"),
    [
        ((), -100),
        (("255",), 255),
        (("-1",), -1),
        (("255", "-1"), -100),
        (("void",), -100),
        (("007",), -100),
        (("-0",), -100),
        (("٣",), -100),
        (("9" * 30,), -100),
    ],
)
def test_one_ignored_integer_is_the_ignore_index(make_audit: MakeAudit, ignored: tuple[str, ...], index: int) -> None:
    assert class_weights(make_audit([3, 1], ignored=ignored)).ignore_index == index


def test_an_ignored_label_that_is_a_class_index_does_not_switch_that_class_off(make_audit: MakeAudit) -> None:
    audit = make_audit({(None, "1"): 3, (None, "2"): 1}, ignored=("0",))

    assert class_weights(audit).ignore_index == -100


def test_the_source_and_the_program_are_named(make_audit: MakeAudit) -> None:
    weights = class_weights(make_audit([3, 1]))

    assert weights.fingerprint == "f" * 64
    assert weights.created_by.startswith("imbalance-audit ")


def test_a_million_classes_are_weighed(make_audit: MakeAudit) -> None:
    counts = [1 + at % 1000 for at in range(1_000_000)]

    weights = class_weights(make_audit(counts), scheme="effective-number")

    assert len(weights.weight) == 1_000_000
    assert sum(n * w for n, w in zip(counts, weights.weight, strict=True)) / sum(counts) == pytest.approx(1)


def test_weighing_imports_neither_torch_nor_numpy() -> None:
    code = "import sys, imbalance_audit.weights; sys.exit(bool({'torch', 'numpy', 'polars'} & set(sys.modules)))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
