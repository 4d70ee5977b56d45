"""A first policy: these data raise no warning under it that a limit decides, and what is wrong stays wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from imbalance_audit import load_policy, scan
from imbalance_audit.auditing.first_policy import draft_policy
from imbalance_audit.auditing.judging import judge_again
from imbalance_audit.records import Audit
from imbalance_audit.rules import RULES
from imbalance_audit.rules.policy import Override, Policy
from tests.report.samples import HOSTILE, audit_of


def test_a_draft_of_hostile_labels_can_be_read_again(tmp_path: Path) -> None:
    labels = [label for label in (*HOSTILE, "del\x7f") if label.isprintable() or "ud800" not in ascii(label)]
    audit = audit_of([(None, None, label, 10) for label in labels], classes=labels)
    (tmp_path / "audit.toml").write_text(draft_policy(audit), encoding="utf-8")

    classes = load_policy(tmp_path / "audit.toml").classes

    assert classes is not None
    assert set(classes) <= set(labels)
    assert "../x" in classes
    assert "" not in classes


def drafted(audit: Audit, folder: Path) -> Policy:
    (folder / "audit.toml").write_text(draft_policy(audit), encoding="utf-8")
    return load_policy(folder / "audit.toml")


def skewed(seed: int) -> Audit:
    """Labels of a long tail in two splits with groups, ids of which some come twice, and some labels missing."""
    dice = np.random.default_rng(seed)
    rows, classes = int(dice.integers(200, 900)), int(dice.integers(2, 12))
    share = 1 / np.arange(1, classes + 1) ** dice.uniform(0.5, 3)
    labels = [f"c{i}" for i in dice.choice(classes, rows, p=share / share.sum())]
    table = {
        "label": [None if i % 97 == 0 else label for i, label in enumerate(labels)],
        "split": ["test" if cut else "train" for cut in dice.random(rows) < 0.3],
        "group": [f"g{i}" for i in dice.integers(0, 3, rows)],
    }
    frame = pl.DataFrame(table)
    again = pl.concat([frame.with_row_index("id"), frame.with_row_index("id").head(int(dice.integers(0, 9)))])
    return scan(again, label="label", split="split", group="group", id="id")


@pytest.mark.parametrize("seed", range(12))
def test_under_its_draft_no_limit_makes_a_warning_and_every_error_stays(tmp_path: Path, seed: int) -> None:
    audit = skewed(seed)
    limited = {rule.code for rule in RULES if rule.limit.warning is not None}

    again = judge_again(audit, drafted(audit, tmp_path))

    assert [f for f in again.findings if f.severity == "warning" and f.code in limited] == []
    errors = [f.identity for f in audit.findings if f.severity == "error" and f.code in limited]
    assert [f.identity for f in again.findings if f.severity == "error" and f.code in limited] == errors


def test_a_limit_is_the_worst_warning_to_two_digits_on_the_mild_side(tmp_path: Path) -> None:
    audit = scan(["a"] * 12_345 + ["b"] * 100 + ["c"] * 19 + ["d"] * 7 + ["e"] * 1)

    rules = drafted(audit, tmp_path).rules

    assert rules["SUP001"] == Override(warning=7)  # a number of rows, as it is; one row is an error and not accepted
    assert rules["SKW001"] == Override(warning=13_000.0)
    assert rules["SKW002"].warning == pytest.approx(0.21)  # five classes as 1.07: falls short, so it is rounded down


def test_repeats_are_drafted_as_the_share_that_their_limit_is(tmp_path: Path) -> None:
    table = {"label": ["a", "b"] * 50 + ["a", "a"], "id": [*range(100), 0, 0]}

    policy = drafted(scan(table, label="label", id="id"), tmp_path)

    assert policy.rules["INT003"] == Override(warning=0.02)
    worse = {"label": ["a", "b"] * 50 + ["a"] * 4, "id": [*range(100), 0, 0, 2, 2]}
    (finding,) = [f for f in scan(worse, label="label", id="id", policy=policy).findings if f.code == "INT003"]
    assert finding.severity == "warning"


def test_data_without_a_warning_get_their_classes_alone(tmp_path: Path) -> None:
    audit = scan(["b"] * 50 + ["a"] * 50)

    text = draft_policy(audit)

    assert "[rules." not in text
    assert drafted(audit, tmp_path).classes == ("a", "b")
    assert text.startswith("# Policy of `audit`")
    assert "# Inferred from memory;" in text


def test_dirt_is_no_class_of_a_draft(tmp_path: Path) -> None:
    audit = scan(["cat"] * 500 + ["dog"] * 500 + ["Cat", "", "N/A", "void"], ignore=["void"])

    assert drafted(audit, tmp_path).classes == ("cat", "dog")
    assert drafted(scan(["cat", "owl"], classes=["owl", "cat"]), tmp_path).classes == ("owl", "cat")
