"""Whatever bytes an annotation file holds, reading ends in labels or in a `SourceError`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imbalance_audit.errors import SourceError
from imbalance_audit.sources import ReadOptions, read, reading
from imbalance_audit.sources.layouts.json_head import json_head

EXAMPLES = 60
"""Mutated inputs of each reader in a run of the suite."""

COCO = json.dumps(
    {
        "info": {"year": 2017},
        "images": [{"id": 1, "file_name": "a.jpg", "neg_category_ids": [3]}, {"id": 2, "file_name": "b.jpg"}],
        "annotations": [{"image_id": 1, "category_id": 3, "iscrowd": 0, "bbox": [1.5, 2, 3, 4]}],
        "categories": [{"id": 3, "name": "cat", "frequency": "r", "image_count": 1}, {"id": 7, "name": "dog"}],
    }
).encode()
LABEL_STUDIO = json.dumps(
    [
        {
            "id": 1,
            "data": {"text": "x"},
            "annotations": [
                {"was_cancelled": False, "result": [{"type": "choices", "from_name": "a", "value": {"choices": ["b"]}}]}
            ],
        }
    ]
).encode()
VOC = (
    b"<annotation><object><name>cat</name><difficult>0</difficult></object><object><name>a</name></object></annotation>"
)
YOLO = b"0 0.5 0.5 0.1 0.1\n1.0 .5 .5 .1 .1 .2 .2\n\n1 1 1 1e-3 1\n"
YAML = b"train: images\nnames:\n  0: cat\n  1: dog\nnc: 2\n"

TOKENS = st.sampled_from(
    [
        *(
            b"NaN",
            b"-Infinity",
            b"null",
            b"true",
            b"1e999",
            b"-1",
            b"9" * 400,
            b'"\\ud800"',
            b"\xef\xbb\xbf",
            b"\xff",
            b"\x00",
        ),
        *(b"[", b"]", b"{", b"}", b'"', b",", b":", b"<", b">", b"\n", b" ", b"x"),
        *(b"<!DOCTYPE a>", b"&a;", b"&x", b"*x", b"!!int"),
    ]
)
"""What breaks JSON, XML, YAML and numbers."""


@st.composite
def mutated(draw: st.DrawFn, whole: bytes) -> bytes:
    """Draw a file with up to four cuts, deletions, repetitions or foreign tokens in it."""
    text = whole
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 12)))
        piece = draw(st.one_of(TOKENS, st.binary(max_size=4), st.just(text[start:end] * 2)))
        text = text[:start] + piece + text[end:]
    return text[: draw(st.integers(0, len(text)))] if draw(st.integers(0, 4)) == 0 else text


def outcome(path: Path, name: str) -> SourceError | int:
    """Return how many rows are read, or why none; anything else that is raised fails the test."""
    try:
        labels = read(path, ReadOptions(format=name))
        with reading(labels):
            return labels.frame.collect(engine="streaming").height
    except SourceError as error:
        return error


def fuzzed(whole: bytes, name: str, place: str, folder: Path) -> None:
    @given(content=mutated(whole))
    @settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def run(content: bytes) -> None:
        (folder / place).write_bytes(content)
        found = outcome(folder if name in ("voc", "yolo") else folder / place, name)
        assert found if isinstance(found, int) else str(found).isprintable()
        assert str(folder) not in str(found)

    run()


@pytest.mark.parametrize(("whole", "name"), [(COCO, "coco"), (LABEL_STUDIO, "label-studio")])
def test_mutated_json(whole: bytes, name: str, tmp_path: Path) -> None:
    fuzzed(whole, name, "a.json", tmp_path)


def test_mutated_xml(tmp_path: Path) -> None:
    (tmp_path / "Annotations").mkdir()
    fuzzed(VOC, "voc", "Annotations/a.xml", tmp_path)


@pytest.mark.parametrize("place", ["data.yaml", "labels/a.txt"])
def test_mutated_yolo(place: str, tmp_path: Path) -> None:
    for folder in ("images", "labels"):
        (tmp_path / folder).mkdir()
    (tmp_path / "images" / "a.jpg").touch()
    (tmp_path / "labels" / "a.txt").write_bytes(YOLO)
    (tmp_path / "data.yaml").write_bytes(YAML)
    fuzzed(YAML if place == "data.yaml" else YOLO, "yolo", place, tmp_path)


@given(content=st.one_of(mutated(COCO), mutated(LABEL_STUDIO), st.binary(max_size=200)))
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_first_bytes_of_anything_can_be_looked_at(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(content)

    assert json_head(tmp_path / "a").opening in ("", "{", "[")
