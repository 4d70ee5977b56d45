"""What Hugging Face's library writes, written by it: parquet, saved data sets, cache, repositories; and live ones."""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import PIL.Image
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from torch.utils.data import DataLoader, Subset

from imbalance_audit import scan
from imbalance_audit.errors import MissingExtraError, SourceError
from imbalance_audit.records import Audit, Labels
from imbalance_audit.sources import ReadOptions, read

datasets = pytest.importorskip("datasets")

NAMES = ["cat", "dog", "3"]
Counts = dict[tuple[str | None, str | None], int]


@pytest.fixture(autouse=True, scope="module")
def quiet() -> None:
    datasets.disable_progress_bars()


def made(labels: list[Any] | None = None, names: list[str] = NAMES) -> Any:  # noqa: ANN401 -- datasets has no stubs
    labels = [0, 1, 1, -1, 2] if labels is None else labels
    features = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=names)})
    return datasets.Dataset.from_dict({"text": ["x"] * len(labels), "label": labels}, features=features)


def counted(audit: Audit) -> Counts:
    counts = audit.counts
    return dict(zip(zip(counts.split, counts.label, strict=True), counts.instances, strict=True))


def expected(*parts: tuple[str | None, Any]) -> Counts:
    """Count what the library itself says of its rows: `int2str`, and no label for -1."""
    found: Counter[tuple[str | None, str | None]] = Counter()
    for split, part in parts:
        label = part.features["label"]
        found.update((split, None if code == -1 else label.int2str(code)) for code in part["label"])
    return dict(found)


def card(folder: Path, features: Any, *configs: str) -> None:  # noqa: ANN401 -- datasets has no stubs
    """Write the card that pushing to the Hub writes."""
    from datasets.info import DatasetInfosDict
    from huggingface_hub import DatasetCardData

    infos = {name: datasets.DatasetInfo(features=features, config_name=name) for name in configs or ("default",)}
    data = DatasetCardData()
    DatasetInfosDict(infos).to_dataset_card_data(data)
    (folder / "README.md").write_text(f"---\n{data.to_yaml()}\n---\n# A data set\n")


def bare(path: Path, **columns: list[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pl.DataFrame(columns).write_parquet(path)
    return path


def test_parquet_gives_the_names_of_its_classes_and_minus_one_is_no_label(tmp_path: Path) -> None:
    made().to_parquet(tmp_path / "a.parquet")

    audit = scan(tmp_path / "a.parquet")

    assert counted(audit) == expected((None, made()))
    assert (audit.classes, audit.source.loader) == (tuple(NAMES), "datasets.ClassLabel")
    assert audit.source.notes == ("Labels of -1 read as no label: 1.",)


def test_an_index_beyond_the_names_stays_as_found(tmp_path: Path) -> None:
    made([0, 1]).to_parquet(tmp_path / "a.parquet")
    metadata = pq.read_schema(tmp_path / "a.parquet").metadata
    pq.write_table(pa.table({"text": ["x"], "label": [7]}).replace_schema_metadata(metadata), tmp_path / "b.parquet")

    assert counted(scan(tmp_path / "b.parquet")) == {(None, "7"): 1}


def test_classes_that_are_called_like_numbers_are_still_indices(tmp_path: Path) -> None:
    names = ["2", "0", "1"]
    made([0, 0, 1], names).to_parquet(tmp_path / "a.parquet")

    assert counted(scan(tmp_path / "a.parquet")) == {(None, "2"): 2, (None, "0"): 1}


@pytest.mark.parametrize("kind", ["List", "LargeList", "Sequence"])
def test_lists_of_classes_are_several_labels(tmp_path: Path, kind: str) -> None:
    label = datasets.ClassLabel(names=NAMES)
    features = datasets.Features({"labels": getattr(datasets, kind)(label)})
    rows = {"labels": [[0, 1], [], [2, -1]]}
    datasets.Dataset.from_dict(rows, features=features).to_parquet(tmp_path / "a.parquet")

    audit = scan(tmp_path / "a.parquet")

    assert audit.source.task == "multilabel"
    assert counted(audit) == {(None, "cat"): 1, (None, "dog"): 1, (None, "3"): 1, (None, None): 1}


@pytest.mark.parametrize(
    "feature",
    [
        [{"_type": "ClassLabel", "names": NAMES}],
        {"_type": "Sequence", "feature": {"_type": "ClassLabel", "names": NAMES}},
    ],
)
def test_the_spellings_of_older_versions_are_read(tmp_path: Path, feature: object) -> None:
    text = json.dumps({"info": {"features": {"labels": feature}}})
    table = pa.table({"labels": [[0], [1, 2]]}).replace_schema_metadata({"huggingface": text})
    pq.write_table(table, tmp_path / "a.parquet")

    assert read(tmp_path / "a.parquet").classes == tuple(NAMES)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"info": 3}', '{"info": {"features": []}}', '{"info": {"features": 1}}']
)
def test_damaged_metadata_names_no_classes(tmp_path: Path, text: str) -> None:
    table = pa.table({"label": [0, 1]}).replace_schema_metadata({"huggingface": text})
    pq.write_table(table, tmp_path / "a.parquet")

    assert read(tmp_path / "a.parquet").classes is None


