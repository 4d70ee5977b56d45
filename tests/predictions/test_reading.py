from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from imbalance_audit.errors import AuditError, EmptySourceError, OptionError, SourceError
from imbalance_audit.predictions.predicted import Predictions
from imbalance_audit.predictions.prediction_options import PredictionOptions
from imbalance_audit.predictions.reading import read_predictions

Made = Callable[..., pl.DataFrame]

NAMES = ("cat", "dog", "fox")


def read(source: object, **options: object) -> Predictions:
    return read_predictions(source, PredictionOptions(**options))  # type: ignore[arg-type]  # -- any option


@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl", "arrow", "csv.gz"])
def test_every_format_gives_the_same_predictions(predictions: Made, tmp_path: Path, suffix: str) -> None:
    frame = predictions(rows=50)
    path = tmp_path / f"predictions.{suffix}"
    if suffix == "parquet":
        frame.write_parquet(path)
    elif suffix == "jsonl":
        frame.write_ndjson(path)
    elif suffix == "arrow":
        frame.write_ipc(path)
    else:
        frame.to_pandas().to_csv(path, index=False)

    found, expected = read(path), read(frame)

    assert found.classes == expected.classes == NAMES
    assert found.truth.tolist() == expected.truth.tolist()
    assert np.allclose(found.scores, expected.scores)  # type: ignore[arg-type]  # -- there are scores
    assert found.path == path.name


@pytest.mark.parametrize("suffix", ["parquet", "jsonl"])
@pytest.mark.parametrize("labels", ["names", "indices"])
def test_lists_of_scores_are_in_the_order_of_the_declared_classes(
    predictions: Made, tmp_path: Path, suffix: str, labels: str
) -> None:
    frame = predictions(rows=50)
    scores = frame.select(f"logit_{name}" for name in NAMES).to_numpy()
    label = frame["label"] if labels == "names" else frame["label"].replace_strict({n: i for i, n in enumerate(NAMES)})
    path = tmp_path / f"predictions.{suffix}"
    lists = pl.DataFrame({"label": label, "logits": scores.tolist()})
    lists.write_parquet(path) if suffix == "parquet" else lists.write_ndjson(path)

    found = read(path, classes=NAMES)

    assert found.truth.tolist() == read(frame).truth.tolist()
    assert np.allclose(found.scores, scores)  # type: ignore[arg-type]  # -- None would fail as well


def test_lists_of_scores_without_declared_classes_are_refused() -> None:
    with pytest.raises(SourceError, match="--classes, --weights or --audit"):
        read({"label": ["cat", "dog"], "logits": [[1.0, 0.0], [0.0, 1.0]]})


def test_columns_are_matched_by_name_and_never_by_position(predictions: Made) -> None:
    frame = predictions(rows=50)

    found = read(frame, classes=("fox", "cat", "dog"))

    assert found.scores is not None
    assert np.allclose(found.scores[:, 0], frame["logit_fox"])
    assert [found.classes[at] for at in found.truth] == frame["label"].to_list()


def test_numbered_columns_are_the_declared_classes_by_index() -> None:
    table = {"label": ["dog", "cat"], "prob_1": [0.9, 0.2], "prob_0": [0.1, 0.8]}

    found = read(table, classes=("cat", "dog"))

    assert found.predicted.tolist() == found.truth.tolist() == [1, 0]


def test_ten_numbered_columns_are_in_the_order_of_their_numbers() -> None:
    table = {"label": [10, 9], **{f"prob_{i}": [float(i == 10), float(i == 9)] for i in range(11)}}

    assert read(table).classes == tuple(map(str, range(11)))
    assert read(table).predicted.tolist() == [10, 9]


