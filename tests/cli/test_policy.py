"""Policies, baselines, merging and the formats for CI, as a user of the command meets them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest
import yaml
from lxml import etree

from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]


def scan_json(run: Run, name: str, *arguments: str) -> str:
    done = run("scan", name, "--split", "split", *arguments, "--json", "-")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_policy_found_upward_decides_what_fails(run: Run, labels: Path) -> None:
    (labels.parent / "audit.toml").write_text(
        'fail-on = "warning"\nselect = ["SKW001"]\n[rules.SKW001]\nwarning = 30\n'
    )

    lenient = run("check", labels.name, "--split", "split")
    (labels.parent / "audit.toml").write_text("[rules.SUP001]\nerror = 40\n")
    strict = run("check", labels.name, "--split", "split")

    assert lenient.returncode == 0, lenient.stdout
    assert strict.returncode == 1
    assert 'SUP001 rare-class [train]: "fox" has 30 rows, fewer than 40' in strict.stdout


def test_a_misspelt_policy_is_exit_code_2_and_one_sentence(run: Run, labels: Path) -> None:
    (labels.parent / "other.toml").write_text("[rules.SUP001]\nwarnin = 5\n")

    done = run("check", labels.name, "--config", "other.toml")

    assert done.returncode == 2
    assert done.stderr == 'audit: other.toml: rules.SUP001.warnin is not known. Did you mean "warning"?\n'


def test_an_audit_json_is_judged_again_under_the_policy_in_force(run: Run, tmp_path: Path) -> None:
    rows = [("cat", i, "train") for i in range(40)] + [("dog", i, "train") for i in range(39, 80)]
    pl.DataFrame(rows, schema=["label", "key", "split"], orient="row").write_parquet(tmp_path / "t.parquet")
    scan_json(run, "t.parquet")
    run("scan", "t.parquet", "--id", "key", "--split", "split", "--json", "a.json")
    (tmp_path / "t.parquet").unlink()

    assert "INT001" in run("check", "a.json").stdout
    (tmp_path / "audit.toml").write_text('[rules.INT001]\nseverity = "info"\n[rules.SUP001]\nerror = 41\n')
    again = run("check", "a.json")

    assert again.returncode == 1
    assert "info     INT001" in again.stdout
    assert 'error    SUP001 rare-class [train]: "cat" has 40 rows, fewer than 41' in again.stdout


def test_what_init_writes_makes_the_data_pass_and_is_never_overwritten(run: Run, labels: Path) -> None:
    first = run("init", labels.name, "--split", "split")
    written = (labels.parent / "audit.toml").read_text()
    again = run("init", labels.name, "--split", "split")
    check = run("check", labels.name, "--split", "split", "--fail-on", "warning", "--output-format", "json")

    assert first.returncode == 0, first.stderr
    assert again.returncode == 2
    assert "is not overwritten" in again.stderr
    assert (labels.parent / "audit.toml").read_text() == written
    assert [f["code"] for f in json.loads(check.stdout)["findings"]] == []
    assert check.returncode == 0
    assert json.loads(check.stdout)["class_order"] == "declared"


def test_a_baseline_tells_what_is_new_resolved_and_escalated_and_new_findings_alone_may_fail(
    run: Run, tmp_path: Path
) -> None:
    def write(name: str, **counts: int) -> None:
        pl.DataFrame({"label": [label for label, n in counts.items() for _ in range(n)]}).write_csv(tmp_path / name)

    write("old.csv", cat=100, dog=19, fox=1, owl=10)
    write("new.csv", cat=100, dog=1, fox=1, owl=30, bee=1)
    run("scan", "old.csv", "--json", "old.json")

    same = run("check", "old.csv", "--baseline", "old.json", "--fail-on-new")
    done = run("check", "new.csv", "--baseline", "old.json", "--fail-on-new")

    assert same.returncode == 0, same.stdout
    assert "Since old.json: 0 new, 0 resolved, 0 escalated" in same.stdout
    assert done.returncode == 1
    assert 'new        error    SUP001 rare-class: "bee" has 1 row, fewer than 2' in done.stdout
    assert 'escalated  error    SUP001 rare-class: "dog" has 1 row, fewer than 2' in done.stdout
    assert 'resolved   warning  SUP001 rare-class: "owl" has 10 rows, fewer than 20' in done.stdout
    assert '"dog" went from' not in done.stdout  # 19 rows are too few for the rule
    assert "samples: 130 → 133" in done.stdout
    assert run("check", "old.csv", "--fail-on-new").returncode == 2


def test_stale_weights_fail_the_gate(run: Run, labels: Path) -> None:
    run("weights", labels.name, "--split", "split", "-o", "weights.pt")
    fresh = run("check", labels.name, "--split", "split", "--weights", "weights.pt")
    pl.read_parquet(labels).filter(pl.col("species") != "dog").write_parquet(labels)
    stale = run("check", labels.name, "--split", "split", "--weights", "weights.pt")

    assert fresh.returncode == 0, fresh.stdout
    assert stale.returncode == 1
    assert "WGT001" in stale.stdout
    assert 'the file has besides "dog"' in stale.stdout


@pytest.mark.parametrize(("ids", "kept"), [(False, False), (True, False), (True, True)])
def test_merged_shards_are_the_audit_of_the_whole_byte_for_byte_ids_too_where_they_were_kept(
    run: Run, labels: Path, tmp_path: Path, ids: bool, kept: bool
) -> None:
    table = pl.read_parquet(labels).with_row_index("key").with_columns(pl.col("key") % 890)
    folder = tmp_path / "shards"
    folder.mkdir()
    options = ["--id", "key"] if ids else []
    for name, rows in (("a", table.gather_every(2)), ("b", table.gather_every(2, 1))):
        rows.write_parquet(labels)
        keep = ["--keep-id-state", f"shards/{name}.parquet"] if kept else []
        (folder / f"{name}.json").write_text(scan_json(run, labels.name, *options, *keep))
    table.write_parquet(labels)
    whole = scan_json(run, labels.name, *options)

    states = [word for name in "ba" if kept for word in ("--id-state", f"shards/{name}.parquet")]
    merged = run("merge", "shards/b.json", "shards/a.json", "-o", "-", *states)

    assert merged.returncode == 0, merged.stderr
    if kept or not ids:
        assert merged.stdout == whole
        assert ("INT001" in {finding["code"] for finding in json.loads(whole)["findings"]}) == ids
        return
    told = {c["code"]: c for c in json.loads(merged.stdout)["coverage"]}
    assert told["INT001"]["reason"].startswith("ids were checked within each shard only")
    assert [c for c in told.values() if c["code"] not in ("INT001", "INT002", "INT003")] == [
        c for c in json.loads(whole)["coverage"] if c["code"] not in ("INT001", "INT002", "INT003")
    ]


def test_ids_of_another_audit_are_refused(run: Run, labels: Path) -> None:
    pl.read_parquet(labels).with_row_index("key").write_parquet(labels)
    run("scan", labels.name, "--id", "key", "--keep-id-state", "a.parquet", "--json", "a.json")
    pl.read_parquet(labels).with_columns(pl.col("key") + 1000).write_parquet(labels)
    # The same counts, and so the same fingerprint, of other rows.
    run("scan", labels.name, "--id", "key", "--keep-id-state", "b.parquet", "--json", "b.json")
    run("scan", labels.name, "--json", "c.json")

    mine = run("merge", "a.json", "b.json", "-o", "-", "--id-state", "b.parquet", "--id-state", "a.parquet")
    twice = run("merge", "a.json", "b.json", "-o", "-", "--id-state", "a.parquet", "--id-state", "a.parquet")
    no_ids = run("merge", "a.json", "-o", "-", "--id-state", "a.json")
    not_kept = run("merge", "c.json", "-o", "-", "--id-state", "a.parquet")

    assert mine.returncode == 0
    assert (twice.returncode, no_ids.returncode, not_kept.returncode) == (2, 2, 2)
    assert "do not belong to these audits" in twice.stderr
    assert "do not belong to these audits" in no_ids.stderr
    assert "--keep-id-state" in not_kept.stderr


def test_audits_of_other_classes_are_not_merged(run: Run, labels: Path) -> None:
    (labels.parent / "a.json").write_text(scan_json(run, labels.name, "--classes", "cat,dog,fox"))
    (labels.parent / "b.json").write_text(scan_json(run, labels.name, "--classes", "fox,dog,cat"))

    done = run("merge", "a.json", "b.json", "-o", "all.json")

    assert done.returncode == 2
    assert "they differ in declared classes" in done.stderr
    assert not (labels.parent / "all.json").exists()


def test_render_writes_the_report_again_without_the_data(run: Run, labels: Path) -> None:
    run("scan", labels.name, "--split", "split")
    folder = labels.parent / "reports" / "labels"
    before = (folder / "audit.json").read_bytes()
    labels.unlink()
    (folder / "report.html").unlink()

    done = run("render", "reports/labels/audit.json")

    assert done.returncode == 0, done.stderr
    assert (folder / "audit.json").read_bytes() == before
    assert before.decode() in (folder / "report.html").read_text()


def test_one_audit_is_written_in_every_format(run: Run, labels: Path) -> None:
    def written(name: str) -> str:
        done = run("check", labels.name, "--split", "split", "--output-format", name, "--output", f"out.{name}")
        assert done.returncode == 0, done.stderr
        return (labels.parent / f"out.{name}").read_text()

    assert etree.fromstring(written("junit").encode()).tag == "testsuites"
    assert json.loads(written("sarif"))["version"] == "2.1.0"
    assert written("github").startswith("::warning file=labels.parquet,line=1,title=SKW001")
    assert json.loads(written("json"))["format"] == "imbalance-audit/audit"
    assert "could not run" in written("text")


def test_on_github_the_report_is_appended_to_the_page_of_the_run(run: Run, labels: Path, tmp_path: Path) -> None:
    page = tmp_path / "summary.md"
    page.write_text("before\n")

    run("check", labels.name, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(page))
    run("check", labels.name, GITHUB_ACTIONS="false", GITHUB_STEP_SUMMARY=str(page))

    text = page.read_text()
    assert text.startswith("before\n")
    assert text.count("labels.parquet") >= 1
    assert text.count("## Rules") == 1


def test_the_action_s_script_runs_the_gate(labels: Path, tmp_path: Path) -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    step = action["runs"]["steps"][-1]
    (tmp_path / "bin").mkdir()
    for name, words in (
        ("audit", f'exec {sys.executable} -m imbalance_audit "$@"'),
        ("python", f'exec {sys.executable} "$@"'),
    ):
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{words}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    inputs = {"SOURCE": "'my labels.parquet'", "OPTIONS": "--split split", "FAIL_ON": "warning", "SARIF": "out.sarif"}
    environment = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "CONFIG": "", "BASELINE": ""}
    labels.rename(tmp_path / "my labels.parquet")

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", step["run"]],
        cwd=tmp_path, env={**environment, **inputs}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 1, done.stderr
    assert "::warning file=my labels.parquet,line=1,title=SKW001" in done.stdout
    assert json.loads((tmp_path / "out.sarif").read_text())["version"] == "2.1.0"
    used = {name for name in action["inputs"] if f"inputs.{name} " in (ROOT / "action.yml").read_text()}
    assert used == set(action["inputs"])
    assert "${{" not in step["run"]


def test_the_hook_s_entry_runs_on_the_files_it_asks_for(run: Run, tmp_path: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    for name in ("train.csv", "test.csv"):
        (tmp_path / name).write_text("label\n" + "cat\n" * 30 + "dog\n" * 30)

    done = run(*hook["entry"].split()[1:], "train.csv", "test.csv")

    assert done.returncode == 0, done.stdout + done.stderr
    assert hook["language"] == "python"


@pytest.mark.skipif(find_spec("pre_commit") is None, reason="pre-commit is not installed")
def test_pre_commit_takes_the_manifest() -> None:
    manifest = str(ROOT / ".pre-commit-hooks.yaml")

    done = subprocess.run([sys.executable, "-m", "pre_commit", "validate-manifest", manifest], check=False)

    assert done.returncode == 0