def test_shards_that_number_other_classes_are_refused(tmp_path: Path) -> None:
    made().to_parquet(tmp_path / "train.parquet")
    made(names=["dog", "cat", "3"]).to_parquet(tmp_path / "test.parquet")

    with pytest.raises(SourceError, match=r"One index means several; audit them apart"):
        read(tmp_path)


def test_a_shard_without_names_takes_those_of_the_others_and_says_so(tmp_path: Path) -> None:
    made().to_parquet(tmp_path / "train.parquet")
    pl.read_parquet(tmp_path / "train.parquet").write_parquet(tmp_path / "test.parquet")

    audit = scan(tmp_path)

    assert counted(audit) == expected(("train", made()), ("test", made()))
    assert any(note.startswith("test.parquet names no classes") for note in audit.source.notes)


def test_shards_of_other_types_are_named(tmp_path: Path) -> None:
    made().to_parquet(tmp_path / "train-00000-of-00002.parquet")
    bare(tmp_path / "train-00001-of-00002.parquet", text=["x"], label=["cat"])

    with pytest.raises(SourceError, match=r"is Int64 in train-00000-of-00002.parquet and String in train-00001"):
        read(tmp_path)


def test_the_users_order_keeps_what_the_indices_mean(tmp_path: Path) -> None:
    made().to_parquet(tmp_path / "a.parquet")

    other = scan(tmp_path / "a.parquet", classes=["3", "dog", "cat"])
    renamed = scan(tmp_path / "a.parquet", classes=["Katze", "Hund", "Drei"])

    assert (counted(other), other.classes) == (expected((None, made())), ("3", "dog", "cat"))
    assert counted(renamed)[None, "Hund"] == 2


def test_a_saved_data_set_is_the_shards_that_it_names(tmp_path: Path) -> None:
    made([0] * 9).save_to_disk(tmp_path / "saved", num_shards=3)
    made().save_to_disk(tmp_path / "saved", num_shards=2)
    shutil.copy(tmp_path / "saved" / "data-00000-of-00002.arrow", tmp_path / "saved" / "cache-0123.arrow")

    for name in ("saved", "saved/*", "saved/*.arrow"):
        audit = scan(str(tmp_path / name))
        assert counted(audit) == expected((None, made()))
        assert "Files beside a saved data set that are no part of it, left out: 4." in audit.source.notes
    assert (audit.classes, audit.source.kind) == (tuple(NAMES), "arrow")


def test_saved_splits_keep_their_names_and_old_ones_do_not_count(tmp_path: Path) -> None:
    splits = {"train": made(), "validation": made([0, 1]), "holdout": made([2])}
    datasets.DatasetDict(**splits, old=made()).save_to_disk(tmp_path / "saved")
    datasets.DatasetDict(**splits).save_to_disk(tmp_path / "saved")

    audit = scan(tmp_path / "saved")

    named = {"validation": "val"}
    assert counted(audit) == expected(*((named.get(split, split), part) for split, part in splits.items()))


def test_one_saved_shard_knows_its_classes_by_itself(tmp_path: Path) -> None:
    made().save_to_disk(tmp_path / "saved")
    shard = shutil.copy(tmp_path / "saved" / "data-00000-of-00001.arrow", tmp_path / "shard.arrow")

    assert counted(scan(shard)) == expected((None, made()))


