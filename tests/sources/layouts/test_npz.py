"""NumPy files: the label arrays of an archive, and nothing else of it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imbalance_audit import scan
from imbalance_audit.errors import EmptySourceError, SourceError
from imbalance_audit.records import Labels
from imbalance_audit.sources import ReadOptions, read, reading

IMAGES = np.zeros((3, 4, 4), np.uint8)


def rows(labels: Labels, *columns: str) -> list[tuple[object, ...]]:
    with reading(labels):
        return labels.frame.collect(engine="streaming").select(*(columns or ("label",))).rows()


def test_medmnist_gives_labels_by_split(tmp_path: Path) -> None:
    np.savez_compressed(
        tmp_path / "m.npz",
        train_images=IMAGES,
        val_images=IMAGES,
        test_images=IMAGES,
        train_labels=np.array([[1], [0], [2]], np.uint8),
        val_labels=np.array([[1]], np.uint8),
        test_labels=np.array([[0]], np.uint8),
    )

    labels = read(tmp_path / "m.npz", ReadOptions(classes=("a", "b", "c")))

    assert rows(labels, "label", "split") == [(1, "train"), (0, "train"), (2, "train"), (1, "val"), (0, "test")]
    named = scan(tmp_path / "m.npz", classes=("a", "b", "c"))
    assert named.counts.per_label() == {"a": 2, "b": 2, "c": 1}
    assert (labels.kind, labels.task) == ("npz", "multiclass")
    assert rows(read(tmp_path / "m.npz", ReadOptions(label=("val_labels",)))) == [(1,)]


def test_a_matrix_of_zeros_and_ones_is_one_hot(tmp_path: Path) -> None:
    train, test = np.array([[1, 0, 1], [0, 0, 0]], np.uint8), np.array([[0, 1, 0]], np.uint8)
    np.savez(tmp_path / "chest.npz", train_labels=train, test_labels=test)

    audit = scan(tmp_path / "chest.npz", classes=["a", "b", "c"])

    assert audit.source.task == "multilabel"
    assert set(zip(audit.counts.split, audit.counts.label, audit.counts.samples, strict=True)) == {
        ("train", "a", 1), ("train", "c", 1), ("train", None, 1), ("test", "b", 1),
    }  # fmt: skip


def test_only_the_label_arrays_are_unpacked(tmp_path: Path) -> None:
    np.savez(tmp_path / "k.npz", x_train=IMAGES, y_train=np.array([3, -1]), x_test=IMAGES, y_test=np.array([4]))
    content = (tmp_path / "k.npz").read_bytes()
    at = content.index(b"x_train.npy") + len("x_train.npy") + 20
    (tmp_path / "k.npz").write_bytes(content[:at] + b"\xff" * 40 + content[at + 40 :])

    with pytest.raises(zipfile.BadZipFile), np.load(tmp_path / "k.npz") as archive:
        archive["x_train"]
    assert rows(read(tmp_path / "k.npz"), "label", "split") == [(3, "train"), (-1, "train"), (4, "test")]


@pytest.mark.parametrize(
    ("array", "labels"),
    [
        (np.array(["None", "nan", "NA", " a\u00a0", "café"]), ["None", "nan", "NA", " a\u00a0", "café"]),
        (np.array([b"a", b"b"]), ["a", "b"]),
        (np.array([1, -1], ">i4"), [1, -1]),
        (np.array([1, 2], np.float16), [1, 2]),
        (np.array([True, False]), [True, False]),
        (np.array([[2**64 - 1], [0]], np.uint64), [2**64 - 1, 0]),
    ],
    ids=str,
)
def test_an_array_alone_gives_its_values(tmp_path: Path, array: np.ndarray, labels: list[object]) -> None:
    np.save(tmp_path / "y.npy", array)
    np.savez(tmp_path / "y.npz", array)

    for name in ("y.npy", "y.npz"):
        assert rows(read(tmp_path / name)) == [(label,) for label in labels]


def test_files_take_their_splits_from_their_names(tmp_path: Path) -> None:
    np.save(tmp_path / "y_train.npy", np.array([1, 2]))
    np.save(tmp_path / "y_test.npy", np.array([[1]], np.uint8))

    assert rows(read(tmp_path / "y_*.npy"), "label", "split") == [(1, "test"), (1, "train"), (2, "train")]


def test_a_fortran_matrix_is_read_row_by_row(tmp_path: Path) -> None:
    matrix = np.array([[1, 0], [0, 1], [1, 1]])
    np.save(tmp_path / "f.npy", np.asfortranarray(matrix))

    assert rows(read(tmp_path / "f.npy")) == rows(read(matrix))


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.array(["a", None], object), "holds Python objects, a pickle, which is never loaded"),
        (np.zeros((2, 3, 4)), "is 2 × 3 × 4, and labels are N, or N × classes"),
        (np.array(3), "is no dimension, and labels are N"),
        (np.zeros(2, "datetime64[s]"), r"holds datetime64\[s\], which is no label"),
        (np.zeros(2, [("a", int)]), "which is no label"),
        (np.array([0.5, np.nan]), "holds fractions, NaN or infinity in 2 of 2 rows"),
        (np.array([[2, 0], [0, 1]]), "only 0 and 1 are known"),
        (np.array([b"caf\xe9"]), "cannot be read: 'utf-8' codec"),
    ],
    ids=str,
)
def test_arrays_that_hold_no_labels_are_refused(tmp_path: Path, array: np.ndarray, words: str) -> None:
    np.save(tmp_path / "y.npy", array, allow_pickle=True)
    np.savez(tmp_path / "y.npz", y=array)

    for name in ("y.npy", "y.npz"):
        with pytest.raises(SourceError, match=words):
            rows(read(tmp_path / name))


def test_what_cannot_be_told_names_the_arrays(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", y=np.array([1]), labels=np.array([1]))
    np.savez(tmp_path / "b.npz", x=np.array([1]), z=np.array([1]))
    np.savez(tmp_path / "c.npz", train_labels=np.zeros((2, 3), int), test_labels=np.array([1]))

    with pytest.raises(SourceError, match=r'several arrays that may hold the labels: "y", "labels"'):
        read(tmp_path / "a.npz")
    with pytest.raises(SourceError, match=r'no array called labels or y\. Arrays: "x", "z"\. Pass --label'):
        read(tmp_path / "b.npz")
    with pytest.raises(SourceError, match=r'no array "yy"'):
        read(tmp_path / "b.npz", ReadOptions(label=("yy",)))
    with pytest.raises(SourceError, match="have 1 and 3 columns"):
        read(tmp_path / "c.npz")


def test_a_header_that_promises_too_much_allocates_nothing(tmp_path: Path) -> None:
    header = b"{'descr': '<i8', 'fortran_order': False, 'shape': (%d,), }" % 10**15
    padded = header + b" " * (117 - len(header)) + b"\n"
    content = b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded + b"\0" * 80
    (tmp_path / "y.npy").write_bytes(content)
    with zipfile.ZipFile(tmp_path / "y.npz", "w") as archive:
        archive.writestr("y.npy", content)

    for name in ("y.npy", "y.npz"):
        with pytest.raises(SourceError, match="ends too early"):
            read(tmp_path / name)


@pytest.mark.parametrize("point", [0xD800, 0x110000, 0xFFFFFFFF])
def test_what_is_no_character_is_no_label(tmp_path: Path, point: int) -> None:
    np.save(tmp_path / "y.npy", np.array([99, point], np.uint32).view("<U1"))

    with pytest.raises(SourceError, match="numbers that stand for no character"):
        read(tmp_path / "y.npy")


def test_a_flipped_bit_in_an_archive_is_no_other_label(tmp_path: Path) -> None:
    np.savez(tmp_path / "y.npz", y=np.array([b"cat", b"dog"]))
    content = (tmp_path / "y.npz").read_bytes()
    (tmp_path / "y.npz").write_bytes(content.replace(b"catdog", b"catdot"))

    with pytest.raises(SourceError, match=r"^y\.npz cannot be read: Bad CRC-32"):
        read(tmp_path / "y.npz")


@pytest.mark.parametrize("name", ["y.npy", "y.npz"])
def test_damaged_and_empty_files_are_refused(tmp_path: Path, name: str) -> None:
    (np.save if name == "y.npy" else np.savez)(tmp_path / name, np.arange(100))
    content = (tmp_path / name).read_bytes()

    (tmp_path / name).write_bytes(content[:-30])
    with pytest.raises(SourceError, match="ends too early"):
        read(tmp_path / name)
    (tmp_path / name).write_bytes(b"label\ncat\n")
    with pytest.raises(SourceError, match=rf"^{name} cannot be read"):
        read(tmp_path / name)
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(EmptySourceError, match=rf"^{name} is empty"):
        read(tmp_path / name)


@settings(max_examples=200)
@given(data=st.data(), packed=st.booleans())
def test_any_damage_ends_in_labels_or_in_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, packed: bool
) -> None:
    stream = io.BytesIO()
    if packed:
        np.savez_compressed(stream, train_labels=np.arange(9), test_labels=np.arange(3))
    else:
        np.save(stream, np.array(["cat", "dög"]))
    content = bytearray(stream.getvalue())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    file = tmp_path_factory.getbasetemp() / ("damaged.npz" if packed else "damaged.npy")
    file.write_bytes(content[: data.draw(st.integers(1, len(content)))])

    try:
        found: list[tuple[object, ...]] | str = rows(read(file))
    except SourceError as error:
        found = str(error)

    assert found.endswith(".") if isinstance(found, str) else len(found) <= 12
