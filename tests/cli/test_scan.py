"""`audit scan` as a user meets it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
import torch

from imbalance_audit.training import LabelIndex
from tests.cli.conftest import Run


def files_of(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_a_scan_writes_the_report_and_prints_a_summary(run: Run, labels: Path) -> None:
    done = run("scan", labels.name, "--split", "split")

    assert done.returncode == 0, done.stderr
    assert files_of(labels.parent / "reports" / "labels") == {"report.html", "report.md", "audit.json"}
    assert "900 rows" in done.stdout
    assert "\x1b" not in done.stdout
    assert done.stderr.splitlines() == [
        f"wrote reports/labels/{name}" for name in ("report.html", "report.md", "audit.json")
    ]


def test_audit_json_has_the_keys_that_others_rely_on(run: Run, labels: Path) -> None:
    done = run("scan", labels.name, "--split", "split", "--json", "-")

    found = json.loads(done.stdout)

    assert found["format"] == "imbalance-audit/audit"
    assert found["version"] == 1
    assert set(found["source"]) == {"path", "kind", "unit", "task", "fingerprint", "notes", "loader"}
    assert found["totals"] == {"samples": 900, "instances": 900, "unlabelled": 0, "classes": 3}
    assert found["classes"] == ["cat", "dog", "fox"]
    assert found["counts"][0] == {"split": "test", "group": None, "label": "cat", "instances": 60, "samples": 60}
    assert found["measures"]["splits"]["train"]["imbalance_ratio"] == 20
    assert set(found["findings"][0]) == {
        "code", "name", "severity", "message", "split", "label", "observed", "limit", "rows", "examples", "remedy",
    }  # fmt: skip
    assert set(found["coverage"][0]) == {"code", "state", "reason"}
    assert not (labels.parent / "reports").exists()


def test_the_same_data_give_the_same_bytes_in_every_file(run: Run, labels: Path) -> None:
    outputs = []
    for _ in range(2):
        assert run("scan", labels.name, "--split", "split", "--weights", "weights.pt").returncode == 0
        paths = [*sorted((labels.parent / "reports").rglob("*.*")), labels.parent / "weights.pt"]
        outputs.append([path.read_bytes() for path in paths])

    assert outputs[0] == outputs[1]
    assert len(outputs[0]) == 4


def test_no_absolute_path_gets_into_audit_json(run: Run, labels: Path) -> None:
    done = run("scan", labels, "--json", "-")

    assert str(labels.parent) not in done.stdout
    assert json.loads(done.stdout)["source"]["path"] == "labels.parquet"


def test_the_html_embeds_the_bytes_of_audit_json(run: Run, labels: Path) -> None:
    run("scan", labels.name)

    folder = labels.parent / "reports" / "labels"

    assert (folder / "audit.json").read_text() in (folder / "report.html").read_text()


def test_weights_written_by_a_scan_are_those_of_the_train_split(run: Run, labels: Path) -> None:
    done = run("scan", labels.name, "--split", "split", "--weights", "weights.pt")

    assert done.returncode == 0, done.stderr
    loaded = torch.load(labels.parent / "weights.pt")
    assert loaded["classes"] == ["cat", "dog", "fox"]
    assert loaded["counts"].tolist() == [600, 90, 30]
    torch.testing.assert_close(loaded["weight"], torch.tensor([720 / 1800, 720 / 270, 720 / 90]))
    assert (
        loaded["fingerprint"]
        == json.loads((labels.parent / "reports/labels/audit.json").read_text())["source"]["fingerprint"]
    )


def test_an_audit_json_can_be_scanned_again_without_the_data(run: Run, labels: Path) -> None:
    run("scan", labels.name, "--split", "split", "--json", "a.json")
    labels.unlink()

    done = run("scan", "a.json", "--json", "-")

    assert done.returncode == 0, done.stderr
    assert done.stdout == (labels.parent / "a.json").read_text()


def test_several_files_take_their_splits_from_their_names(run: Run, tmp_path: Path) -> None:
    for name, n in (("train.csv", 30), ("validation.csv", 25)):
        (tmp_path / name).write_text("label\n" + "cat\n" * n + "dog\n" * n)

    done = run("scan", "train.csv", "validation.csv", "--json", "-")

    assert list(json.loads(done.stdout)["measures"]["splits"]) == ["train", "val"]


def test_hostile_labels_are_escaped_wherever_they_are_shown(run: Run, tmp_path: Path) -> None:
    hostile = [
        "<script>alert(1)</script>",
        "[bold]red[/bold]",
        "../x",
        "a\nb",
        "\x1b[31mred\x1b[0m",
        "=1+1",
        "\u202egnp",
    ]
    pl.DataFrame({"label": hostile * 3 + ["cat"] * 30}).write_parquet(tmp_path / "h.parquet")

    done = run("scan", "h.parquet")

    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert "\u202e" not in done.stdout
    folder = tmp_path / "reports" / "h"
    assert "<script>alert" not in (folder / "report.html").read_text()
    assert "<script>alert" not in (folder / "report.md").read_text()
    assert "\x1b" not in (folder / "report.md").read_text()
    assert json.loads((folder / "audit.json").read_text())["classes"] == sorted([*hostile, "cat"])


BAD = {
    "no such file": ("nowhere.parquet", None, 2),
    "empty file": ("empty.parquet", b"", 5),
    "not parquet": ("text.parquet", b"hello, this is no parquet file at all", 2),
    "latin-1": ("latin.csv", "label\ncaf\xe9\n".encode("latin-1"), 2),
    "header only": ("rows.csv", b"label\n", 5),
    "no label column": ("columns.csv", b"kind,colour\na,b\n", 2),
    "two candidates": ("two.csv", b"label,target\na,b\n", 2),
}


@pytest.mark.parametrize(("name", "content", "code"), BAD.values(), ids=BAD)
def test_bad_input_ends_in_one_sentence_and_nothing_written(
    run: Run, tmp_path: Path, name: str, content: bytes | None, code: int
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)

    done = run("scan", name, "--weights", "weights.pt")

    assert done.returncode == code
    assert done.stdout == ""
    assert done.stderr.startswith("audit: ")
    assert len(done.stderr.splitlines()) == 1
    assert files_of(tmp_path) == ({name} if content is not None else set())


def test_truncated_parquet_is_refused_by_name(run: Run, labels: Path) -> None:
    whole = labels.read_bytes()
    labels.write_bytes(whole[: len(whole) // 2])

    done = run("scan", labels.name)

    assert done.returncode == 2
    assert "labels.parquet" in done.stderr


@pytest.mark.parametrize("values", [[0.5, 1.0], [1.0, float("nan")]], ids=["fractions", "nan"])
def test_a_label_column_of_measurements_is_refused(run: Run, tmp_path: Path, values: list[float]) -> None:
    pl.DataFrame({"label": values}).write_parquet(tmp_path / "f.parquet")

    done = run("scan", "f.parquet")

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_a_text_column_of_measurements_is_refused_and_one_of_whole_numbers_read_as_integers(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "measured.csv").write_text("label\n1.5\n2.0\n")
    (tmp_path / "whole.csv").write_text("label\n2.0\n10.0\nNaN\n2\n")

    refused = run("scan", "measured.csv")
    read = json.loads(run("scan", "whole.csv", "--json", "-").stdout)

    assert refused.returncode == 2
    assert '"1.5"' in refused.stderr
    assert {row["label"]: row["instances"] for row in read["counts"]} == {"2": 2, "10": 1, "NaN": 1}


def test_shards_of_different_types_are_refused_with_the_file_named(run: Run, tmp_path: Path) -> None:
    pl.DataFrame({"label": [1, 2]}).write_parquet(tmp_path / "a.parquet")
    pl.DataFrame({"label": ["x", "y"]}).write_parquet(tmp_path / "b.parquet")

    done = run("scan", "*.parquet")

    assert done.returncode == 2
    assert "b.parquet" in done.stderr


def test_a_folder_without_data_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    assert run("scan", "empty").returncode == 2


def test_a_wrong_option_is_a_usage_error(run: Run, labels: Path) -> None:
    assert run("scan", labels.name, "--lable", "species").returncode == 2
    assert 'Did you mean "balanced"?' in run("scan", labels.name, "--weights", "w.pt", "--scheme", "balancd").stderr
    assert files_of(labels.parent) == {"labels.parquet"}


def test_a_target_that_cannot_be_written_is_named_and_no_file_is_left(run: Run, labels: Path) -> None:
    (labels.parent / "blocked").write_text("a file where a folder should be")

    done = run("scan", labels.name, "--out", "blocked")

    assert done.returncode == 2
    assert "blocked" in done.stderr
    assert files_of(labels.parent) == {"labels.parquet", "blocked"}


@pytest.mark.parametrize(("kill", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)], ids=["interrupt", "kill"])
def test_an_interrupted_scan_leaves_no_report(tmp_path: Path, kill: signal.Signals, code: int) -> None:
    (tmp_path / "slow.py").write_text(
        "import time, pathlib, polars as pl\n"
        "def labels():\n"
        "    pathlib.Path('started').touch()\n"
        "    time.sleep(600)\n"
        "    return pl.LazyFrame({'label': ['a']})\n"
    )
    command = [sys.executable, "-m", "imbalance_audit", "scan", "slow.py", "--weights", "weights.pt"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while process.poll() is None and not (tmp_path / "started").exists():
            time.sleep(0.05)
        process.send_signal(kill)
        process.communicate()

    assert process.returncode == code
    assert {path.name for path in tmp_path.iterdir()} - {"__pycache__"} == {"slow.py", "started"}


def test_an_index_written_by_a_scan_holds_the_rows_of_the_train_split(run: Run, labels: Path) -> None:
    done = run("scan", labels.name, "--split", "split", "--json", "audit.json", "--index", "labels.idx")

    assert done.returncode == 0, done.stderr
    assert "wrote labels.idx" in done.stderr
    index = LabelIndex(labels.parent / "labels.idx")
    assert dict(zip(index.classes, index.counts, strict=True)) == {"cat": 600, "dog": 90, "fox": 30}
    assert index.grouped.rows.tolist() == list(range(720))
