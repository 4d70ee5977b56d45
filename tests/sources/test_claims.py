"""Every source is claimed by its own reader, and by no other; what holds two kinds is read as expected or refused."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from imbalance_audit import scan
from imbalance_audit.errors import AuditError, SourceError
from imbalance_audit.sources import FORMATS, ReadOptions, read, reading
from imbalance_audit.sources.layouts.registry import LAYOUTS
from tests.sources import samples
from tests.sources.samples import SAMPLES, Sample, image, write

FORMAT_NAMES = (*FORMATS, *(layout.name for layout in LAYOUTS))
TEXT_FORMATS = {"csv", "jsonl", "json", "text-list", "conll"}
TEXT = {
    *("CSV", "TSV", "CSV.gz", "JSON lines", "JSON document", "text list", "CoNLL", "CoNLL-U", "LVIS", "YOLO"),
    *("COCO", "Pascal VOC", "Label Studio", "pipeline", "already-counted table"),
}
"""Text may be read as any text that the user says it is."""
PICTURES = {"YOLO", "Pascal VOC"}
"""Folders of pictures may be read as class folders."""


def build(sample: Sample, folder: Path) -> Path:
    for module in filter(None, (sample.writer, {"delta": "deltalake", "iceberg": "pyiceberg"}.get(sample.extra or ""))):
        pytest.importorskip(module)
    folder.mkdir(parents=True, exist_ok=True)
    return sample.build(folder)


def options_of(sample: Sample) -> dict[str, object]:
    """Return the command-line options as those of `scan`."""
    pairs = zip(sample.options[::2], sample.options[1::2], strict=True)
    several = {"--classes", "--ignore"}
    return {name.lstrip("-"): value.split(",") if name in several else value for name, value in pairs}


@pytest.mark.parametrize("name", SAMPLES)
def test_its_own_reader_claims_a_source_without_being_named(tmp_path: Path, name: str) -> None:
    sample = SAMPLES[name]

    audit = scan(build(sample, tmp_path), **options_of(sample))  # type: ignore[arg-type]  # -- each fits its sample

    counts = audit.counts
    assert (audit.source.kind, audit.source.unit) == (sample.kind, sample.unit)
    assert dict(zip(zip(counts.split, counts.label, strict=True), counts.instances, strict=True)) == sample.counts


@pytest.mark.parametrize("name", SAMPLES)
def test_another_format_is_refused_in_one_sentence(tmp_path: Path, name: str) -> None:
    sample = SAMPLES[name]
    source = build(sample, tmp_path)
    own = {sample.kind, "arrow-stream" if sample.kind == "arrow" else sample.kind}
    may = own | (TEXT_FORMATS if name in TEXT else set()) | ({"folder-tree"} if name in PICTURES else set())

    for other in [one for one in FORMAT_NAMES if one not in own]:
        try:
            labels = read(source, ReadOptions(format=other))
            with reading(labels):
                labels.frame.collect(engine="streaming")
        except AuditError as error:
            text = str(error)
            assert text.endswith((".", "…")), (other, text)
            assert "\n" not in text, (other, text)
            assert str(tmp_path) not in text, (other, text)
        else:
            assert other in may, other


def tree(root: Path) -> Path:
    for split, label in itertools.product(("train", "val"), ("cat", "dog")):
        image(root / split / label / "1.jpg")
    return root


def tree_with_tars(root: Path) -> Path:
    write(root / "ILSVRC2012_img_train.tar", b"\0" * 10240)
    return tree(root)


def tree_with_table(root: Path) -> Path:
    samples.csv(tree(root))
    return root


def coco_in_class_folders(root: Path) -> Path:
    write(root / "annotations" / "instances_train.json", samples.instances([[17]]))
    return tree(root)


def yolo_with_card(root: Path) -> Path:
    folder = samples.yolo(root)
    write(folder / "README.md", samples.CARD)
    samples.parquet(folder)
    return folder


def hub_with_notes(root: Path) -> Path:
    folder = samples.hugging_face_parquet(root)
    write(folder / "data" / "notes.csv", "a,b\n1,2\n")
    return folder


def voc_with_masks(root: Path) -> Path:
    folder = samples.voc(root)
    samples.masks(folder)
    return folder


def voc_masks_alone(root: Path) -> Path:
    folder = voc_with_masks(root)
    shutil.rmtree(folder / "Annotations")
    return folder


def yolo_with_coco(root: Path) -> Path:
    folder = samples.yolo(root)
    samples.lvis(folder)
    return folder


def pictures_alone(root: Path) -> Path:
    folder = samples.coco(root)
    shutil.rmtree(folder / "annotations")
    return folder


def two_tables(root: Path) -> Path:
    samples.csv(root)
    samples.parquet(root)
    return root


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (tree_with_tars, "folder-tree"),
        (coco_in_class_folders, "coco"),
        (yolo_with_card, "yolo"),
        (samples.hugging_face_parquet, "parquet"),
        (voc_with_masks, "voc"),
        (voc_masks_alone, "masks"),
    ],
)
def test_a_folder_of_two_kinds_is_what_its_annotations_make_it(
    tmp_path: Path, make: Callable[[Path], Path], kind: str
) -> None:
    assert read(make(tmp_path)).kind == kind


def test_what_is_left_out_beside_labels_is_said(tmp_path: Path) -> None:
    assert read(tree_with_tars(tmp_path / "a")).notes == ("Files beside the splits left out: .tar 1.",)

    labels = read(tree_with_table(tmp_path / "b"))
    assert (labels.kind, labels.notes[0]) == ("csv", "Files of other formats left out: 4.")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (hub_with_notes, "is csv and data/.* is parquet. Audit one format at a time"),
        (two_tables, "labels.csv is csv and labels.parquet is parquet. Audit one format at a time"),
        (yolo_with_coco, "^animals holds annotations of several kinds: coco, yolo. Pass --format with one.$"),
        (pictures_alone, r'^coco holds splits \("train2017", "val2017"\) without class folders'),
    ],
)
def test_a_folder_of_two_kinds_that_does_not_say_which_counts_is_refused(
    tmp_path: Path, make: Callable[[Path], Path], sentence: str
) -> None:
    with pytest.raises(SourceError, match=sentence):
        read(make(tmp_path))


def test_the_kind_of_annotations_may_be_named(tmp_path: Path) -> None:
    folder = yolo_with_coco(tmp_path)

    assert [read(folder, ReadOptions(format=name)).kind for name in ("coco", "yolo")] == ["coco", "yolo"]


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (("class folders", "parquet"), "^animals is folder-tree and labels.parquet is not folder-tree. Audit one kind"),
        (("CSV", "text list"), "^ImageNet_LT.txt is text-list and labels.csv is not text-list. Audit one kind"),
        (("YOLO", "COCO"), "^animals is yolo and coco is coco. Audit one kind"),
        (("YOLO", "YOLO"), "^animals is yolo, of which one is read at a time. Name it alone.$"),
        (("LVIS", "Label Studio"), "^lvis_v1_train.json is coco and project-1-.* is label-studio. Audit one kind"),
    ],
)
def test_no_source_of_several_is_left_out_silently(tmp_path: Path, names: Sequence[str], sentence: str) -> None:
    sources = [build(SAMPLES[name], tmp_path / str(number)) for number, name in enumerate(names)]

    with pytest.raises(SourceError, match=sentence):
        read(sources)


TABLE_OPTIONS = {"extensions": (".wav",), "fold_tags": True}


@pytest.mark.parametrize("option", TABLE_OPTIONS)
@pytest.mark.parametrize("name", ["parquet", "CSV", "JSON lines", "pipeline", "Delta"])
def test_an_option_that_means_nothing_is_refused(tmp_path: Path, name: str, option: str) -> None:
    source, spelling = build(SAMPLES[name], tmp_path), f"--{option.replace('_', '-')}"

    with pytest.raises(SourceError, match=rf"^{source.name} is .*, where {spelling} means nothing. Leave it out.$"):
        read(source, ReadOptions(**{option: TABLE_OPTIONS[option]}))  # type: ignore[arg-type]  # -- each fits its name


@pytest.mark.parametrize(
    "options", [{"extensions": (".wav",)}, {"fold_tags": True}, {"header": False}, {"format": "csv"}]
)
def test_an_option_of_files_is_refused_for_objects(options: dict[str, object]) -> None:
    with pytest.raises(SourceError, match=r"is an object in memory, where --.* means nothing. Leave it out.$"):
        read(["cat", "dog"], ReadOptions(**options))  # type: ignore[arg-type]  # -- each fits its name


def test_a_header_is_denied_to_csv_alone(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"^labels\.parquet is parquet, where --no-header means nothing"):
        read(samples.parquet(tmp_path), ReadOptions(header=False))


NOTE = 'Column "{0}" looks like splits and was not used: pass --split {0}.'


@pytest.mark.parametrize("name", ["parquet", "CSV", "JSON lines", "Delta", "already-counted table"])
def test_a_column_called_split_that_nobody_named_leaves_a_note(tmp_path: Path, name: str) -> None:
    sample = SAMPLES[name]
    source = build(sample, tmp_path)

    assert NOTE.format("split") in read(source).notes
    assert not read(source, ReadOptions(split="split")).notes
    assert not read(source, ReadOptions(label=("split",))).notes


def test_a_split_of_frames_leaves_a_note_too() -> None:
    pandas = pytest.importorskip("pandas")
    frame = samples.frame().rename({"split": "Split"})

    for source in (frame, frame.lazy(), pandas.DataFrame(frame.to_dict(as_series=False)), frame.to_dict()):
        assert read(source).notes == (NOTE.format("Split"),)


def test_splits_of_file_names_count_without_a_note(tmp_path: Path) -> None:
    for split in ("train", "val"):
        samples.frame().write_csv(tmp_path / f"{split}.csv")

    assert read(tmp_path).notes == ()


@pytest.fixture
def nested(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Return what makes folders in folders, and remove them: Python's own way to, which pytest goes, is recursive."""
    made: list[Path] = []

    def make(depth: int) -> Path:
        root = tmp_path / f"deep_{depth}"
        made.append(root)
        root.mkdir()
        before = Path.cwd()
        # One path of them all would be longer than the system takes.
        os.chdir(root)
        try:
            for _ in range(depth):
                Path("d").mkdir()
                os.chdir("d")
            Path("labels.csv").write_text("label\ncat\ndog\n")
        finally:
            os.chdir(before)
        return root

    yield make
    subprocess.run(["rm", "-rf", *made], check=True)