def test_columns_called_like_declared_classes_hold_their_scores() -> None:
    table = {"label": ["cat", "dog"], "dog": [0.2, 0.7], "cat": [0.8, 0.3], "loss": [1.0, 2.0]}

    found = read(table, classes=("cat", "dog"))

    assert found.outputs == "probabilities"
    assert found.predicted.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("column", "values", "outputs", "said"),
    [
        ("prob", [0.2, 0.7], "probabilities", [0, 1]),
        ("logit", [-0.2, 0.7], "logits", [0, 1]),
    ],
)
def test_one_column_of_scores_is_of_the_positive_class(
    column: str, values: list[float], outputs: str, said: list[int]
) -> None:
    found = read({"label": [0, 1], column: values})

    assert (found.task, found.outputs, found.predicted.tolist()) == ("binary", outputs, said)
    assert found.scores is not None
    assert found.scores[:, 1].tolist() == values


def test_the_positive_class_can_be_named() -> None:
    found = read({"label": ["yes", "no"], "prob": [0.9, 0.2]}, positive="yes")
    first = read({"label": ["yes", "no"], "prob": [0.9, 0.2]}, positive="yes", classes=("yes", "no"))

    assert found.classes == ("no", "yes")
    assert found.predicted.tolist() == [1, 0]
    assert first.predicted.tolist() == [0, 1]


def test_one_column_of_scores_of_unknown_classes_is_refused() -> None:
    with pytest.raises(SourceError, match="positive one last"):
        read({"label": ["yes", "no"], "prob": [0.9, 0.2]})


def test_a_predicted_class_counts_before_the_scores_and_the_difference_is_noted() -> None:
    found = read({"label": [0, 1], "prob": [0.4, 0.45], "prediction": [0, 1]})

    assert found.predicted.tolist() == [0, 1]
    assert found.notes == ("1 rows are not predicted as their scores say; the predictions count.",)


@pytest.mark.parametrize(
    ("truth", "separator"),
    [
        ({"label": [["cat", "fox"], []]}, None),
        ({"label": ["cat|fox", ""]}, "|"),
        ({"label": [[0, 2], []]}, None),
        ({"label": [[1, 0, 1], [0, 0, 0]]}, None),
        ({"label_cat": [1, 0], "label_dog": [0, 0], "label_fox": [True, False]}, None),
        ({"label": pl.Series([[1, 0, 1], [0, 0, 0]], dtype=pl.Array(pl.Int8, 3))}, None),
    ],
)
def test_several_labels_a_row_are_read_however_they_are_written(
    truth: dict[str, object], separator: str | None
) -> None:
    table = {**truth, "logit_fox": [1.0, 0.5], "logit_cat": [2.0, -1.0], "logit_dog": [-1.0, -0.1]}

    found = read(table, classes=NAMES, separator=separator)

    assert found.task == "multilabel"
    assert found.truth.tolist() == [[1, 0, 1], [0, 0, 0]]
    assert found.predicted.tolist() == [[1, 0, 1], [0, 0, 1]]


def test_labels_kept_elsewhere_are_matched_by_id_and_split(tmp_path: Path) -> None:
    labels = {
        "id": ["a", "b", "c", "d"],
        "species": ["cat", "dog", "cat", "dog"],
        "part": ["test", "test", "train", "dev"],
    }
    path = tmp_path / "labels.parquet"
    pl.DataFrame(labels).write_parquet(path)
    table = {"id": ["b", "a"], "predicted": ["dog", "dog"]}

    found = read(table, truth=path, id="id", split="part", of_split="test", classes=("cat", "dog"))

    assert found.id is not None
    assert found.id.tolist() == ["a", "b"]
    assert found.truth.tolist() == [0, 1]
    assert found.predicted.tolist() == [1, 1]


def test_the_split_that_is_judged_is_known_by_its_usual_spellings() -> None:
    table = {"label": ["cat", "dog", "dog"], "predicted": ["cat", "dog", "cat"], "split": ["train", "valid", "dev"]}

    assert len(read(table, split="split", of_split="val").truth) == 2


