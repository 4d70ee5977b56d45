"""Pascal VOC: real folders of XML files."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

from imbalance_audit import scan
from imbalance_audit.errors import EmptySourceError, SourceError
from imbalance_audit.sources import ReadOptions, read


def annotation(*names: str, difficult: str = "0") -> str:
    root = ET.Element("annotation")
    ET.SubElement(root, "filename").text = "x.jpg"
    for name in names:
        thing = ET.SubElement(root, "object")
        ET.SubElement(thing, "name").text = name
        ET.SubElement(thing, "difficult").text = difficult
        ET.SubElement(ET.SubElement(thing, "part"), "name").text = "head"
    return ET.tostring(root, encoding="unicode")


def voc(root: Path, files: dict[str, str], lists: dict[str, str] | None = None) -> Path:
    for name, text in files.items():
        path = root / "Annotations" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name, text in (lists or {}).items():
        path = root / "ImageSets" / "Main" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def torchvision_names(file: Path) -> list[str]:
    """Return the classes that VOCDetection's target holds: the names of the root's object children."""
    return [thing.findtext("name") or "" for thing in ET.parse(file).getroot().findall("object")]  # noqa: S314 -- ours


def test_objects_are_counted_and_parts_are_not(tmp_path: Path) -> None:
    folder = voc(tmp_path, {"1.xml": annotation("cat", "dog"), "2.xml": annotation(), "3.xml": annotation("cat")})

    audit = scan(folder)

    expected = Counter(name for file in (folder / "Annotations").iterdir() for name in torchvision_names(file))
    assert audit.counts.per_label() == expected == {"cat": 2, "dog": 1}
    assert (audit.counts.total_samples, audit.counts.unlabelled) == (3, 1)
    assert (audit.source.kind, audit.source.unit, audit.class_order) == ("voc", "box", "lexical")


def test_the_lists_give_the_splits_and_trainval_is_none(tmp_path: Path) -> None:
    files = {f"{i}.xml": annotation(name) for i, name in enumerate("abcd")}
    lists = {"train.txt": "0\n", "val.txt": "1  1\n", "trainval.txt": "0\n1\n2\n", "cat_test.txt": "2 -1\n"}

    labels = read(voc(tmp_path, files, lists))

    rows = labels.frame.select("label", "id", "split").collect().rows()
    assert rows == [("a", "0", "train"), ("b", "1", "val"), ("c", "2", None), ("d", "3", None)]
    assert labels.notes == ("Images in none of the lists train, val, which have no split: 2.",)


def test_an_image_in_two_lists_is_found_as_a_leak(tmp_path: Path) -> None:
    audit = scan(voc(tmp_path, {"1.xml": annotation("a")}, {"train.txt": "1\n1\n", "test.txt": "1\n"}))

    assert audit.counts.total_samples == 2
    assert any(finding.code == "INT002" for finding in audit.findings)


def test_a_listed_image_without_its_file_counts_as_without_labels(tmp_path: Path) -> None:
    audit = scan(voc(tmp_path, {"1.xml": annotation("a")}, {"train.txt": "1\n2\n"}))

    assert audit.counts.unlabelled == 1
    assert audit.source.notes == ("Listed images without an XML file, counted as without labels: 1.",)


def test_difficult_objects_are_counted_and_noted(tmp_path: Path) -> None:
    labels = read(voc(tmp_path, {"1.xml": annotation("a", "b", difficult="1"), "2.xml": annotation("a")}))

    assert labels.frame.collect().height == 3
    assert labels.notes == ("Objects marked difficult, counted; PASCAL's evaluation leaves them out: 2.",)


def test_loose_files_take_their_split_from_their_folder(tmp_path: Path) -> None:
    for split, name in (("train", "cat"), ("valid", "dog")):
        (tmp_path / split).mkdir()
        (tmp_path / split / "a.xml").write_text(annotation(name))
        (tmp_path / split / "a.jpg").touch()
    (tmp_path / "valid" / "again").symlink_to(tmp_path)

    assert scan(tmp_path).counts.splits == ("train", "val")


def test_several_years_are_one_data_set(tmp_path: Path) -> None:
    years = [voc(tmp_path / year, {"1.xml": annotation("a")}) for year in ("VOC2007", "VOC2012")]

    assert read(years).frame.collect()["id"].to_list() == ["VOC2007/1", "VOC2012/1"]


def test_names_are_kept_as_they_are_written(tmp_path: Path) -> None:
    bare = "<annotation><object/><object><name> cat</name></object></annotation>"

    assert scan(voc(tmp_path, {"1.xml": bare})).counts.per_label() == {"": 1, " cat": 1}


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><annotation><object><name>&b;</name></object></annotation>'
)
FILE = (
    '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><annotation><object><name>&a;</name></object></annotation>'
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BOMB, "declares a document type"),
        (BOMB.encode("utf-16"), "declares a document type"),
        (FILE, "declares a document type"),
        (annotation("a")[:-5], r"line 1, column \d+: unclosed token"),
        ("<annotation>\n<object></annotation>", "line 2, column 11: mismatched tag"),
        ('<?xml version="1.0" encoding="utf-7"?><annotation/>', "unknown encoding"),
        ("<html/>", "begins with <html>"),
        ("<annotation>" + "<a>" * 100_000, "no element found"),
        (b"<annotation>\xff</annotation>", "not well-formed"),
    ],
)
def test_a_bad_file_is_refused_by_name(tmp_path: Path, text: str | bytes, words: str) -> None:
    folder = voc(tmp_path, {"1.xml": annotation("a")})
    (folder / "Annotations" / "2.xml").write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(SourceError, match=rf"^Annotations/2\.xml .*{words}"):
        read(folder)


@pytest.mark.parametrize("name", ["coco", "label-studio", "yolo", "voc"])
@pytest.mark.parametrize("place", ["Annotations/1.xml", "*.nothing", "ImageSets", "gone"])
def test_a_format_that_does_not_fit_is_a_sentence(tmp_path: Path, name: str, place: str) -> None:
    folder = voc(tmp_path, {"1.xml": annotation("a")}, {"train.txt": "1\n"})

    with pytest.raises(SourceError) as refused:
        read(folder / place, ReadOptions(format=name))

    assert str(tmp_path) not in str(refused.value)
    assert len(str(refused.value)) < 200


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmptySourceError, match=r"Annotations/1\.xml is empty"):
        read(voc(tmp_path, {"1.xml": ""}))


def test_a_folder_of_other_xml_is_left_to_others(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<feed/>")

    with pytest.raises(SourceError, match="holds no file of a known format"):
        read(tmp_path)
