"""`audit check`, `weights`, `inspect`, `rules` and `explain` as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from imbalance_audit.rules import RULES
from tests.cli.conftest import Run


def test_a_warning_passes_the_gate_unless_warnings_fail_it(run: Run, labels: Path) -> None:
    codes = {
        level: run("check", labels.name, "--split", "split", "--fail-on", level).returncode
        for level in ("error", "warning", "never")
    }

    assert codes == {"error": 0, "warning": 1, "never": 0}


def test_an_error_fails_the_gate_with_a_line_that_says_what(run: Run, tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("label\n" + "cat\n" * 30 + "fox\n" * 30)
    (tmp_path / "test.csv").write_text("label\n" + "cat\n" * 30)

    done = run("check", "train.csv", "test.csv")

    assert done.returncode == 1
    assert "SUP002" in done.stdout
    assert '"fox" has no row in test and 30 elsewhere' in done.stdout
    assert not (tmp_path / "reports").exists()
    assert run("check", "train.csv", "test.csv", "--fail-on", "never").returncode == 0


def test_an_audit_json_is_judged_as_its_data_were(run: Run, labels: Path) -> None:
    run("scan", labels.name, "--split", "split", "--json", "a.json")

    assert run("check", "a.json", "--fail-on", "warning").stdout == run("check", labels.name, "--split", "split").stdout
    assert run("check", "a.json", "--label", "species").returncode == 2


def test_the_gate_writes_json_into_a_file(run: Run, labels: Path) -> None:
    run("check", labels.name, "--output-format", "json", "--output", "out.json")

    assert json.loads((labels.parent / "out.json").read_text())["totals"]["samples"] == 900


def test_nothing_to_check_is_exit_code_5(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("label\n")

    assert run("check", "rows.csv").returncode == 5


def test_weights_come_from_a_source_or_from_its_audit_and_are_the_same_bytes(run: Run, labels: Path) -> None:
    run("scan", labels.name, "--split", "split", "--json", "a.json")

    from_data = run(
        "weights", labels.name, "--split", "split", "-o", "one.pt", "--scheme", "effective-number", "--beta", "0.99"
    )
    from_audit = run("weights", "a.json", "-o", "two.pt", "--scheme", "effective-number", "--beta", "0.99")

    assert (from_data.returncode, from_audit.returncode) == (0, 0), from_data.stderr + from_audit.stderr
    assert (labels.parent / "one.pt").read_bytes() == (labels.parent / "two.pt").read_bytes()
    assert torch.load(labels.parent / "one.pt")["parameters"] == {"beta": 0.99}


def test_inspect_shows_classes_counts_and_weights(run: Run, labels: Path) -> None:
    run("weights", labels.name, "--split", "split")

    done = run("inspect", "weights.pt")
    as_json = json.loads(run("inspect", "weights.pt", "--output-format", "json").stdout)

    assert done.returncode == 0, done.stderr
    assert all(word in done.stdout for word in ("balanced", "cat", "dog", "fox", "600"))
    assert as_json["classes"] == ["cat", "dog", "fox"]
    assert as_json["counts"] == [600, 90, 30]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 truncated", b"not a weight file"])
def test_inspect_refuses_what_is_no_weight_file(run: Run, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "weights.pt").write_bytes(content)

    done = run("inspect", "weights.pt")

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_a_class_without_rows_needs_a_policy(run: Run, labels: Path) -> None:
    refused = run("weights", labels.name, "--classes", "cat,dog,fox,owl", "-o", "w.pt")
    capped = run("weights", labels.name, "--classes", "cat,dog,fox,owl", "-o", "w.pt", "--zero-count", "cap")

    assert refused.returncode == 2
    assert '"owl"' in refused.stderr
    assert capped.returncode == 0, capped.stderr
    assert torch.load(labels.parent / "w.pt")["classes"] == ["cat", "dog", "fox", "owl"]


def test_class_names_can_come_from_a_file(run: Run, labels: Path) -> None:
    (labels.parent / "classes.txt").write_text("fox\ndog\ncat\n")

    done = run("scan", labels.name, "--classes", "classes.txt", "--json", "-")

    assert json.loads(done.stdout)["classes"] == ["fox", "dog", "cat"]
    assert json.loads(done.stdout)["class_order"] == "declared"


def test_every_rule_is_listed_and_explained(run: Run) -> None:
    listed = run("rules").stdout

    assert [line.split()[0] for line in listed.splitlines()] == [rule.code for rule in RULES]
    assert RULES[3].condition in run("explain", RULES[3].code.lower()).stdout
    assert run("explain", "nonsense").returncode == 2