@pytest.mark.parametrize(
    ("table", "options", "said"),
    [
        ({"label": ["cat", "wolf"], "predicted": ["cat", "cat"]}, {"classes": NAMES}, 'Row 2 .*"wolf".*none of the 3'),
        ({"label": ["cat", "dgo"], "predicted": ["cat", "cat"]}, {"classes": NAMES}, 'Did you mean "dog"'),
        ({"label": ["cat", None], "predicted": ["cat", "cat"]}, {}, r"Row 2 of memory has no label"),
        ({"label": ["cat", "dog"], "predicted": ["cat", None]}, {}, r"Row 2 of memory has no prediction"),
        ({"label": [0, 3], "predicted": [0, 0]}, {"classes": NAMES}, 'Row 2 .*"3"'),
        ({"label": [0.0, 0.5], "predicted": [0, 0]}, {}, "0.5, which is no whole number"),
        ({"label": ["cat"], "prob_cat": [0.5], "prob_dog": [0.4]}, {}, "Row 1 .* sums to 0.9"),
        ({"label": ["cat"], "prob_cat": [1.5], "prob_dog": [-0.5]}, {}, "Row 1 .* holds 1.5"),
        ({"label": ["cat"] * 2, "logit_cat": [0.5, 0.9], "logit_dog": [0.5, 0.1]}, {}, "these are probabilities"),
        ({"label": ["cat"], "logit_cat": [float("nan")], "logit_dog": [0.1]}, {}, 'score nan in "logit_cat"'),
        ({"label": ["cat"], "logit_cat": [float("inf")], "logit_dog": [0.1]}, {}, "score inf"),
        ({"label": ["cat"], "logit_cat": [None], "logit_dog": [0.1]}, {}, "has no score"),
        ({"label": ["cat"], "logit_cat": ["x"], "logit_dog": [0.1]}, {}, "score x"),
        ({"label": ["cat"], "logit_cat": [1.0], "logit_dog": [0.1]}, {"classes": NAMES}, 'none for the class "fox"'),
        ({"label": ["cat"], "logits": [[1.0, 2.0]]}, {"classes": NAMES}, "2 scores .* 3 classes"),
        ({"label": ["cat"] * 2, "logits": [[1.0, 2.0, 3.0], None]}, {"classes": NAMES}, "Row 2 .* has none scores"),
        ({"label": ["cat"], "logits": [[1.0, None, 2.0]]}, {"classes": NAMES}, "has no score"),
        ({"label": ["cat"], "prob_cat": [1.0], "logit_cat": [1.0]}, {}, "several columns that may hold scores"),
        ({"label": ["cat"], "y": [1], "predicted": ["cat"]}, {}, "several columns that may hold the truth"),
        ({"label": ["cat"], "loss": [1.0]}, {}, "known to hold scores or predictions"),
        ({"name": ["cat"], "predicted": ["cat"]}, {}, "known to hold the truth"),
        ({"label": ["cat"], "predicted": ["cat"]}, {"label": "labl"}, 'Did you mean "label"'),
        ({"label": ["cat"], "predicted": ["cat"]}, {"scores": "prob_*"}, 'begins with "prob_"'),
        ({"label": ["cat", "dog"], "score": [1, 0]}, {"classes": ("cat", "dog")}, "--outputs logits or"),
        ({"label": ["a", "b", "c"], "prob": [0.1, 0.2, 0.3]}, {"classes": ("a", "b", "c")}, "one score a row"),
        ({"id": ["a", "a"], "label": [0, 1], "predicted": [0, 1]}, {"id": "id"}, '1 ids on several rows, first "a"'),
        ({"id": ["a", None], "label": [0, 1], "predicted": [0, 1]}, {"id": "id"}, "Row 2 .* no id"),
        ({"label": ["cat"], "predicted": ["cat"]}, {"classes": ("cat", "cat")}, "twice"),
        ({"label": ["cat"], "predicted": ["cat"]}, {"truth": {"label": ["cat"]}}, "--id"),
        (
            {"label": ["cat"], "predicted": ["cat"], "s": ["x"]},
            {"split": "s", "of_split": "y"},
            'no row of the split "y"',
        ),
        (
            {"id": ["a"], "predicted": ["cat"]},
            {"id": "id", "truth": {"id": ["a", "b", "c"], "label": ["cat"] * 3}},
            '2 of the 3 labels .* no prediction .*, first "b", "c"',
        ),
        (
            {"id": ["a"], "predicted": ["cat"]},
            {"id": "id", "group": "sit", "truth": {"id": ["a"], "label": ["cat"], "site": ["x"]}},
            'no column "sit".* Did you mean "site"',
        ),
        (
            {"id": ["a", "z"], "predicted": ["cat"] * 2},
            {"id": "id", "truth": {"id": ["a"], "label": ["cat"]}},
            '1 predictions .* no label .*, first "z"',
        ),
        (
            {"id": ["a"], "predicted": ["cat"]},
            {"id": "id", "truth": {"id": ["a", "a"], "label": ["cat"] * 2}},
            "ids on several rows",
        ),
    ],
)
def test_what_cannot_be_judged_is_one_sentence_that_names_the_row(
    table: dict[str, object], options: dict[str, object], said: str
) -> None:
    with pytest.raises(AuditError, match=said) as caught:
        read(table, **options)

    assert isinstance(caught.value, SourceError | OptionError)


