"""COCO and LVIS, beside the laws of pycocotools and detectron2 stated over again here."""

from __future__ import annotations

import json
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imbalance_audit import scan
from imbalance_audit.errors import EmptySourceError, SourceError
from imbalance_audit.records import Audit
from imbalance_audit.sources import ReadOptions, read
from imbalance_audit.sources.layouts.coco_pieces import read_pieces

Json = dict[str, Any]


def coco(**parts: Any) -> Json:  # noqa: ANN401 -- any JSON
    images = [{"id": i, "file_name": f"{i}.jpg", "width": 640} for i in (3, 1, 2)]
    annotations = [
        {"id": 1, "image_id": 1, "category_id": 18, "bbox": [0, 0, 1, 1], "segmentation": [[1.5, 2, 3]]},
        {"id": 2, "image_id": 1, "category_id": 18},
        {"id": 3, "image_id": 3, "category_id": 1},
    ]
    categories = [{"id": i, "name": name} for i, name in ((18, "dog"), (1, "person"), (90, "toothbrush"))]
    return {"info": {"year": 2017}, "images": images, "annotations": annotations, "categories": categories, **parts}


def write(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def detectron2_classes(content: Json) -> list[str]:
    """Return thing_classes of load_coco_json: the names in the order of the sorted ids of pycocotools' index."""
    by_id = {category["id"]: category for category in content["categories"]}
    return [by_id[identity]["name"] for identity in sorted(by_id)]


def images_with(audit: Audit) -> dict[str, int]:
    found = zip(audit.counts.label, audit.counts.samples, strict=True)
    return {label: n for label, n in found if label is not None}


def test_boxes_and_images_are_counted_and_an_image_without_boxes_stays_in_the_denominator(tmp_path: Path) -> None:
    audit = scan(write(tmp_path / "instances.json", coco()))

    assert audit.counts.per_label() == {"dog": 2, "person": 1}
    assert images_with(audit) == {"dog": 1, "person": 1}
    assert (audit.counts.total_samples, audit.counts.unlabelled) == (3, 1)
    assert (audit.source.kind, audit.source.unit) == ("coco", "box")


@st.composite
def files(draw: st.DrawFn) -> Json:
    """Draw a file whose ids have gaps, may start at 0, and are all numbers or all text."""
    spelled = draw(st.sampled_from([int, str]))
    ids = draw(st.lists(st.integers(0, 120), min_size=1, max_size=12, unique=True))
    images = draw(st.lists(st.integers(0, 10**6), min_size=1, max_size=20, unique=True))
    pairs = st.tuples(st.sampled_from(images), st.sampled_from(ids))
    return {
        "images": [{"id": image, "file_name": f"{image}.jpg"} for image in images],
        "annotations": [
            {"image_id": image, "category_id": spelled(category)} for image, category in draw(st.lists(pairs))
        ],
        "categories": [{"id": spelled(category), "name": f"class {category}"} for category in ids],
    }


@given(content=files())
@settings(max_examples=60)
def test_classes_and_counts_are_those_of_detectron2_and_pycocotools(
    content: Json, tmp_path_factory: pytest.TempPathFactory
) -> None:
    audit = scan(write(tmp_path_factory.mktemp("coco") / "a.json", content))

    names = {category["id"]: category["name"] for category in content["categories"]}
    boxes = [(row["image_id"], names[row["category_id"]]) for row in content["annotations"]]
    assert list(audit.classes) == detectron2_classes(content)
    assert audit.source.loader == "detectron2.data.datasets.load_coco_json"
    assert audit.counts.per_label() == Counter(name for _, name in boxes)
    assert images_with(audit) == Counter(name for _, name in set(boxes))
    assert audit.counts.total_samples == len(content["images"])
    assert audit.counts.unlabelled == len(content["images"]) - len({image for image, _ in boxes})


def test_ids_that_are_text_are_ordered_as_text(tmp_path: Path) -> None:
    content = coco(categories=[{"id": str(i), "name": f"c{i}"} for i in (2, 10, 1)], annotations=[])

    labels = read(write(tmp_path / "a.json", content))

    assert labels.classes == tuple(detectron2_classes(content)) == ("c1", "c10", "c2")
    assert 'Category ids are text, so their order is that of text: "10" before "2".' in labels.notes


def test_a_declared_class_that_is_never_seen_is_a_class(tmp_path: Path) -> None:
    assert scan(write(tmp_path / "a.json", coco())).classes == ("person", "dog", "toothbrush")


def test_class_names_that_are_numbers_are_no_indices(tmp_path: Path) -> None:
    categories = [{"id": 5, "name": "1"}, {"id": 9, "name": "0"}]

    audit = scan(
        write(tmp_path / "a.json", coco(categories=categories, annotations=[{"image_id": 1, "category_id": 5}]))
    )

    assert audit.classes == ("1", "0")
    assert audit.counts.per_label() == {"1": 1}


def test_crowds_are_counted_and_noted(tmp_path: Path) -> None:
    content = coco(annotations=[{"image_id": 1, "category_id": 1, "iscrowd": flag} for flag in (0, 1, True, "0")])

    labels = read(write(tmp_path / "a.json", content))

    assert labels.frame.collect()["label"].drop_nulls().len() == 4
    (note,) = labels.notes
    assert "crowds" in note
    assert note.endswith(": 2.")


def test_an_undeclared_category_is_counted_as_found(tmp_path: Path) -> None:
    odd = [{"image_id": 1, "category_id": i} for i in (99, 99, None, 1)]
    content = coco(annotations=odd[::-1], categories=[{"id": 1, "name": "99"}])

    audit = scan(write(tmp_path / "a.json", content))

    assert audit.counts.per_label() == {"99": 1, "category_id 99": 2, "category_id None": 1}
    assert audit.classes == ("99",)
    assert any("not declared" in note and note.endswith(": 3.") for note in audit.source.notes)


def test_annotations_of_images_that_are_not_listed_are_left_out_with_a_note(tmp_path: Path) -> None:
    content = coco(images=[{"id": 1, "file_name": "1.jpg"}])

    audit = scan(write(tmp_path / "a.json", content))

    assert audit.counts.per_label() == {"dog": 2}
    assert any("belong to no image" in note and note.endswith(": 1.") for note in audit.source.notes)


def test_a_file_whose_annotations_all_miss_their_images_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"No annotation of a\.json belongs to one of its images"):
        read(write(tmp_path / "a.json", coco(images=[{"id": 77}])))


