from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from imbalance_audit import evaluate
from imbalance_audit.errors import MissingExtraError, OptionError
from imbalance_audit.evaluation import evaluating
from imbalance_audit.predictions.prediction_options import PredictionOptions
from imbalance_audit.predictions.reading import read_predictions

TABLE = {"label": ["cat", "dog", "dog"], "predicted": ["cat", "dog", "cat"]}


def test_without_scikit_learn_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluating, "find_spec", lambda _: None)

    with pytest.raises(MissingExtraError, match=r"imbalance-audit\[evaluation\]"):
        evaluate(TABLE)


def test_without_numpy_the_front_door_can_still_be_imported() -> None:
    code = "import sys; sys.modules['numpy'] = None; from imbalance_audit import evaluate"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_run_is_called_by_its_file_and_several_by_their_names(tmp_path: Path) -> None:
    path = tmp_path / "plain.v2.csv"
    pl.DataFrame(TABLE).write_csv(path)

    assert [run.name for run in evaluate(path, resamples=1).runs] == ["plain"]
    assert [run.name for run in evaluate({"a": path, "b": pl.DataFrame(TABLE)}, resamples=1).runs] == ["a", "b"]


def test_predictions_that_are_read_already_are_judged_as_they_are() -> None:
    read = read_predictions(TABLE, PredictionOptions(), name="mine")

    assert evaluate(read, resamples=1).runs[0].name == "mine"
    assert evaluate({"other": read}, resamples=1).runs[0].metrics == evaluate(TABLE, resamples=1).runs[0].metrics


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"confidence": 1.0}, "between 0 and 1"),
        ({"resamples": 0}, "at least one resample"),
        ({"target": "train"}, 'Expected the target "uniform"'),
        ({"target": {"cat": 0.5, "dog": 0.6}}, "sum to 1, got 1.1"),
        ({"target": {"cat": 2.0, "dog": -1.0}}, "from 0 to 1"),
        ({"target": {"cat": 1.0}}, "lacks the classes"),
        ({"target": "data"}, "--weights or --audit"),
        ({"counts": {"cat": 1, "dgo": 2}}, 'Did you mean "dog"'),
        ({"regions": (100, 20)}, "not known"),
        ({"counts": {"cat": 1, "dog": 2}, "regions": (20, 100)}, "the larger one first"),
        ({"costs": {"cat": {"cat": 0, "dog": 1}}}, "lacks the classes"),
        ({"costs": {"cat": {"cat": 5, "dog": 1}, "dog": {"cat": 1, "dog": 0}}}, "at least as much"),
    ],
)
def test_options_that_do_not_fit_are_refused(options: dict[str, object], said: str) -> None:
    with pytest.raises(OptionError, match=said):
        evaluate(TABLE, **options)  # type: ignore[arg-type]  # -- any option


def test_a_target_class_without_rows_is_noted() -> None:
    found = evaluate(TABLE, classes=["cat", "dog", "fox"], target={"cat": 0.5, "dog": 0.25, "fox": 0.25}, resamples=1)

    assert any(note.startswith("25.00% of the target prior is of 1 classes without a row here") for note in found.notes)


def test_a_class_that_is_never_predicted_has_an_f1_of_zero() -> None:
    (cat, dog) = evaluate({"label": ["cat", "cat", "dog"], "predicted": ["cat"] * 3}, resamples=1).runs[0].classes

    assert dog.precision.value is None
    assert dog.f1.value == 0
    assert cat.f1.value == pytest.approx(0.8)