def test_the_cache_counts_without_what_filter_made_of_it(tmp_path: Path) -> None:
    made().to_parquet(tmp_path / "a.parquet")
    files = {"train": str(tmp_path / "a.parquet")}
    loaded = datasets.load_dataset("parquet", data_files=files, cache_dir=str(tmp_path / "cache"))
    loaded["train"].map(lambda row: {"text": row["text"] * 2})
    folder = Path(loaded["train"].cache_files[0]["filename"]).parent
    assert list(folder.glob("cache-*.arrow"))

    assert counted(scan(folder)) == expected((None, made()))


@pytest.mark.parametrize(
    ("gone", "words"),
    [("train", "saved lacks its split train"), ("train/data-00000-of-00001.arrow", "train lacks its shard data-00000")],
)
def test_a_saved_data_set_that_lacks_a_part_is_refused(tmp_path: Path, gone: str, words: str) -> None:
    datasets.DatasetDict(train=made(), test=made()).save_to_disk(tmp_path / "saved")
    target = tmp_path / "saved" / gone
    shutil.rmtree(target) if target.is_dir() else target.unlink()

    with pytest.raises(SourceError, match=words):
        read(tmp_path / "saved")


def test_a_truncated_shard_and_a_truncated_state_are_named(tmp_path: Path) -> None:
    made(list(range(3)) * 4000).save_to_disk(tmp_path / "saved")
    shard = tmp_path / "saved" / "data-00000-of-00001.arrow"
    shard.write_bytes(shard.read_bytes()[:-20_000])
    with pytest.raises(SourceError, match=r"data-00000-of-00001\.arrow"):
        scan(tmp_path / "saved")

    state = tmp_path / "saved" / "state.json"
    state.write_text(state.read_text()[:40])
    with pytest.raises(SourceError, match=r"saved/state\.json is no JSON"):
        read(tmp_path / "saved")


def test_rows_that_an_old_version_keeps_apart_are_not_guessed(tmp_path: Path) -> None:
    made().save_to_disk(tmp_path / "saved")
    state = json.loads((tmp_path / "saved" / "state.json").read_text())
    (tmp_path / "saved" / "state.json").write_text(json.dumps({**state, "_indices_files": [{"filename": "i.arrow"}]}))

    with pytest.raises(SourceError, match="save it again"):
        read(tmp_path / "saved")


def test_a_repository_names_its_classes_in_its_card(tmp_path: Path) -> None:
    card(tmp_path, made().features)
    bare(tmp_path / "data" / "train-00000-of-00001.parquet", text=["x"] * 3, label=[0, 1, -1])
    bare(tmp_path / "data" / "validation-00000-of-00001.parquet", text=["x"], label=[2])

    for name in (tmp_path, tmp_path / "data"):
        audit = scan(name)
        assert counted(audit) == {("train", "cat"): 1, ("train", "dog"): 1, ("train", None): 1, ("val", "3"): 1}
        assert audit.classes == tuple(NAMES)


def test_older_repositories_name_their_classes_in_json(tmp_path: Path) -> None:
    info = {"features": made().features.to_dict(), "splits": {}}
    (tmp_path / "dataset_infos.json").write_text(json.dumps({"default": info}))
    bare(tmp_path / "train.parquet", text=["x"], label=[1])

    assert counted(scan(tmp_path)) == {(None, "dog"): 1}


def test_a_card_of_other_columns_is_not_used(tmp_path: Path) -> None:
    card(tmp_path, datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["x", "y"])}))
    bare(tmp_path / "train.parquet", text=["x"], label=[1])

    labels = read(tmp_path / "train.parquet")

    assert (labels.classes, labels.names) == (None, {})
    assert labels.notes == ("README.md describes other columns than train.parquet has: not used.",)


def test_configurations_that_disagree_are_not_guessed(tmp_path: Path) -> None:
    card(tmp_path, made().features, "a", "b")
    bare(tmp_path / "train.parquet", text=["x"], label=[1])
    assert read(tmp_path / "train.parquet").classes == tuple(NAMES)

    readme = tmp_path / "README.md"
    head, tail = readme.read_text().rsplit("'0': cat", 1)
    readme.write_text(f"{head}'0': fox{tail}")
    with pytest.raises(SourceError, match=r"several configurations .* --classes"):
        read(tmp_path / "train.parquet")


