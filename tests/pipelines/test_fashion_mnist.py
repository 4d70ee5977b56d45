"""The end-to-end run on a small cut of real images, and its committed audit rebuilt from the whole data set."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from imbalance_audit import class_weights, scan
from imbalance_audit.publishing import publish
from pipelines.fashion_mnist_lt import CLASSES, labels

ROOT = Path(__file__).parents[2]
CUT = ROOT / "tests/data/fashion_mnist"
WHOLE = Path("/usr/share/datasets/fashion-mnist")


@pytest.fixture
def whole() -> Path:
    """Return the folder of the whole data set; without it fail in CI, and skip elsewhere."""
    if not WHOLE.is_dir():
        reason = f"Fashion-MNIST is not in {WHOLE} (Debian: dataset-fashion-mnist)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return WHOLE


def test_the_run_audits_weighs_trains_and_writes_both_results(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pipelines.train_fashion_mnist", "--data", str(CUT), "--out", str(tmp_path)]
    options = ["--ratio", "10", "--seeds", "1", "--epochs", "30"]

    subprocess.run([*command, *options], cwd=ROOT, check=True, capture_output=True)

    assert {path.name for path in tmp_path.iterdir()} == {
        "report.html", "report.md", "audit.json", "weights.pt", "training.md",
    }  # fmt: skip
    loaded = torch.load(tmp_path / "weights.pt")
    assert loaded["classes"] == list(CLASSES)
    assert loaded["counts"].tolist() == [int(60 * 10 ** (-i / 9)) for i in range(10)]
    results = (tmp_path / "training.md").read_text()
    accuracy = dict(re.findall(r"^\| ([a-z ,-]+) \| (\d+\.\d+)", results, flags=re.MULTILINE))
    assert len(accuracy) == 4
    assert all(float(value) > 60 for value in accuracy.values()), accuracy  # chance is 10


def test_the_committed_audit_is_what_the_whole_data_set_gives(whole: Path, tmp_path: Path) -> None:
    audit = scan(labels(whole))
    publish(audit, tmp_path, weights=class_weights(audit), weight_file=tmp_path / "weights.pt")

    assert [audit.counts.of_split("train").per_label()[name] for name in CLASSES] == [
        6000, 3596, 2156, 1292, 774, 464, 278, 166, 100, 60,
    ]  # fmt: skip
    for path in tmp_path.iterdir():
        committed = ROOT / "reports/fashion_mnist_lt" / path.name
        assert path.read_bytes() == committed.read_bytes(), f"{path.name} differs from the committed one"