def test_an_error_after_a_split_names_the_row_of_the_file() -> None:
    table = {"label": ["cat", "cat", "owl"], "predicted": ["cat"] * 3, "split": ["train", "test", "test"]}

    with pytest.raises(SourceError, match="Row 3 "):
        read(table, split="split", of_split="test", classes=NAMES)


def test_probabilities_of_half_precision_are_scaled_to_sum_to_one() -> None:
    rng = np.random.default_rng(0)
    coarse = rng.dirichlet(np.ones(1000), 20).astype(np.float16)

    found = read({"label": [0] * 20, "probabilities": coarse.astype(np.float32)}, classes=tuple(map(str, range(1000))))

    assert found.scores is not None
    assert np.allclose(found.scores.sum(axis=1), 1, atol=1e-12)


def test_a_pandas_frame_is_read_as_it_stands(predictions: Made) -> None:
    frame = predictions(rows=20)

    assert read(pd.DataFrame(frame.to_dict())).truth.tolist() == read(frame).truth.tolist()


@pytest.mark.parametrize("content", [b"", b"label,predicted\n"])
def test_a_file_without_rows_is_nothing_to_judge(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "predictions.csv"
    path.write_bytes(content)

    with pytest.raises(EmptySourceError):
        read(path)


def test_shards_of_one_table_are_read_together(predictions: Made, tmp_path: Path) -> None:
    frame = predictions(rows=50)
    for rank in range(2):
        frame[rank::2].write_parquet(tmp_path / f"rank-{rank}.parquet")

    found = read(tmp_path / "rank-*.parquet", id="id")

    assert found.truth.tolist() == read(frame, id="id").truth.tolist()


def test_logits_of_probabilities_give_the_probabilities_back(predictions: Made) -> None:
    found = read(predictions(rows=20, kind="prob"))

    logits = found.logits()

    assert logits is not None
    assert found.scores is not None
    odds = np.exp(logits)
    assert np.allclose(odds / odds.sum(axis=1, keepdims=True), found.scores)


def test_logits_of_a_probability_of_zero_are_finite() -> None:
    many = read({"label": [["a"]], "prob_a": [0.0], "prob_b": [1.0]}).logits()
    one = read({"label": ["a"], "prob_a": [0.0], "prob_b": [1.0]}).logits()

    assert np.isfinite(many).all()  # type: ignore[arg-type]  # -- None would fail as well
    assert np.isfinite(one).all()  # type: ignore[arg-type]  # -- None would fail as well
