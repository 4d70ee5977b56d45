"""Text lists: a path and its label on each line, told apart from all else that text files hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imbalance_audit import scan
from imbalance_audit.errors import EmptySourceError, SourceError
from imbalance_audit.records import Labels
from imbalance_audit.sources import ReadOptions, read, reading

LIST = ReadOptions(format="text-list")


def rows(labels: Labels, *columns: str) -> list[tuple[object, ...]]:
    with reading(labels):
        return labels.frame.collect(engine="streaming").select(*(columns or ("id", "label"))).rows()


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_last_field_is_the_label_and_the_rest_the_path(tmp_path: Path, end: str, mark: str) -> None:
    lines = ["train/n01/a.JPEG 0", "my pictures/b c.jpg  12 ", "", 'x/"q.png -1', "#hash/a.jpg None", "y.jpg nan"]

    labels = read(write(tmp_path / "list.txt", mark + end.join(lines)))

    assert rows(labels) == [
        ("train/n01/a.JPEG", "0"),
        ("my pictures/b c.jpg", "12"),
        ('x/"q.png', "-1"),
        ("#hash/a.jpg", "None"),
        ("y.jpg", "nan"),
    ]
    assert (labels.kind, labels.unit, labels.untyped, labels.notes) == ("text-list", "row", True, ())


def test_after_a_tab_a_label_keeps_its_blanks(tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt", "a b.jpg\ttabby cat\nc.jpg\t tabby cat\u00a0\nd.jpg\t\n")

    assert rows(read(file)) == [("a b.jpg", "tabby cat"), ("c.jpg", " tabby cat\u00a0"), ("d.jpg", None)]


def test_a_line_without_a_label_stays_a_sample(tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt", "a.jpg 1\nb.jpg\nmy c.jpg\nd.jpg 1\n")

    audit = scan(file, format="text-list")

    assert rows(read(file, LIST)) == [("a.jpg", "1"), ("b.jpg", None), ("my c.jpg", None), ("d.jpg", "1")]
    assert (audit.counts.total_samples, audit.counts.unlabelled) == (4, 2)


def test_comments_are_left_out_and_told(tmp_path: Path) -> None:
    labels = read(write(tmp_path / "a.txt", "# path label\na.jpg 1\n#\tx y\n"))

    assert rows(labels) == [("a.jpg", "1")]
    assert labels.notes == ("Lines left out that begin with # and a blank: 2.",)


@pytest.mark.parametrize(
    ("text", "separator"), [("a.mp4 3 7  12\nb.mp4 3\nc.mp4\n", " "), ("a.mp4 3,7,12\nb.mp4 3\nc.mp4\n", ",")]
)
def test_several_labels_follow_a_path_where_a_separator_says_so(tmp_path: Path, text: str, separator: str) -> None:
    labels = read(write(tmp_path / "a.txt", text), ReadOptions(format="text-list", separator=separator))

    assert rows(labels) == [("a.mp4", "3"), ("a.mp4", "7"), ("a.mp4", "12"), ("b.mp4", "3"), ("c.mp4", None)]
    assert labels.task == "multilabel"


def test_integers_are_indices_into_the_declared_classes_and_minus_one_is_none_of_them(tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt", "a.jpg 1\nb.jpg 0\nc.jpg -1\n")

    audit = scan(file, classes=["cat", "dog"])

    assert sorted(map(str, audit.counts.label)) == ["-1", "cat", "dog"]
    assert ("LBL002", "-1") in {(finding.code, finding.label) for finding in audit.findings}


def test_splits_come_from_the_names_and_a_path_in_two_of_them_is_a_leak(tmp_path: Path) -> None:
    train = write(tmp_path / "ImageNet_LT_train.txt", "a.jpg 0\nb.jpg 1\n")
    test = write(tmp_path / "ImageNet_LT_test.txt", "b.jpg 1\nc.jpg 0\n")

    audit = scan([train, test])

    assert audit.counts.splits == ("test", "train")
    assert [finding.examples for finding in audit.findings if finding.code == "INT002"] == [("b.jpg",)]
    assert scan(tmp_path / "*.txt").counts == audit.counts


@pytest.mark.parametrize(
    "text",
    [
        "cat\ndog\n",
        "golden retriever\nred fox\n",
        "It was him and/or her.\nThen they went home.\n",
        "0 0.5 0.5 0.1 0.1\n1 0.2 0.2 0.3 0.3\n",
        "a/b.jpg\nc/d.jpg\n",
        "1 001.Albatross/x.jpg\n2 001.Albatross/y.jpg\n",
        "202599\n5_o_Clock_Shadow Arched_Eyebrows\n000001.jpg -1 1\n",
        "a.jpg 1\nsomething else entirely\n",
        "The movie is great. 1\nThe movie is bad. 0\n",
        b"a.jpg caf\xe9\n",
        b"a.jpg 1\n\0\0",
    ],
    ids=str,
)
def test_other_text_is_not_taken_for_a_list(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(SourceError, match=r"^a\.txt is of no known format. Formats: .*text-list"):
        read(write(tmp_path / "a.txt", text))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a.jpg 1\rb.jpg 2\r", "bare carriage return"),
        ("a.jpg café\n".encode("latin-1"), "is not UTF-8 text. Convert it first"),
        (b"a.jpg 1\n" * 20_000 + "b.jpg café\n".encode("latin-1"), "is not UTF-8 text. Convert it first"),
        ("a.jpg 1\n".encode("utf-16"), "not UTF-8 text but UTF-16"),
        (b"PAR1\0\0\0", "holds zero bytes"),
    ],
)
def test_what_is_no_utf_8_text_is_refused_with_the_file(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(SourceError, match=rf"^a\.txt .*{words}"):
        rows(read(write(tmp_path / "a.txt", content), LIST))


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf\n"])
def test_a_list_of_nothing_is_empty(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(EmptySourceError, match=r"^a\.txt is empty"):
        read(write(tmp_path / "a.txt", content), LIST)


def test_a_very_long_line_is_one_row(tmp_path: Path) -> None:
    path = "x" * 1_000_000 + ".jpg"

    assert rows(read(write(tmp_path / "a.txt", f"{path} 1\nb.jpg 2"), LIST)) == [(path, "1"), ("b.jpg", "2")]


def test_options_that_mean_nothing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is text-list, where --label means nothing"):
        read(write(tmp_path / "a.txt", "a.jpg 1\n"), ReadOptions(label=("1",)))


field = st.text(st.characters(codec="utf-8", exclude_characters=" \t\r\n\0."), min_size=1, max_size=5)


@settings(max_examples=100)
@given(entries=st.lists(st.tuples(field, field, st.sampled_from([" ", "  ", "\t"])), min_size=1, max_size=8))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, entries: list[tuple[str, str, str]]) -> None:
    file = tmp_path_factory.getbasetemp() / "entries.txt"
    text = "".join(f"dir/{path}.x{gap}{label}\n" for path, label, gap in entries)

    assert rows(read(write(file, text), LIST)) == [(f"dir/{path}.x", label) for path, label, _ in entries]


@settings(max_examples=150)
@given(content=st.binary(max_size=60) | st.text(" \t\r\n#a/.1é\ufeff", max_size=40).map(str.encode))
def test_any_bytes_end_in_labels_or_in_a_sentence(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = write(tmp_path_factory.getbasetemp() / "any.txt", content)

    try:
        found: list[tuple[object, ...]] | str = rows(read(file, LIST))
    except SourceError as error:
        found = str(error)

    assert found.endswith(".") if isinstance(found, str) else len(found) <= content.count(b"\n") + 1
