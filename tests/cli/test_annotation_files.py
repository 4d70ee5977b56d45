"""Which of the many kinds of .json a command is given, and annotation files as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

COCO = {
    "info": {"description": "imbalance-audit/audit"},
    "images": [{"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "b.jpg"}],
    "annotations": [{"image_id": 1, "category_id": 3}, {"image_id": 1, "category_id": 3}],
    "categories": [{"id": 3, "name": "cat"}, {"id": 1, "name": "dog"}],
}
RESULT = {"type": "choices", "from_name": "mood", "value": {"choices": ["good"]}}
TASKS = [{"id": 1, "data": {"text": "x"}, "annotations": [{"result": [RESULT], "was_cancelled": False}]}]


def found(run: Run, *arguments: str | Path) -> dict[str, object]:
    done = run("scan", *arguments, "--json", "-")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_every_kind_of_json_is_told_apart(run: Run, tmp_path: Path) -> None:
    (tmp_path / "coco.json").write_text(json.dumps(COCO))
    (tmp_path / "tasks.json").write_text(json.dumps(TASKS))
    (tmp_path / "lines.json").write_text('{"label": "cat"}\n{"label": "dog"}\n')
    assert run("scan", "coco.json", "--json", "audit.json").returncode == 0

    kinds = {name: dict(found(run, f"{name}.json")["source"])["kind"] for name in ("coco", "tasks", "lines", "audit")}  # type: ignore[call-overload]  # -- JSON

    assert kinds == {"coco": "coco", "tasks": "label-studio", "lines": "jsonl", "audit": "coco"}


def test_an_audit_is_told_by_its_format_wherever_it_stands_and_a_missing_one_is_missing(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "coco.json").write_text(json.dumps(COCO))
    run("scan", "coco.json", "--json", "audit.json")
    audit = json.loads((tmp_path / "audit.json").read_text())
    (tmp_path / "turned.json").write_text(json.dumps({"version": audit.pop("version"), **audit}, indent=4))
    (tmp_path / "cut.json").write_text((tmp_path / "audit.json").read_text()[:200])

    assert found(run, "turned.json") == found(run, "audit.json")
    for name, words in (("cut.json", "is not JSON"), ("gone.json", "gone.json")):
        done = run("check", name)
        assert (done.returncode, "audit" in done.stderr, words in done.stderr) == (2, True, True), done.stderr


def test_the_weights_of_a_coco_file_are_in_the_order_of_its_ids(run: Run, tmp_path: Path) -> None:
    (tmp_path / "coco.json").write_text(json.dumps(COCO))

    audit = found(run, "coco.json")

    assert audit["classes"] == ["dog", "cat"]
    assert audit["totals"] == {"samples": 2, "instances": 2, "unlabelled": 1, "classes": 2}


@pytest.mark.parametrize("text", ["", '{"images": [{', "[" * 50_000])
def test_whatever_a_json_file_holds_there_is_no_traceback(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)

    done = run("scan", "a.json")

    assert done.returncode in (2, 5), done.stderr
    assert "Traceback" not in done.stderr


def test_an_option_that_means_nothing_here_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "coco.json").write_text(json.dumps(COCO))

    done = run("scan", "coco.json", "--label", "category_id")

    assert done.returncode == 2
    assert "coco.json is coco, where --label means nothing. Leave it out." in done.stderr
