"""YOLO data sets on disk, beside ultralytics' rules stated over again here."""

from __future__ import annotations

import os
import pickle
from collections import Counter
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from imbalance_audit import scan
from imbalance_audit.errors import EmptySourceError, SourceError
from imbalance_audit.sources import read
from imbalance_audit.sources.reading_progress import told_to

BOX = "0.5 0.5 0.1 0.1"


def yolo(root: Path, labels: dict[str, str | None], **data: object) -> Path:
    """Write an image for each label file, and no label file where the text is None."""
    for name, text in labels.items():
        image, label = root / "images" / f"{name}.jpg", root / "labels" / f"{name}.txt"
        image.parent.mkdir(parents=True, exist_ok=True)
        label.parent.mkdir(parents=True, exist_ok=True)
        image.touch()
        if text is not None:
            label.write_text(text)
    file = root / "data.yaml"
    file.write_text(yaml.safe_dump({"train": "images/train", "names": ["cat", "dog"], **data}))
    return file


def ultralytics_label(image: Path) -> Path:
    """Return what img2label_paths makes of one image."""
    parts = list(image.parts)
    folders = [i for i, part in enumerate(parts[:-1]) if part == "images"]
    if folders:
        parts[folders[-1]] = "labels"
    return Path(*parts).with_name(image.name.rpartition(".")[0] + ".txt")


def rows(file: Path) -> list[tuple[object, ...]]:
    return sorted(read(file).frame.select("label", "id", "split").collect().rows(), key=repr)


def test_an_empty_and_an_absent_label_file_are_background(tmp_path: Path) -> None:
    audit = scan(
        yolo(tmp_path, {"train/a": f"0 {BOX}\n0 {BOX}\n1 {BOX}\n", "train/b": "", "train/c": None, "train/d": "\n \n"})
    )

    assert audit.counts.per_label() == {"cat": 2, "dog": 1}
    assert (audit.counts.total_samples, audit.counts.unlabelled) == (4, 3)
    assert (audit.source.kind, audit.source.unit) == ("yolo", "box")
    assert audit.source.loader == "ultralytics.data.utils.check_det_dataset"
    assert audit.classes == ("cat", "dog")


@pytest.mark.parametrize(
    "line",
    [
        f"1 {BOX}",
        f"1.0 {BOX}",
        f"1. {BOX}",
        f" 1\t{BOX} ",
        f"1 {BOX} .1 .2",
        f"1 {BOX} 0.1 0.2 2",
        f"1e0 {BOX}\r",
        "1 1e-3 1 +.5 1",
    ],
)
def test_boxes_polygons_and_keypoints_count_alike(tmp_path: Path, line: str) -> None:
    file = yolo(tmp_path, {"train/a": f"{line}\n0 {BOX}"})

    assert rows(file) == [("cat", "images/train/a.jpg", "train"), ("dog", "images/train/a.jpg", "train")]


@pytest.mark.parametrize(
    "line", ["cat 1 1 1 1", "0 1 1 1", "0.5 1 1 1 1", "nan 1 1 1 1", "0 nan 1 1 1", "0 1 1 1 x", "0,1,1,1,1"]
)
def test_a_malformed_line_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(
        SourceError, match=r"^labels/train/a\.txt, line 3: expected a class id and at least four numbers"
    ):
        read(yolo(tmp_path, {"train/a": f"0 {BOX}\n\n{line}\n"}))


def test_a_class_outside_the_names_is_counted_as_found(tmp_path: Path) -> None:
    file = yolo(tmp_path, {"train/a": f"2 {BOX}\n-1 {BOX}\n2.0 {BOX}\n0 {BOX}"}, names=["2", "1"])

    audit = scan(file)

    assert audit.classes == ("2", "1")
    assert audit.counts.per_label() == {"2": 1, "class 2": 2, "class -1": 1}


def test_names_with_gaps_are_closed_up_with_a_note(tmp_path: Path) -> None:
    audit = scan(yolo(tmp_path, {"train/a": f"7 {BOX}\n3 {BOX}\n7 {BOX}"}, names={7: "fox", 3: "hen"}))

    assert audit.classes == ("hen", "fox")
    assert audit.counts.per_label() == {"fox": 2, "hen": 1}
    assert audit.source.loader is None
    assert audit.source.notes == (
        'The ids in "names" of data.yaml have gaps: ultralytics refuses that. Here the gaps are closed.',
    )


