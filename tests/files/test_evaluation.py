from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imbalance_audit import Evaluation, evaluate
from imbalance_audit.errors import AuditFileError
from imbalance_audit.files.evaluation import EVALUATION, dump_evaluation, load_evaluation, save_evaluation


@pytest.fixture
def full() -> Evaluation:
    """Return an evaluation in which every part of the record stands."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 90)
    names = ["cat", "</script><b>", "fox"]
    costs = {a: {b: float(a != b) for b in names} for a in names}
    runs = {name: {"label": truth, "logits": rng.normal(size=(90, 3))} for name in ("plain", "weighted & more")}
    return evaluate(
        runs,
        classes=names,
        counts={"cat": 500, "</script><b>": 50, "fox": 5},
        costs=costs,
        target="uniform",
        require=["macro_f1>=0.7", "region_recall[few]>=0.1"],
        resamples=20,
    )


def test_an_evaluation_comes_back_as_it_was_written(full: Evaluation, tmp_path: Path) -> None:
    save_evaluation(full, tmp_path / "evaluation.json")

    assert load_evaluation(tmp_path / "evaluation.json") == full
    assert EVALUATION.says(tmp_path / "evaluation.json")


def test_the_same_predictions_give_the_same_bytes() -> None:
    table = {"label": [0, 1, 1, 0], "prob": [0.2, 0.7, 0.4, 0.6]}

    assert dump_evaluation(evaluate(table)) == dump_evaluation(evaluate(table))


def test_the_text_is_json_that_can_stand_in_a_script_element(full: Evaluation) -> None:
    text = dump_evaluation(full)

    found = json.loads(text)
    assert found["format"] == "imbalance-audit/evaluation"
    assert found["version"] == 1
    assert found["runs"][0]["classes"][1]["label"] == "</script><b>"
    assert not set("<>&") & set(text)


def test_what_is_not_defined_is_null(tmp_path: Path) -> None:
    evaluation = evaluate({"label": ["cat"], "predicted": ["cat"]}, classes=["cat", "dog"], require=["nll<1"])
    save_evaluation(evaluation, tmp_path / "evaluation.json")

    found = json.loads((tmp_path / "evaluation.json").read_text())
    assert found["runs"][0]["classes"][1]["recall"] == {"value": None, "low": None, "high": None}
    assert found["requirements"] == [{"text": "nll<1", "run": "run", "observed": None, "met": False}]
    assert load_evaluation(tmp_path / "evaluation.json") == evaluation


Edit = Callable[[dict[str, object]], object]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda found: found.update(version=2), "has version 2, this program reads version 1"),
        (lambda found: found.update(format="imbalance-audit/audit"), "is not an evaluation"),
        (lambda found: found.pop("runs"), "required field `runs`"),
        (
            lambda found: found["runs"][0]["metrics"].update(accuracy=3),
            r"at \$\.runs\[0\]\.metrics\[...\]: Expected `object`, got `int`",
        ),
        (lambda found: found.update(runs=[3]), r"at \$\.runs\[0\]: Expected `object`, got `int`"),
        (lambda found: found.update(target=5), r"at \$\.target: Expected `object \| null`, got `int`"),
        (lambda found: found.pop("seed"), "required field `seed`"),
        (lambda found: found.update(resamples=float("inf")), "is not JSON"),
    ],
    ids=["version", "format", "no runs", "no estimate", "no run", "no target", "no seed", "no number of resamples"],
)
def test_another_or_a_damaged_file_is_refused(full: Evaluation, tmp_path: Path, edit: Edit, said: str) -> None:
    found = json.loads(dump_evaluation(replace(full)))
    edit(found)
    path = tmp_path / "evaluation.json"
    path.write_text(json.dumps(found))

    with pytest.raises(AuditFileError, match=said):
        load_evaluation(path)


@pytest.mark.parametrize("content", ["", "[1, 2", "[" * 100_000, "3"])
def test_a_file_that_is_no_object_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "evaluation.json"
    path.write_text(content)

    assert not EVALUATION.says(path)
    with pytest.raises(AuditFileError):
        load_evaluation(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AuditFileError, match="No such file"):
        load_evaluation(tmp_path / "evaluation.json")
