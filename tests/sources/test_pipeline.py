"""Python files that define labels()."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from imbalance_audit.errors import EmptySourceError, SourceError
from imbalance_audit.sources import ReadOptions, read


def write(path: Path, text: str) -> Path:
    path.write_text("from __future__ import annotations\nimport polars as pl\n" + text)
    return path


def test_a_lazy_frame_is_read_by_its_tidy_columns(tmp_path: Path) -> None:
    file = write(
        tmp_path / "p.py",
        "def labels(): return pl.LazyFrame({'label': ['a'], 'split': ['dev'], 'id': [1], 'group': [7], 'y': [0]})\n",
    )

    labels = read(file)

    assert labels.frame.collect().to_dicts() == [{"label": "a", "id": 1, "split": "dev", "group": "7"}]
    assert labels.split_names["dev"] == "val"
    assert (labels.path, labels.kind) == ("p.py", "pipeline")


def test_column_options_apply_to_a_frame(tmp_path: Path) -> None:
    file = write(tmp_path / "p.py", "def labels(): return pl.LazyFrame({'kind': ['a|b'], 'n': [1]})\n")

    labels = read(file, ReadOptions(label=("kind",), separator="|"))

    assert labels.frame.collect()["label"].to_list() == ["a", "b"]


def test_tidy_labels_are_used_as_they_are(tmp_path: Path) -> None:
    text = "from imbalance_audit.records import Labels\n"
    file = write(tmp_path / "p.py", text + "def labels(): return Labels(pl.LazyFrame({'label': ['a']}), unit='box')\n")

    labels = read(file)

    assert (labels.unit, labels.kind, labels.path) == ("box", "pipeline", "p.py")
    with pytest.raises(SourceError, match="Leave the column options out"):
        read(file, ReadOptions(label=("label",)))


def test_markers_of_ones_own_make_it_multilabel(tmp_path: Path) -> None:
    columns = "{'label': ['a', 'b'], 'new_sample': [True, False], 'new_label': [True, True]}"
    file = write(tmp_path / "p.py", f"def labels(): return pl.LazyFrame({columns})\n")

    assert read(file).task == "multilabel"


def test_its_folder_is_importable_while_it_runs_and_stdout_stays_clean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "beside_it_4711.py").write_text("WORD = 'fox'\n")
    text = "from beside_it_4711 import WORD\nfrom dataclasses import dataclass\n@dataclass\nclass A:\n    x: int\n"
    file = write(tmp_path / "p.py", text + "print('noise')\ndef labels(): return pl.LazyFrame({'label': [WORD]})\n")
    before = list(sys.path)

    labels = read(file)

    assert labels.frame.collect()["label"].to_list() == ["fox"]
    assert sys.path == before
    assert capsys.readouterr() == ("", "noise\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1\n", r"p\.py defines no function labels\(\)"),
        ("def labels(): return [1]\n", r"labels\(\) in p\.py returned list\. Return a polars LazyFrame, or Labels"),
        ("def labels():\n    return 1 / 0\n", r"failed at p\.py, line 4: ZeroDivisionError: division by zero"),
        ("def labels(:\n", r"failed at p\.py, line 3: SyntaxError"),
        ("import nothing_of_this_name\n", r"line 3: ModuleNotFoundError: No module named"),
        ("import sys\nsys.exit('stop')\n", r"line 4: SystemExit: stop"),
        ("def labels(): return pl.LazyFrame({'a': [1]}).select('b')\n", r"p\.py cannot be read"),
        (
            "def labels(): return pl.LazyFrame({'a': [1], 'b': [1]})\n",
            r"p\.py has no column that is known to hold labels",
        ),
        ("def labels(): return pl.LazyFrame({'label': ['a'], 'weight': [0.5]})\n", "is no whole number ≥ 0 in 1 rows"),
    ],
)
def test_what_is_wrong_in_a_pipeline_is_said_in_a_sentence(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        read(write(tmp_path / "p.py", text))


def test_an_empty_pipeline_is_empty(tmp_path: Path) -> None:
    (tmp_path / "p.py").write_text("\n")

    with pytest.raises(EmptySourceError, match=r"p\.py is empty"):
        read(tmp_path / "p.py")