def test_splits_are_folders_lists_of_folders_and_lists_of_images(tmp_path: Path) -> None:
    names = ["one/a", "two/deep/b", "val/c", "test/d"]
    file = yolo(
        tmp_path,
        dict.fromkeys(names, f"0 {BOX}"),
        train=["images/one", "../images/two"],
        val="val.txt",
        test="images/test",
    )
    (tmp_path / "val.txt").write_text("images/val/c.jpg\nREADME\n")

    splits = {"one": "train", "two": "train", "val": "val", "test": "test"}
    expected = {("cat", f"images/{name}.jpg", splits[name.split("/")[0]]) for name in names}
    assert set(rows(file)) == expected


def test_a_listed_image_that_is_nowhere_is_left_out_with_a_note(tmp_path: Path) -> None:
    file = yolo(tmp_path, {"train/a": None}, train="train.txt")
    (tmp_path / "train.txt").write_text("./images/train/a.jpg\n./images/train/gone.jpg\n")

    labels = read(file)

    assert labels.frame.collect().height == 1
    assert labels.notes == ("Listed train images that are not there and have no label file, left out: 1.",)


def test_the_root_is_the_folder_of_the_file_or_its_path(tmp_path: Path) -> None:
    yolo(tmp_path / "set", {"train/a": f"0 {BOX}"})
    moved = tmp_path / "data.yaml"
    (tmp_path / "set" / "data.yaml").rename(moved)
    moved.write_text(moved.read_text() + "path: set\n")

    assert rows(moved) == [("cat", "images/train/a.jpg", "train")]
    assert rows(tmp_path) == rows(moved)


def test_the_same_images_in_two_splits_are_found_as_a_leak(tmp_path: Path) -> None:
    audit = scan(yolo(tmp_path, {"train/a": f"0 {BOX}"}, val="images/train"))

    assert any(finding.code == "INT002" for finding in audit.findings)


def test_a_missing_test_folder_is_a_note_and_a_missing_train_folder_an_error(tmp_path: Path) -> None:
    labels = read(yolo(tmp_path, {"train/a": f"0 {BOX}"}, test="images/test"))

    assert labels.notes == ('data.yaml looks for test images in "images/test", which is not there.',)
    with pytest.raises(SourceError, match=r'looks for the train images in "images/gone", which is not there'):
        read(yolo(tmp_path, {}, train="images/gone"))


def test_a_cache_is_never_loaded(tmp_path: Path) -> None:
    file = yolo(tmp_path, {"train/a": f"0 {BOX}"})
    trap = tmp_path / "sprung"
    for cache in ("labels/train.cache", "labels/train/a.cache"):
        (tmp_path / cache).write_bytes(pickle.dumps(Trap(trap)))

    assert rows(file) == [("cat", "images/train/a.jpg", "train")]
    assert not trap.exists()


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def test_links_in_circles_and_pipes_do_not_hang(tmp_path: Path) -> None:
    file = yolo(tmp_path, {"train/a": f"0 {BOX}", "train/b": None})
    (tmp_path / "images" / "train" / "again").symlink_to(tmp_path / "images")
    os.mkfifo(tmp_path / "labels" / "train" / "b.txt")

    assert rows(file) == [("cat", "images/train/a.jpg", "train"), (None, "images/train/b.jpg", "train")]


def test_names_are_spelled_as_ultralytics_spells_them(tmp_path: Path) -> None:
    file = yolo(tmp_path, {"train/a": ""})
    file.write_text("train: images/train\nnames: [no, 007, 1.50, car, car]\n")

    labels = read(file)

    assert labels.classes == ("False", "7", "1.5", "car (id 3)", "car (id 4)")
    assert len(labels.notes) == 2


