"""The end-to-end run on a small cut of real images, and its committed audit rebuilt from the whole data set."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch
from sklearn.metrics import f1_score

from imbalance_audit import class_weights, scan
from imbalance_audit.files.evaluation import load_evaluation
from imbalance_audit.publishing import publish
from pipelines.evaluate_fashion_mnist import CHEAPEST, COLUMNS, COSTS, NAMES, PUBLISHED, TUNED
from pipelines.fashion_mnist_lt import CLASSES, labels

pytestmark = pytest.mark.slow

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


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a whole run on the cut: predictions in it, and what was found of them."""
    folder = tmp_path_factory.mktemp("run")
    places = ["--out", str(folder), "--predictions", str(folder / "predictions")]
    options = ["--data", str(CUT), "--ratio", "10", "--seeds", "2", "--epochs", "8"]
    for command in (["pipelines.train_fashion_mnist", *options], ["pipelines.evaluate_fashion_mnist"]):
        subprocess.run([sys.executable, "-m", *command, *places], cwd=ROOT, check=True, capture_output=True)
    return folder


def test_the_run_audits_and_weighs(run: Path) -> None:
    assert {path.name for path in run.iterdir()} == {
        "report.html", "report.md", "audit.json", "weights.pt", "training.md", "predictions", "evaluation",
    }  # fmt: skip
    loaded = torch.load(run / "weights.pt")
    assert loaded["classes"] == list(CLASSES)
    assert loaded["counts"].tolist() == [int(60 * 10 ** (-i / 9)) for i in range(10)]


def test_validation_and_test_share_no_image_and_have_every_class_alike(run: Path) -> None:
    for path in (run / "predictions").glob("*.parquet"):
        table = pl.read_parquet(path)
        assert table["id"].n_unique() == table.height == 200
        assert set(table.group_by("split", "label").len()["len"]) == {10}


def test_post_hoc_adjustment_takes_the_log_prior_off_the_plain_logits(run: Path) -> None:
    plain, adjusted = (
        pl.read_parquet(run / f"predictions/{name}-seed1.parquet").select(COLUMNS).to_numpy()
        for name in ("plain", "post-hoc")
    )

    prior = torch.load(run / "weights.pt")["prior"].numpy()
    assert (plain - adjusted) == pytest.approx(np.tile(np.log(prior), (200, 1)), abs=1e-5)


def test_every_way_learns_and_is_told_with_its_spread_over_the_seeds(run: Path) -> None:
    told = (run / "training.md").read_text().partition("## What the probabilities")[0]

    accuracy = dict(re.findall(r"^\| ([\w ,-]+) \| (\d+\.\d+) ± \d+\.\d+", told, flags=re.MULTILINE))
    assert {*NAMES, TUNED} <= set(accuracy)
    # Chance is 10; so short a training is not yet fit to be adjusted by the prior.
    assert all(float(accuracy[name]) > 40 for name in NAMES if name != "post-hoc"), accuracy


def test_the_evaluation_is_of_the_test_rows_and_the_figures_are_scikit_learns(run: Path) -> None:
    found = load_evaluation(run / "evaluation/evaluation.json")
    table = pl.read_parquet(run / "predictions/balanced-seed0.parquet").filter(split="test")

    truth = [CLASSES.index(name) for name in table["label"]]
    expected = f1_score(truth, table.select(COLUMNS).to_numpy().argmax(1), average="macro")
    by_name = {one.name: one for one in found.runs}
    assert set(by_name) == set(PUBLISHED)
    assert found.rows == 100
    assert by_name["balanced"].metrics["macro_f1"].value == pytest.approx(expected)
    assert (run / "evaluation/report.html").stat().st_size > 0


def test_costs_are_those_of_the_file_under_the_shares_of_training(run: Path) -> None:
    found = load_evaluation(run / "evaluation/evaluation.json")
    table = pl.read_parquet(run / "predictions/plain-seed0.parquet").filter(split="test")
    prior = torch.load(run / "weights.pt")["prior"].numpy()

    costs = pl.read_csv(COSTS, columns=list(CLASSES)).to_numpy()
    truth = np.array([CLASSES.index(name) for name in table["label"]])
    each = costs[truth, table.select(COLUMNS).to_numpy().argmax(1)]
    by_name = {one.name: one for one in found.runs}
    assert by_name["plain"].metrics["expected_cost"].value == pytest.approx(np.average(each, weights=prior[truth]))
    assert all("a decision (" in by_name[name].notes[-1] for name in (TUNED, CHEAPEST))
    assert "| plain, least cost of even classes |" in (run / "training.md").read_text()


def test_the_committed_audit_is_what_the_whole_data_set_gives(whole: Path, tmp_path: Path) -> None:
    audit = scan(labels(whole))
    publish(audit, tmp_path, weights=class_weights(audit), weight_file=tmp_path / "weights.pt")

    assert [audit.counts.of_split("train").per_label()[name] for name in CLASSES] == [
        6000, 3596, 2156, 1292, 774, 464, 278, 166, 100, 60,
    ]  # fmt: skip
    for path in tmp_path.iterdir():
        committed = ROOT / "reports/fashion_mnist_lt" / path.name
        assert path.read_bytes() == committed.read_bytes(), f"{path.name} differs from the committed one"