def test_ids_spelled_as_text_in_one_place_and_as_numbers_in_another_are_matched_with_a_note(tmp_path: Path) -> None:
    content = coco(annotations=[{"image_id": "1", "category_id": "18"}, {"image_id": 2.0, "category_id": 1}])

    labels = read(write(tmp_path / "a.json", content))

    rows = labels.frame.select("label", "id").collect().rows()
    assert rows == [("dog", "1.jpg"), ("person", "2.jpg"), (None, "3.jpg")]
    assert any(note.endswith("matched as loaders do not: 2.") for note in labels.notes)


def test_two_categories_of_one_name_are_two_classes(tmp_path: Path) -> None:
    content = coco(categories=[{"id": 18, "name": "car"}, {"id": 1, "name": "car"}])

    audit = scan(write(tmp_path / "a.json", content))

    assert audit.classes == ("car (id 1)", "car (id 18)")
    assert audit.counts.per_label() == {"car (id 1)": 1, "car (id 18)": 2}


@pytest.mark.parametrize(
    ("categories", "words"),
    [
        ([{"id": 1, "name": "a"}, {"id": 1, "name": "b"}], 'the category id 1 two names, "a" and "b"'),
        ([{"id": 1, "name": "a"}, {"id": "2", "name": "b"}], "mixes category ids that are numbers and text"),
        ([{"id": 1}], "a category without name"),
        ([{"name": "a"}], "a category without id"),
        ([], 'no "categories"'),
    ],
)
def test_categories_that_cannot_be_numbered_are_refused(tmp_path: Path, categories: list[Json], words: str) -> None:
    with pytest.raises(SourceError, match=words):
        read(write(tmp_path / "a.json", coco(categories=categories)))


