"""`audit decide`, as a user runs it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

from imbalance_audit import class_weights, scan
from imbalance_audit.files.decision import load_decision
from imbalance_audit.training import DecisionRule
from tests.cli.conftest import Run

CLASSES = ("cat", "dog", "fox")
PRIOR = np.array([0.8, 0.15, 0.05])


@pytest.fixture
def validation(tmp_path: Path) -> Path:
    """Validation rows of a model that was trained with balanced weights, and these weights."""
    counts = (2_000 * PRIOR).astype(int)
    weights = class_weights(scan([name for name, n in zip(CLASSES, counts, strict=True) for _ in range(n)]))
    weights.save(tmp_path / "weights.pt")
    random = np.random.default_rng(0)
    truth = random.choice(3, size=1_500, p=PRIOR)
    means = 1.5 * np.eye(3)
    x = random.normal(size=(1_500, 3)) + means[truth]
    logits = -((x[:, None, :] - means) ** 2).sum(axis=-1) / 2
    columns = {"species": [CLASSES[i] for i in truth], **{f"logit_{c}": logits[:, i] for i, c in enumerate(CLASSES)}}
    pl.DataFrame(columns).write_parquet(tmp_path / "val.parquet")
    return tmp_path / "val.parquet"


def test_it_writes_a_decision_that_the_module_takes_and_shows_what_it_is_worth(run: Run, validation: Path) -> None:
    said = run("decide", validation, "--weights", "weights.pt", "--trained", "weighted", "--metric", "accuracy")

    assert said.returncode == 0, said.stderr
    assert "wrote decision.json" in said.stderr
    assert "argmax of log p - τ·log π" in said.stdout
    assert "better, more than noise" in said.stdout
    assert "accuracy by τ" in said.stdout
    decision = load_decision(validation.parent / "decision.json")
    assert decision.classes == CLASSES
    assert decision.fingerprint is not None
    found = DecisionRule.from_file(validation.parent / "decision.json", classes=CLASSES)
    frame = pl.read_parquet(validation)
    logits = torch.tensor(frame.select(pl.col("^logit_.*$")).to_numpy())
    right = [CLASSES[i] == name for i, name in zip(found(logits).predicted, frame["species"], strict=True)]
    assert decision.tuned is not None
    assert np.mean(right) == pytest.approx(decision.tuned.value)


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (["--method", "offsets", "--calibrate", "bias-corrected", "--target", "uniform"], "with a bias for each class"),
        (["--method", "costs", "--costs", "costs.csv"], "least expected cost"),
    ],
)
def test_each_method_is_shown_in_words(run: Run, validation: Path, options: list[str], shown: str) -> None:
    (validation.parent / "costs.csv").write_text("truth,cat,dog,fox\ncat,0,1,1\ndog,5,0,5\nfox,50,10,0\n")

    said = run("decide", validation, "-o", "d.json", *options)

    assert said.returncode == 0, said.stderr
    assert shown in said.stdout


def test_several_labels_get_thresholds(run: Run, tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    rates = np.array([0.4, 0.2])
    truth = random.random((800, 2)) < rates
    logits = random.normal(size=(800, 2)) + 2 * truth - 2
    labels = ["|".join(name for name, is_so in zip("ab", row, strict=True) if is_so) or None for row in truth]
    pl.DataFrame({"label": labels, "logit_a": logits[:, 0], "logit_b": logits[:, 1]}).write_parquet(
        tmp_path / "v.parquet"
    )

    said = run("decide", "v.parquet", "--separator", "|", "--output-format", "json")

    assert said.returncode == 0, said.stderr
    assert load_decision(tmp_path / "decision.json").rule == "thresholds"
    assert said.stdout.encode() == (tmp_path / "decision.json").read_bytes()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--weights", "weights.pt"], "Give --weights and --trained together"),
        (["--weights", "weights.pt", "--trained", "ldam"], "What ldam did has no inverse map"),
        (["--method", "thresholds"], "Choose offsets or tau"),
        (["--target", "cat=1"], "The target prior lacks the classes"),
        (["--costs", "none.csv", "--method", "costs"], "Cannot read the costs"),
        (["--classes", "cat,dog"], "fox"),
    ],
)
def test_what_does_not_fit_is_one_sentence_and_exit_2(
    run: Run, validation: Path, options: list[str], message: str
) -> None:
    said = run("decide", validation, *options)

    assert said.returncode == 2
    assert message in said.stderr
    assert len(said.stderr.splitlines()) == 1
    assert not (validation.parent / "decision.json").exists()