def test_without_names_the_classes_are_called_by_their_number(tmp_path: Path) -> None:
    file = yolo(tmp_path, {"train/a": f"2 {BOX}"})
    file.write_text("train: images/train\nnc: 3\n")

    audit = scan(file)

    assert audit.classes == ("class_0", "class_1", "class_2")
    assert audit.counts.per_label() == {"class_2": 1}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("train: [a\nnames: [b]", r"is not YAML at line 2, column 6"),
        ("train: images\nnames: !!python/object/apply:os.getcwd []", "could not determine a constructor"),
        ("train: images\nnames: [a]\nnc: !!int", "a value is broken"),
        ("train: images\nnames: [a]\nnc: !!bool x", "a value is broken"),
        ("train: images\nnames: [a]\nnc: !!timestamp x", "a value is broken"),
        ("names: " + "[" * 1200, "nests too deeply"),
        ("train: images/train\nnames: {a: b}", "a key that is no integer"),
        ("train: images/train\nnames: [[a], b]", "holds a list or an object"),
        ("train: images/train\nnames: []", 'has no "names"'),
        ("train: images/train\nnames: [a]\nnc: 2", "1 names and says nc: 2"),
        ("val:\nnames: [a]", "names no images"),
        ("train: images\npath: /not/there\nnames: [a]", 'The folder "/not/there"'),
        ("train: data.yaml\nnames: [a]", "neither a folder nor a .txt"),
        ("train: labels\nnames: [a]", "leads to no train images"),
        ('train: "a\\0b"\nnames: [a]', r"looks for the train images in .*, which is not there"),
        ("train: " + "9" * 400 + "\nnames: [a]", "which is not there"),
        ("train: images\npath: " + "9" * 400 + "\nnames: [a]", "The folder"),
        ("- train: names:", "is not YAML"),
        ("'train: names:'", "is no data.yaml"),
    ],
)
def test_a_data_yaml_that_cannot_be_followed_is_refused(tmp_path: Path, text: str, words: str) -> None:
    file = yolo(tmp_path, {"train/a": ""})
    file.write_text(text)

    with pytest.raises(SourceError, match=words):
        read(file)


def test_an_empty_data_yaml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data.yaml").write_text(" \n")

    with pytest.raises(EmptySourceError, match="is empty"):
        scan(tmp_path, format="yolo")


path_parts = st.lists(st.sampled_from(["images", "a", "b.c", "images2", "my images"]), min_size=1, max_size=5)


@given(folders=path_parts, suffix=st.sampled_from(["jpg", "PNG", "tar.jpeg"]))
@settings(max_examples=40)
def test_the_label_file_is_found_by_ultralytics_rule(
    folders: list[str], suffix: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("yolo")
    image = root.joinpath(*folders, f"x.{suffix}")
    image.parent.mkdir(parents=True)
    image.touch()
    label = ultralytics_label(image)
    label.parent.mkdir(parents=True, exist_ok=True)
    label.write_text(f"1 {BOX}\n")
    (root / "data.yaml").write_text(f"train: {folders[0]}\nnames: [cat, dog]\n")

    assert [label for label, *_ in rows(root / "data.yaml")] == ["dog"]


@given(ids=st.lists(st.lists(st.integers(0, 4), max_size=6), min_size=1, max_size=6))
@settings(max_examples=30)
def test_counts_are_those_of_the_first_fields(ids: list[list[int]], tmp_path_factory: pytest.TempPathFactory) -> None:
    names = [f"class {i}" for i in range(5)]
    files: dict[str, str | None] = {f"train/{i}": "\n".join(f"{n} {BOX}" for n in mine) for i, mine in enumerate(ids)}

    audit = scan(yolo(tmp_path_factory.mktemp("yolo"), files, names=names))

    assert audit.counts.per_label() == Counter(names[n] for mine in ids for n in mine)
    assert audit.counts.unlabelled == sum(not mine for mine in ids)
    assert audit.counts.total_samples == len(ids)


def test_a_long_reading_tells_how_far_it_is(tmp_path: Path) -> None:
    file = yolo(tmp_path, {f"train/{i}": f"0 {BOX}" for i in range(300)})
    told: list[tuple[str, int, int | None]] = []

    with told_to(lambda *step: told.append(step)):
        read(file)

    assert told == [("train labels", n, 300) for n in (0, 256, 300)]