def test_an_image_listed_twice_is_one_sample(tmp_path: Path) -> None:
    content = coco()
    content["images"] *= 2

    audit = scan(write(tmp_path / "a.json", content))

    assert audit.counts.total_samples == 3
    assert any("listed again" in note and note.endswith(": 3.") for note in audit.source.notes)


def test_two_images_of_one_file_name_stay_two_samples(tmp_path: Path) -> None:
    images = [{"id": i, "file_name": "same.jpg"} for i in (1, 2, 3)]

    assert scan(write(tmp_path / "a.json", coco(images=images))).counts.total_samples == 3


def test_files_take_their_split_from_their_names(tmp_path: Path) -> None:
    for split in ("train", "val"):
        write(tmp_path / "annotations" / f"instances_{split}2017.json", coco())
    write(tmp_path / "annotations" / "captions_train2017.json", coco(categories=None))

    audit = scan(tmp_path)

    assert audit.counts.splits == ("train", "val")
    assert audit.counts.total_samples == 6
    assert any(finding.code == "INT002" for finding in audit.findings)


def test_images_beside_their_files_are_told_apart_by_folder(tmp_path: Path) -> None:
    for split in ("train", "valid", "test"):
        write(tmp_path / split / "_annotations.coco.json", coco())

    audit = scan(tmp_path)

    assert audit.counts.splits == ("test", "train", "val")
    assert not any(finding.code == "INT002" for finding in audit.findings)


def test_a_folder_without_annotations_beside_a_file_is_not_passed_over(tmp_path: Path) -> None:
    file = write(tmp_path / "a.json", coco())
    (tmp_path / "empty").mkdir()

    for options in (ReadOptions(), ReadOptions(format="coco")):
        with pytest.raises(SourceError, match="empty"):
            read([file, tmp_path / "empty"], options)


def test_files_with_other_categories_are_refused(tmp_path: Path) -> None:
    train = write(tmp_path / "train.json", coco())
    val = write(tmp_path / "val.json", coco(categories=[{"id": 1, "name": "person"}]))

    with pytest.raises(SourceError, match=r'train\.json and val\.json differ, at "dog"'):
        read([train, val])