def test_folders_in_a_thousand_folders_are_read(nested: Callable[[int], Path]) -> None:
    labels = read(nested(1_100))

    assert labels.frame.collect()["label"].to_list() == ["cat", "dog"]


def test_folders_too_deep_for_the_system_or_a_pattern_are_one_sentence(nested: Callable[[int], Path]) -> None:
    with pytest.raises(SourceError, match=r"leads too deep for a pattern. Name the folder instead.$"):
        read(str(nested(1_100) / "**" / "*.csv"))
    with pytest.raises(SourceError, match=r"cannot be read: .*File name too long"):
        read(nested(2_500))


def test_links_in_circles_are_followed_once(tmp_path: Path) -> None:
    samples.csv(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / "itself").symlink_to("itself")
    (tmp_path / "gone.csv").symlink_to("nowhere")

    assert read(tmp_path).frame.collect().height == len(samples.ROWS)


def test_a_folder_that_is_no_iceberg_table_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pyiceberg")

    with pytest.raises(SourceError, match=r"is no Iceberg table: it lacks metadata/\*.metadata.json"):
        read(tmp_path, ReadOptions(format="iceberg"))


def test_pictures_are_no_csv(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds NUL bytes"):
        read(write(tmp_path / "a.csv", "l\0a\0b\0e\0l\0\n\0c\0a\0t\0\n\0"))


@pytest.mark.parametrize(
    "name", ["a.json", "a.csv", "a.txt", "a.yaml", "a.tar", "Annotations/a.xml", "SegmentationClass/a.png"]
)
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    os.mkfifo(tmp_path / name)

    for source in (tmp_path / name, tmp_path):
        with pytest.raises(SourceError, match=r"neither a file nor a folder|not there|holds no data files"):
            read(source)


def test_a_source_without_a_name_is_not_the_folder_we_are_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    samples.class_folders(tmp_path)
    monkeypatch.chdir(tmp_path / "animals")

    with pytest.raises(SourceError, match="has no name"):
        read("")
