"""A class-folder tree gives the classes and the rows that torchvision's ImageFolder would."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imbalance_audit import class_weights, scan
from imbalance_audit.errors import AuditError, EmptySourceError, SourceError
from imbalance_audit.sources import ReadOptions, read
from imbalance_audit.sources.layouts.folder_tree import LOADER

SUFFIXES = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")


def image_folder(root: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """What ImageFolder(root, allow_empty=True) holds, by torchvision's law: classes, and (path, class) row by row.

    `find_classes`: the sorted names of all folders. `make_dataset`: class by class, the sorted triples of
    `os.walk` with links followed, their files sorted, those whose lower-case name ends with a known suffix.
    """
    classes = sorted(entry.name for entry in os.scandir(root) if entry.is_dir())
    rows = []
    for name in classes:
        for folder, _, files in sorted(os.walk(root / name, followlinks=True)):
            kept = [file for file in sorted(files) if file.lower().endswith(SUFFIXES)]
            rows += [(Path(folder, file).relative_to(root).as_posix(), name) for file in kept]
    return classes, rows


def grow(root: Path, *paths: str) -> Path:
    """Make these files, and with a slash at the end these folders."""
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        if path.endswith("/"):
            (root / path).mkdir(parents=True, exist_ok=True)
        else:
            (root / path).touch()
    return root


def rows(root: Path, **options: object) -> list[tuple[object, ...]]:
    labels = read(root, ReadOptions(**options))  # type: ignore[arg-type]  # -- each test passes what fits
    return labels.frame.select("id", "label").collect().rows()


NAMES = st.text(st.sampled_from("aB1. _é\n\x1b-"), min_size=1, max_size=4).filter(lambda name: name not in (".", ".."))
FILES = st.builds("{}{}".format, NAMES, st.sampled_from(["", ".jpg", ".PNG", ".webp", ".txt", ".jpg.bak"]))
PATHS = st.lists(st.builds(os.path.join, NAMES, st.lists(NAMES, max_size=2).map("/".join), FILES))


@given(paths=PATHS)
@settings(max_examples=60)
def test_classes_rows_and_their_order_are_those_of_imagefolder(paths: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = grow(Path(folder), "anchor/a.jpg")
        for path in paths:
            try:
                grow(root, path)
            except OSError:  # a file where the next path needs a folder
                continue
        classes, expected = image_folder(root)

        labels = read(root, ReadOptions(format="folder-tree"))

        assert labels.classes == tuple(classes)
        assert labels.loader == LOADER
        assert rows(root, format="folder-tree") == expected


def test_numbers_are_ordered_as_text_as_the_loader_does_and_naturally_on_demand(tmp_path: Path) -> None:
    root = grow(tmp_path, *(f"{name}/a.jpg" for name in ("1", "2", "10")))

    audit, natural = scan(root), scan(root, class_order="natural")

    assert audit.classes == ("1", "10", "2")
    assert audit.source.loader == LOADER
    assert (natural.classes, natural.source.loader) == (("1", "2", "10"), None)
    assert class_weights(audit).classes == audit.classes


@pytest.mark.parametrize(
    "names", [("train", "val", "test"), ("Training", "Validation", "Testing"), ("train2017", "val2017", "test2017")]
)
def test_folders_named_for_splits_are_splits(tmp_path: Path, names: tuple[str, ...]) -> None:
    root = grow(tmp_path, *(f"{name}/{label}/a.jpg" for name in names for label in ("cat", "dog")))

    counts = scan(root).counts

    assert counts.splits == ("test", "train", "val")
    assert counts.per_label() == {"cat": 3, "dog": 3}


def test_each_named_folder_is_a_split_where_several_are_named(tmp_path: Path) -> None:
    root = grow(tmp_path, "train/cat/a.jpg", "val/cat/a.jpg", "rest/dog/a.jpg")

    labels = read([root / "train", root / "val"])

    assert labels.frame.select("id", "split").collect().rows() == [
        ("train/cat/a.jpg", "train"),
        ("val/cat/a.jpg", "val"),
    ]
    assert rows(root / "train") == [("cat/a.jpg", "cat")]


@pytest.mark.parametrize(
    "paths",
    [
        ("bus/a.jpg", "car/a.jpg", "train/a.jpg"),
        ("bus/a.jpg", "train/steam/a.jpg"),
        ("bus/x/a.jpg", "train/steam/a.jpg"),
    ],
)
def test_a_class_called_train_is_no_split(tmp_path: Path, paths: tuple[str, ...]) -> None:
    audit = scan(grow(tmp_path, *paths))

    assert audit.counts.splits == ()
    assert "train" in audit.classes


def test_a_folder_that_shares_classes_with_a_split_is_one_and_others_are_named(tmp_path: Path) -> None:
    root = grow(tmp_path, "train/cat/a.jpg", "val/cat/a.jpg", "holdout/cat/a.jpg", "docs/figures/a.jpg", ".git/x/a.jpg")

    audit = scan(root)

    assert audit.counts.splits == ("holdout", "train", "val")
    assert any('left out: "docs".' in note for note in audit.source.notes)


def test_a_class_seen_only_in_val_shifts_no_index_of_train(tmp_path: Path) -> None:
    root = grow(tmp_path, "train/b/1.jpg", "train/c/1.jpg", "val/a/1.jpg", "val/b/1.jpg")

    audit = scan(root)

    assert audit.classes == ("b", "c") == tuple(image_folder(root / "train")[0])
    assert {finding.label for finding in audit.findings if finding.name == "unknown-label"} == {"a"}
    assert any('numbers classes otherwise: index 0 is "a" instead of "b"' in note for note in audit.source.notes)


@pytest.mark.parametrize("stray", [".ipynb_checkpoints/", "empty/", "__MACOSX/._x", "notes/readme.txt"])
def test_a_folder_without_a_sample_keeps_the_index_that_the_loader_gives_it_and_is_named(
    tmp_path: Path, stray: str
) -> None:
    root = grow(tmp_path, "cat/a.jpg", "dog/a.jpg", stray)
    name = stray.split("/")[0]

    audit = scan(root)

    assert audit.classes == tuple(image_folder(root)[0])
    assert name in audit.classes
    assert {finding.label for finding in audit.findings if finding.name == "unseen-class"} == {name}
    assert any(f'without a sample: "{name}"' in note for note in audit.source.notes)


def test_a_split_folder_without_class_folders_holds_samples_without_a_label(tmp_path: Path) -> None:
    audit = scan(grow(tmp_path, "train/cat/a.jpg", "test/1.jpg", "test/2.jpg"))

    assert audit.counts.unlabelled == 2
    assert audit.classes == ("cat",)


def test_what_the_loader_passes_over_is_counted_in_a_note(tmp_path: Path) -> None:
    root = grow(tmp_path, "cat/a.jpg", "cat/._a.jpg", "cat/a.json", "cat/b.json", "cat/c", "loose.jpg")

    labels = read(root)

    assert rows(root) == image_folder(root)[1]
    assert any("left out: .json 2, without a suffix 1" in note for note in labels.notes)
    assert any("beside the class folders left out, as ImageFolder does: 1." in note for note in labels.notes)
    assert any("Hidden files counted" in note for note in labels.notes)


def test_folders_of_one_split_that_differ_name_no_loader(tmp_path: Path) -> None:
    root = grow(tmp_path, "train2014/a/1.jpg", "train2017/a/1.jpg", "train2017/b/1.jpg")

    labels = read(root)

    assert labels.classes == ("a", "b")
    assert labels.loader is None
    assert any("different class folders" in note for note in labels.notes)


@pytest.mark.parametrize("asked", ["wav", ".WAV", ".wav"])
def test_any_suffix_is_read_on_demand(tmp_path: Path, asked: str) -> None:
    root = grow(tmp_path, "yes/a.wav", "no/b.WAV", "no/c.jpg")

    assert rows(root, extensions=(asked,)) == [("no/b.WAV", "no"), ("yes/a.wav", "yes")]


def test_links_are_followed_but_not_in_circles(tmp_path: Path) -> None:
    root = grow(tmp_path / "root", "cat/a.jpg", "dog/deep/b.jpg")
    elsewhere = grow(tmp_path / "elsewhere", "c.jpg")
    (root / "fox").symlink_to(elsewhere)
    (root / "cat" / "gone.jpg").symlink_to(tmp_path / "nowhere")
    expected = image_folder(root)[1]
    (root / "dog" / "deep" / "up").symlink_to(root / "dog")
    (root / "dog" / "root").symlink_to(root)
    (root / "dog" / "self").symlink_to("self")
    (root / "self").symlink_to("self")

    labels = read(root)

    assert rows(root) == expected
    assert any("lead back to a folder above them, not followed: 2." in note for note in labels.notes)


def test_names_that_are_no_text_count_and_a_class_that_is_none_is_refused(tmp_path: Path) -> None:
    root = grow(tmp_path, "cat/a.jpg")
    try:
        (root / "cat" / os.fsdecode(b"\xff.jpg")).touch()
    except OSError:
        pytest.skip("the file system takes UTF-8 names only")

    assert rows(root) == [("cat/a.jpg", "cat"), ("cat/\\xff.jpg", "cat")]

    grow(root, os.fsdecode(b"\xe9t\xe9/a.jpg"))
    with pytest.raises(SourceError, match=r'^The folder name "\\\\xe9t\\\\xe9" is not UTF-8 text'):
        scan(root)


def test_nothing_that_acts_on_a_terminal_leaves_a_name(tmp_path: Path) -> None:
    root = grow(tmp_path, "a\x1b[31m\nb/", "cat/a.jpg", "train\x1b[0m/x/1.jpg", "cat/b.t\x1bt")

    notes = " ".join(read(root, ReadOptions(format="folder-tree")).notes)

    assert notes.isprintable()


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (("cat/a.wav", "dog/b.wav"), r"holds no file that ends in \.bmp, .* It holds \.wav 2\. Pass the suffix"),
        (("cat/", "dog/"), r"holds no file that ends in .*: there is nothing to check"),
        (("a.jpg", "b.jpg"), r"holds 2 samples and no class folder with one"),
    ],
)
def test_a_tree_without_a_sample_says_what_is_looked_for(tmp_path: Path, paths: tuple[str, ...], message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read(grow(tmp_path, *paths), ReadOptions(format="folder-tree"))


def test_a_tree_of_sounds_is_known_and_asks_for_its_suffix(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"--extensions \.wav"):
        read(grow(tmp_path, "yes/a.wav", "no/b.wav"))


@pytest.mark.parametrize("missing", ["nowhere", "file.jpg"])
def test_what_is_no_folder_is_refused(tmp_path: Path, missing: str) -> None:
    grow(tmp_path, "file.jpg")

    with pytest.raises(AuditError, match=f"{missing} is no folder"):
        read(tmp_path / missing, ReadOptions(format="folder-tree"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    root = grow(tmp_path, "cat/a.jpg", "dog/a.jpg")
    (root / "dog").chmod(0)
    try:
        with pytest.raises(SourceError, match=r"^dog may not be read"):
            read(root)
    finally:
        (root / "dog").chmod(0o755)


@pytest.mark.parametrize(
    "paths",
    [
        ("labels.csv", "images/a.jpg"),
        ("label=cat/part-0.parquet", "label=dog/part-0.parquet"),
        ("train/metadata.csv", "train/a.jpg"),
        ("images/train/a.jpg", "labels/train/a.txt"),
        ("JPEGImages/a.jpg", "Annotations/a.xml"),
        ("a.jpg", "b.jpg"),
    ],
)
def test_tables_and_other_layouts_are_not_taken_for_class_folders(tmp_path: Path, paths: tuple[str, ...]) -> None:
    grow(tmp_path, *paths)

    with pytest.raises(SourceError) as caught:
        read(tmp_path)

    assert "class folder" not in str(caught.value)


def test_class_folders_beside_the_archives_they_came_from_are_class_folders(tmp_path: Path) -> None:
    grow(tmp_path, "train/n01440764/a.JPEG", "val/n01440764/b.JPEG", "ILSVRC2012_img_train.tar")

    assert read(tmp_path).kind == "folder-tree"


def test_an_empty_tree_is_empty(tmp_path: Path) -> None:
    with pytest.raises(EmptySourceError):
        read(tmp_path, ReadOptions(format="folder-tree"))
