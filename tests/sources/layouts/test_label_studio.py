"""Label Studio's JSON export, in the shape that its documentation of the task format gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from imbalance_audit import scan
from imbalance_audit.errors import EmptySourceError, SourceError
from imbalance_audit.records import Labels
from imbalance_audit.sources import ReadOptions, read

Json = dict[str, Any]


def task(number: int, *annotations: Json, **data: str) -> Json:
    return {
        "id": number,
        "data": {"image": f"s3://bucket/{number}.jpg", **data},
        "annotations": list(annotations),
        "predictions": [],
    }


def annotation(*results: Json, by: object = 10, cancelled: bool = False) -> Json:
    return {"id": 1001, "result": list(results), "was_cancelled": cancelled, "completed_by": by, "lead_time": 4.2}


def result(kind: str, *labels: object, tag: str = "tag", **value: object) -> Json:
    return {"from_name": tag, "to_name": "img", "type": kind, "value": {"x": 50.8, **value, kind: list(labels)}}


def write(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content))
    return path


def rows(labels: Labels, *columns: str) -> list[tuple[object, ...]]:
    return labels.frame.select(columns or ("label", "id")).collect().rows()


def test_a_task_is_the_sample_and_one_without_labels_stays_in_the_denominator(tmp_path: Path) -> None:
    boxes = annotation(
        result("rectanglelabels", "car"), result("rectanglelabels", "car"), result("rectanglelabels", "bus")
    )

    audit = scan(write(tmp_path / "a.json", [task(1, boxes), task(2, annotation()), task(3)]))

    assert audit.counts.per_label() == {"car": 2, "bus": 1}
    assert (audit.counts.total_samples, audit.counts.unlabelled) == (3, 2)
    assert (audit.source.kind, audit.source.unit) == ("label-studio", "box")
    assert audit.source.notes == ("Tasks without any annotation, counted as without labels: 1.",)


@pytest.mark.parametrize(
    ("kind", "unit"),
    [
        ("choices", "row"),
        ("labels", "token"),
        ("hypertextlabels", "token"),
        ("rectanglelabels", "box"),
        ("polygonlabels", "box"),
        ("brushlabels", "box"),
        ("timeserieslabels", "box"),
    ],
)
def test_the_labels_are_the_value_under_the_type(tmp_path: Path, kind: str, unit: str) -> None:
    labels = read(
        write(tmp_path / "a.json", [task(1, annotation(result(kind, "a"))), task(2, annotation(result(kind, "b")))])
    )

    assert rows(labels) == [("a", "1"), ("b", "2")]
    assert labels.unit == unit


def test_several_choices_make_the_task_multilabel(tmp_path: Path) -> None:
    tasks = [task(1, annotation(result("choices", "a", "b"))), task(2, annotation(result("choices", "a")))]

    audit = scan(write(tmp_path / "a.json", tasks))

    assert audit.source.task == "multilabel"
    assert audit.counts.per_label() == {"a": 2, "b": 1}
    assert audit.counts.total_samples == 2


def test_each_path_of_a_taxonomy_is_a_label(tmp_path: Path) -> None:
    labels = read(
        write(tmp_path / "a.json", [task(1, annotation(result("taxonomy", ["Eukarya", "Human"], ["Bacteria"])))])
    )

    assert rows(labels) == [("Eukarya / Human", "1"), ("Bacteria", "1")]


def test_annotators_who_disagree_are_found_and_can_be_told_apart(tmp_path: Path) -> None:
    one, two = annotation(result("choices", "a")), annotation(result("choices", "b"), by={"id": 7, "email": "me@here"})
    file = write(tmp_path / "a.json", [task(1, one, two), task(2, one)])

    audit = scan(file)
    grouped = read(file, ReadOptions(group="completed_by"))

    assert any(finding.code == "INT001" for finding in audit.findings)
    assert audit.source.notes == ("Tasks with several annotations, each of which is counted: 1.",)
    assert rows(grouped, "label", "group") == [("a", "10"), ("b", "me@here"), ("a", "10")]


def test_boxes_of_several_annotators_are_one_sample(tmp_path: Path) -> None:
    mine, nothing = annotation(result("rectanglelabels", "car")), annotation()

    audit = scan(write(tmp_path / "a.json", [task(1, mine, nothing, mine)]))

    assert (audit.counts.total_samples, audit.counts.total_instances, audit.counts.unlabelled) == (1, 2, 0)


def test_what_was_cancelled_or_predicted_is_no_label(tmp_path: Path) -> None:
    tasks = [task(1, annotation(result("choices", "a"))), task(2, annotation(result("choices", "b"), cancelled=True))]
    tasks[0]["predictions"] = [{"result": [result("choices", "c")], "score": 0.5}]

    labels = read(write(tmp_path / "a.json", tasks))

    assert rows(labels) == [("a", "1"), (None, "2")]
    assert labels.notes == (
        "Annotations that were cancelled, left out: 1.",
        "Tasks with predictions, which are no labels: 1.",
        "Tasks without any annotation, counted as without labels: 1.",
    )


def test_of_several_tags_one_must_be_named(tmp_path: Path) -> None:
    both = annotation(result("choices", "a", tag="mood"), result("choices", "x", tag="topic"))
    file = write(tmp_path / "a.json", [task(1, both), task(2, annotation(result("choices", "b", tag="mood")))])

    with pytest.raises(SourceError, match=r'several labelling tags: "mood", "topic"\. Pass one of them as --label'):
        read(file)
    with pytest.raises(SourceError, match=r'no labelling tag "mod"\. Did you mean "mood"\?'):
        read(file, ReadOptions(label=("mod",)))
    labels = read(file, ReadOptions(label=("topic",)))
    assert rows(labels) == [("x", "1"), (None, "2")]
    assert labels.notes == ('Results of other tags ("choices"), left out: 2.',)


def test_the_boxes_of_a_video_and_texts_beside_boxes(tmp_path: Path) -> None:
    video = {"from_name": "box", "type": "videorectangle", "value": {"sequence": [], "labels": ["Car"]}}
    text = {"from_name": "text", "type": "textarea", "value": {"text": ["hello"]}}

    labels = read(write(tmp_path / "a.json", [task(1, annotation(video, text, {"type": "relation"}))]))

    assert (rows(labels), labels.unit) == ([("Car", "1")], "box")
    assert labels.notes == ('Results of other tags ("textarea", "relation"), left out: 2.',)


def test_group_and_split_may_be_keys_of_the_data(tmp_path: Path) -> None:
    tasks = [
        task(i, annotation(result("choices", "a")), site=f"s{i}", part=part) for i, part in ((1, "dev"), (2, "train"))
    ]
    file = write(tmp_path / "a.json", tasks)

    audit = scan(file, split="part", group="site")

    assert audit.counts.splits == ("train", "val")
    assert set(audit.counts.group) == {"s1", "s2"}
    with pytest.raises(SourceError, match=r'no "sight"\. Did you mean "site"\? Pass another --group'):
        read(file, ReadOptions(group="sight"))


def test_a_region_without_a_class_is_left_out_with_a_note(tmp_path: Path) -> None:
    labels = read(
        write(tmp_path / "a.json", [task(1, annotation(result("rectanglelabels"), result("rectanglelabels", "a")))])
    )

    assert rows(labels) == [("a", "1")]
    assert labels.notes == ("Regions without a class, left out: 1.",)


def test_exports_before_version_one_are_read(tmp_path: Path) -> None:
    old = {
        "id": 5,
        "data": {"text": "x"},
        "completions": [{"result": [result("choices", "a")], "was_cancelled": False}],
    }

    assert rows(read(write(tmp_path / "a.json", [old]))) == [("a", "5")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([{"image": "x", "id": 1, "label": [{"x": 1}], "annotator": 1, "annotation_id": 1}], "JSON-MIN export"),
        ([task(1)], "no annotation with a label"),
        ([task(1, annotation(result("choices", {"a": 1})))], "no list of names"),
        ([{"id": 1, "data": {}, "annotations": [5]}], r"Expected `object`, got `int` - at `\$\[0\]\.annotations"),
    ],
)
def test_an_export_that_holds_no_labels_is_refused(tmp_path: Path, content: object, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        read(write(tmp_path / "a.json", content))


def test_an_export_without_tasks_is_empty(tmp_path: Path) -> None:
    with pytest.raises(EmptySourceError, match="holds no tasks"):
        read(write(tmp_path / "a.json", []), ReadOptions(format="label-studio"))