@pytest.mark.parametrize(
    "text", ["# no head", "---\nclass_label: [\n---\n", "---\nclass_label: 3\n---\n", "---\n- class_label\n"]
)
def test_a_readme_that_describes_nothing_is_no_error_unless_it_is_broken(tmp_path: Path, text: str) -> None:
    (tmp_path / "README.md").write_text(text)
    bare(tmp_path / "train.parquet", text=["x"], label=[1])

    if "[" in text:
        with pytest.raises(SourceError, match=r"YAML at the head of README\.md cannot be read"):
            read(tmp_path / "train.parquet")
    else:
        assert read(tmp_path / "train.parquet").classes is None


def test_without_a_yaml_reader_the_extra_is_named_unless_the_user_names_the_classes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card(tmp_path, made().features)
    file = bare(tmp_path / "train.parquet", text=["x"], label=[1])
    monkeypatch.setitem(sys.modules, "yaml", None)
    monkeypatch.setattr("imbalance_audit.sources.tables.huggingface.find_spec", {}.get)

    with pytest.raises(MissingExtraError, match=r"imbalance-audit\[yaml\]"):
        read(file)
    assert read(file, ReadOptions(classes=("a", "b"))).classes == ("a", "b")


def live(labels: list[int] | None = None) -> Any:  # noqa: ANN401 -- datasets has no stubs
    """Return a data set whose images fail when they are decoded."""
    labels = [0, 1, 1, -1, 2] if labels is None else labels
    features = datasets.Features(
        {
            "image": datasets.Image(),
            "label": datasets.ClassLabel(names=NAMES),
            "objects": {"category": datasets.List(datasets.ClassLabel(names=["box", "bag"]))},
        }
    )
    rows = {
        "image": [{"bytes": b"no image", "path": None}] * len(labels),
        "label": labels,
        "objects": [{"category": [0, 1, 1]}] * len(labels),
    }
    return datasets.Dataset.from_dict(rows, features=features)


def test_the_images_of_the_live_stand_in_really_fail() -> None:
    with pytest.raises(PIL.UnidentifiedImageError):
        live()[0]


def test_a_live_data_set_gives_the_rows_that_it_holds_now() -> None:
    part = live().filter(lambda label: label > 0, input_columns="label").shuffle(seed=1).select([0, 2])

    audit = scan(part)

    assert counted(audit) == expected((None, part.remove_columns("image")))
    assert (audit.classes, audit.source.loader) == (tuple(NAMES), "datasets.ClassLabel")


def test_live_splits_are_the_keys_of_their_dictionary() -> None:
    parts = {"train": live(), "validation": live([0, -1]), "extra": live([2])}
    wanted = expected(*(({"validation": "val"}.get(k, k), part.remove_columns("image")) for k, part in parts.items()))

    assert counted(scan(datasets.DatasetDict(parts))) == wanted
    assert counted(scan(parts)) == wanted


def test_a_feature_inside_another_is_named_with_a_dot() -> None:
    assert counted(scan(live([0, 0]), label="objects.category")) == {(None, "box"): 2, (None, "bag"): 4}


def test_loaders_and_subsets_of_a_live_data_set_find_its_labels() -> None:
    assert counted(scan(DataLoader(live()))) == expected((None, live().remove_columns("image")))
    assert counted(scan(Subset(live(), [1, 4]))) == {(None, "dog"): 1, (None, "3"): 1}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            lambda: live().to_iterable_dataset(),
            r"IterableDataset, whose labels can only be had by reading every sample",
        ),
        (
            lambda: datasets.IterableDatasetDict(train=live().to_iterable_dataset()),
            r"the split train is of type Iterable",
        ),
        (lambda: datasets.DatasetDict(), "holds no split"),
        (lambda: datasets.DatasetDict(a=made(), b=made(names=["x"], labels=[0])), "number different classes"),
        (
            lambda: datasets.DatasetDict(a=made(), b=made().remove_columns("label").add_column("n", [1] * 5)),
            "the split b has no",
        ),
    ],
)
def test_live_objects_without_labels_to_be_had_are_refused(source: Callable[[], object], words: str) -> None:
    with pytest.raises(SourceError, match=words):
        read(source())


def test_the_only_class_label_is_the_label_whatever_its_name() -> None:
    assert counted(scan(made().rename_column("label", "what"))) == counted(scan(made()))


def test_a_transform_is_not_applied_and_is_said() -> None:
    def decoding(batch: object) -> object:
        raise AssertionError(batch)

    labels: Labels = read(live().with_transform(decoding))

    assert labels.notes[0].startswith("The dataset has a transform, which was not applied")