def test_the_segments_of_a_panoptic_file_are_counted(tmp_path: Path) -> None:
    segments = [{"category_id": 1, "iscrowd": 0}, {"category_id": 18}, {"category_id": 18}]
    content = coco(annotations=[{"image_id": 1, "file_name": "1.png", "segments_info": segments}])

    audit = scan(write(tmp_path / "a.json", content))

    assert audit.counts.per_label() == {"person": 1, "dog": 2}
    assert audit.counts.unlabelled == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([{"image_id": 1, "category_id": 1, "bbox": [1], "score": 0.5}], "detection results, not labels"),
        ({"images": [{"id": 1}], "annotations": [{"image_id": 1, "caption": "a cat"}]}, "captions"),
        ({"info": {}, "images": [{"id": 1}], "categories": [{"id": 1, "name": "a"}]}, 'no "annotations"'),
        ({"annotations": [], "categories": [{"id": 1, "name": "a"}]}, 'no "images"'),
    ],
)
def test_a_file_of_another_kind_is_named_as_such(tmp_path: Path, content: object, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        read(write(tmp_path / "a.json", content))


def test_lvis_counts_are_checked_against_what_the_file_states(tmp_path: Path) -> None:
    images = [{"id": i, "neg_category_ids": [1], "not_exhaustive_category_ids": [2] * (i < 3)} for i in range(1, 13)]
    boxes = [{"image_id": i, "category_id": 1} for i in range(1, 12)] + [{"image_id": 1, "category_id": 1}]
    right = [{"id": 1, "name": "cup", "frequency": "c", "image_count": 11}]
    more = [{"id": 2, "name": "fox", "frequency": "r", "image_count": 3}]

    agrees = read(write(tmp_path / "a.json", {"images": images, "annotations": boxes, "categories": right}))
    differs = read(write(tmp_path / "b.json", {"images": images, "annotations": boxes, "categories": right + more}))

    assert agrees.loader == "detectron2.data.datasets.load_lvis_json"
    (note,) = agrees.notes
    assert note.endswith("(not_exhaustive_category_ids): 2.")
    assert 'for 1 of 2 classes, such as "fox": r, 3 stated, r, 0 found' in differs.notes[1]


@pytest.mark.parametrize("odd", ["NaN", "Infinity", "-Infinity", '"\\ud800"'])
def test_what_only_python_reads_is_read_with_a_note(tmp_path: Path, odd: str) -> None:
    text = json.dumps(coco()).replace("640", odd)

    labels = read(write(tmp_path / "a.json", text.encode()))

    assert labels.frame.collect().height == 4
    assert any("JSON forbids" in note for note in labels.notes)


def test_a_file_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    broken = json.dumps(coco()).encode().replace(b"3.jpg", b"\\ud800")

    with pytest.raises(SourceError, match="is not UTF-8 text"):
        read(write(tmp_path / "a.json", broken))


def test_a_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    labels = read(write(tmp_path / "a.json", b"\xef\xbb\xbf" + json.dumps(coco()).encode()))

    assert labels.frame.collect().height == 4
    assert labels.notes == ("a.json begins with a byte order mark, which JSON forbids.",)


def test_a_file_that_was_cut_off_says_where(tmp_path: Path) -> None:
    whole = json.dumps(coco()).encode()
    for cut in (len(whole) // 2, len(whole) - 1):
        with pytest.raises(SourceError, match=rf"a\.json ends too early, after {cut} bytes"):
            read(write(tmp_path / "a.json", whole[:cut]))


def test_broken_json_says_at_which_byte(tmp_path: Path) -> None:
    broken = json.dumps(coco()).encode().replace(b'"iscrowd"', b'"x"').replace(b'"bbox":', b'"bbox" ')

    with pytest.raises(SourceError, match=r'not JSON: it holds "\[" at byte \d+'):
        read(write(tmp_path / "a.json", broken))


def test_json_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    deep = json.dumps(coco()).encode().replace(b"640", b"[" * 100_000 + b"]" * 100_000, 1)

    with pytest.raises(SourceError, match="nests lists or objects too deeply"):
        read(write(tmp_path / "a.json", deep))


def test_an_empty_file_and_a_field_of_another_shape_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EmptySourceError, match="is empty"):
        read(write(tmp_path / "a.json", b""), ReadOptions(format="coco"))
    with pytest.raises(SourceError, match=r"Expected .*, got `array` - at `\$\.annotations\[0\]\.category_id`"):
        read(write(tmp_path / "b.json", coco(annotations=[{"image_id": 1, "category_id": [1]}])))


def test_hostile_names_and_a_folder_that_links_to_itself_are_harmless(tmp_path: Path) -> None:
    hostile = ["\x1b[31mred", "<script>", "a\nb", "\u202egnp", ""]
    categories = [{"id": i, "name": name} for i, name in enumerate(hostile)]
    write(tmp_path / "instances_a.json", coco(categories=categories, annotations=[{"image_id": 1, "category_id": 0}]))
    (tmp_path / "annotations").symlink_to(tmp_path)

    audit = scan(tmp_path)

    assert audit.classes == tuple(hostile)
    assert audit.counts.total_samples == 3


def in_pieces(path: Path, size: int) -> tuple[list[object], list[object], list[object]] | None:
    found = read_pieces(path, size)
    if found is None:
        return None
    content, annotations = found
    names = [(category.id, category.name) for category in content.categories or ()]
    return (
        [(image.id, image.file_name) for image in content.images or ()],
        list(zip(annotations.image_ids, annotations.category_ids, strict=True)),
        [*names, *sorted(annotations.crowds.items())],
    )


TRAPS = ['}, {"a":1', '"}', "\\", '], "categories": [', '"annotations": [', "é}, {", "{[", "}"]


@st.composite
def long_files(draw: st.DrawFn) -> Json:
    """Draw a file in which whatever might be taken for the end of an annotation stands in texts and nested lists."""
    text = st.lists(st.sampled_from(TRAPS), max_size=3).map("".join)
    nested = st.recursive(text, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(text, inner, max_size=2))
    annotation = st.fixed_dictionaries(
        {"segmentation": nested, "image_id": st.integers(0, 5), "category_id": st.just(1), "iscrowd": st.booleans()},
        optional={"attributes": st.lists(st.fixed_dictionaries({"a": text}), max_size=3), "image_id ": text},
    )
    parts = {
        "info": {"description": draw(text)},
        "images": [{"id": i, "file_name": f"{i}.jpg"} for i in range(6)],
        "annotations": draw(st.lists(annotation, max_size=40)),
        "categories": [{"id": 1, "name": draw(text)}],
    }
    return {key: parts[key] for key in draw(st.permutations(list(parts)))}


@given(content=long_files(), size=st.integers(64, 1500), indent=st.sampled_from([None, 1]))
@settings(max_examples=80)
def test_reading_in_pieces_gives_what_reading_at_once_gives(
    content: Json, size: int, indent: int | None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = write(tmp_path_factory.mktemp("coco") / "a.json", json.dumps(content, indent=indent).encode())

    found = in_pieces(path, size)

    crowds = Counter(row["iscrowd"] for row in content["annotations"])
    assert found is None or found == (
        [(image["id"], image["file_name"]) for image in content["images"]],
        [(row["image_id"], row["category_id"]) for row in content["annotations"]],
        [(1, content["categories"][0]["name"]), *sorted(crowds.items())],
    )


def test_long_panoptic_and_caption_files_are_told_like_short_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imbalance_audit.sources.layouts.coco_file.read_pieces", partial(read_pieces, size=256))
    segments = [{"image_id": i % 3 + 1, "segments_info": [{"category_id": 1}, {"category_id": 18}]} for i in range(200)]
    captions = [{"image_id": 1, "caption": "a cat"} for _ in range(200)]

    audit = scan(write(tmp_path / "a.json", coco(annotations=segments)))

    assert audit.counts.per_label() == {"person": 200, "dog": 200}
    with pytest.raises(SourceError, match="captions"):
        read(write(tmp_path / "b.json", coco(annotations=captions)))


@pytest.mark.parametrize("first", ["images", "annotations"])
def test_a_long_file_without_annotations_is_all_background(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    monkeypatch.setattr("imbalance_audit.sources.layouts.coco_file.read_pieces", partial(read_pieces, size=256))
    content = coco(images=[{"id": i, "file_name": f"{i}.jpg"} for i in range(300)], annotations=[])

    audit = scan(write(tmp_path / "a.json", {first: content.pop(first), **content}))

    assert (audit.counts.total_samples, audit.counts.unlabelled) == (300, 300)


@pytest.mark.parametrize("last", ["categories", "images", "annotations"])
def test_a_long_file_is_read_in_pieces_wherever_its_annotations_stand(tmp_path: Path, last: str) -> None:
    rows = [{"image_id": i % 3 + 1, "category_id": 1, "segmentation": {"counts": [1], "size": [2]}} for i in range(500)]
    content = coco(annotations=rows)
    content[last] = content.pop(last)
    path = write(tmp_path / "a.json", content)

    found = in_pieces(path, 1024)

    assert found is not None
    assert found[1] == [(i % 3 + 1, 1) for i in range(500)]
    assert len(found[0]) == 3


@pytest.mark.parametrize("change", [(b"[1.5]}", b"[1.5]"), (b"1.5", b"NaN"), (b'"images"', b'"imges"')])
def test_a_long_file_that_is_broken_is_read_at_once(tmp_path: Path, change: tuple[bytes, bytes]) -> None:
    rows = [{"image_id": 1, "category_id": 1, "bbox": [1.5]} for _ in range(500)]
    path = write(tmp_path / "a.json", json.dumps(coco(annotations=rows)).encode().replace(*change))

    found = read_pieces(path, 1024)

    assert found is None or found[0].images is None


def test_json_lines_with_lists_of_annotations_are_no_coco_file(tmp_path: Path) -> None:
    rows = [{"annotations": [{"x": 1}], "images": [{"y": 1}], "label": name} for name in "ab"]
    file = write(tmp_path / "a.json", "\n".join(map(json.dumps, rows)).encode())

    assert read(file).kind == "jsonl"


def test_declared_classes_replace_those_of_the_file(tmp_path: Path) -> None:
    audit = scan(write(tmp_path / "a.json", coco()), classes=["dog", "person", "toothbrush"])

    assert audit.classes == ("dog", "person", "toothbrush")
    assert audit.source.loader is None
