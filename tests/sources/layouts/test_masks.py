"""Masks are counted by pixels and by images, and what holds no class indices is refused."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from imbalance_audit import class_weights, scan
from imbalance_audit.errors import EmptySourceError, SourceError
from imbalance_audit.records import ClassCounts
from imbalance_audit.sources import ReadOptions, read
from imbalance_audit.sources.reading_progress import told_to

FORCED = ReadOptions(format="masks")
RANDOM = np.random.default_rng(0)


def draw(path: Path, array: np.ndarray, mode: str | None = None) -> Path:
    """Save an array as an image; mode P adds a palette."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(array)
    if mode == "P":
        image = Image.frombytes("P", image.size, array.astype(np.uint8).tobytes())
        image.putpalette(bytes(range(256)) * 3)
    image.save(path)
    return path


def counted(counts: ClassCounts) -> dict[tuple[str | None, str | None], tuple[int, int]]:
    return {
        (split, label): (pixels, images)
        for split, label, pixels, images in zip(
            counts.split, counts.label, counts.instances, counts.samples, strict=True
        )
    }


@pytest.mark.parametrize("kind", ["uint8", "P", "uint16", "bool"])
def test_pixels_and_images_are_those_that_numpy_counts(tmp_path: Path, kind: str) -> None:
    highest = {"uint8": 255, "P": 255, "uint16": 65535, "bool": 1}[kind]
    arrays = [RANDOM.integers(0, highest + 1, (17, 23)) * (RANDOM.random((17, 23)) < 0.5) for _ in range(9)]
    for number, array in enumerate(arrays):
        draw(tmp_path / f"{number}.png", array.astype("uint8" if kind == "P" else kind), kind)

    audit = scan(tmp_path, format="masks")

    values, pixels = np.unique(np.stack(arrays), return_counts=True)
    images = [sum((array == value).any() for array in arrays) for value in values]
    expected = {(None, str(v)): (n, m) for v, n, m in zip(values, pixels, images, strict=True)}
    assert counted(audit.counts) == expected
    assert audit.counts.total_samples == len(arrays)
    assert audit.classes == tuple(map(str, values))
    assert (audit.source.unit, audit.source.kind) == ("pixel", "masks")


@pytest.mark.parametrize("dtype", ["int32", "uint16"])
def test_wide_images_of_other_formats_are_read_on_demand(tmp_path: Path, dtype: str) -> None:
    array = RANDOM.integers(0, 40_000, (5, 7)).astype(dtype)
    draw(tmp_path / "a.tif", array)

    audit = scan(tmp_path, format="masks", extensions=["tif"])

    assert audit.counts.per_label() == {str(v): n for v, n in zip(*np.unique(array, return_counts=True), strict=True)}


def test_folders_named_for_splits_are_splits(tmp_path: Path) -> None:
    for folder, value in (("trainannot", 1), ("valannot", 2)):
        draw(tmp_path / folder / "0.png", np.full((2, 3), value, np.uint8))
    for folder, value in (("train/masks", 1), ("val/masks", 2)):
        draw(tmp_path / "b" / folder / "0.png", np.full((2, 3), value, np.uint8))

    for root in (tmp_path, tmp_path / "b"):
        assert counted(scan(root).counts) == {("train", "1"): (6, 1), ("val", "2"): (6, 1)}


def test_only_the_folders_that_are_called_so_are_read_and_the_note_names_them(tmp_path: Path) -> None:
    draw(tmp_path / "images" / "0.png", RANDOM.integers(0, 255, (4, 4, 3)).astype(np.uint8))
    draw(tmp_path / "masks" / "0.png", np.zeros((4, 4), np.uint8))

    labels = read(tmp_path)

    assert labels.kind == "masks"
    assert labels.notes == ('Only the folders that are called as masks are were read: "masks".',)
    assert labels.frame.select("id").collect().rows() == [("masks/0.png",)]


@pytest.mark.parametrize("folders", [("cat", "dog"), ("a/masks_of_men", "b")])
def test_a_folder_of_grey_images_that_nothing_calls_masks_is_not_taken_for_them(
    tmp_path: Path, folders: tuple[str, ...]
) -> None:
    for folder in folders:
        draw(tmp_path / folder / "0.png", np.zeros((4, 4), np.uint8))

    assert read(tmp_path).kind == "folder-tree"


def test_class_folders_of_colour_images_are_not_masks_whatever_they_are_called(tmp_path: Path) -> None:
    for folder in ("masks", "faces"):
        draw(tmp_path / folder / "0.png", np.zeros((4, 4, 3), np.uint8))

    with pytest.raises(SourceError):
        read(tmp_path)
    assert read(tmp_path, ReadOptions(format="folder-tree")).classes == ("faces", "masks")


def test_declared_classes_name_the_values_and_void_is_ignored(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", np.array([[0, 0, 1], [2, 255, 255]], np.uint8), "P")
    draw(tmp_path / "b.png", np.array([[255, 255, 255]], np.uint8), "P")

    audit = scan(tmp_path, format="masks", classes=["road", "car", "sky", "sign"], ignore=["255"])

    assert audit.classes == ("road", "car", "sky", "sign")
    assert counted(audit.counts)[None, "road"] == (2, 1)
    assert audit.counts.total_samples == 2
    assert {finding.label for finding in audit.findings if finding.name == "unseen-class"} == {"sign"}
    assert not [finding for finding in audit.findings if finding.name == "unknown-label"]
    assert class_weights(audit, zero_count="cap").counts == (2, 1, 1, 0)


def test_values_that_do_not_occur_below_the_largest_are_noted(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", np.array([[0, 2, 5, 255]], np.uint8))
    draw(tmp_path / "b" / "a.png", np.array([[0, 255]], np.uint8))

    assert any("has the value 1, 3, 4, though some have 5" in note for note in read(tmp_path, FORCED).notes)
    assert read(tmp_path / "b", FORCED).notes == ()
    assert read(tmp_path, ReadOptions(format="masks", classes=tuple("abcdef"))).notes == ()


def test_a_suffix_tells_the_index_masks_from_others_beside_them(tmp_path: Path) -> None:
    draw(tmp_path / "gtFine" / "train" / "ulm" / "0_labelIds.png", np.full((2, 2), 7, np.uint8))
    draw(tmp_path / "gtFine" / "train" / "ulm" / "0_color.png", np.zeros((2, 2, 4), np.uint8))

    with pytest.raises(SourceError, match=r"0_color\.png holds colours or fractions \(mode RGBA\)"):
        read(tmp_path, FORCED)
    labels = read(tmp_path, ReadOptions(format="masks", extensions=("_labelIds.png",)))
    assert labels.frame.select("label", "split", "weight").collect().rows() == [(7, "train", 4)]


@pytest.mark.parametrize(
    ("suffix", "saved", "message"),
    [
        ("png", "PNG", r"^[\w/]+\.png holds colours or fractions \(mode RGB\), and a mask holds a class index a pixel"),
        ("png", "JPEG", r"^[\w/]+\.png is JPEG, which changes pixels"),
        ("jpg", "JPEG", r"holds JPEG images and no mask that ends in \.png"),
    ],
)
def test_colours_and_jpeg_are_refused(tmp_path: Path, suffix: str, saved: str, message: str) -> None:
    image = Image.new("RGB", (4, 4))
    image.save(tmp_path / f"a.{suffix}", format=saved)

    with pytest.raises(SourceError, match=message):
        read(tmp_path, FORCED)


def test_a_grey_jpeg_is_refused_on_demand_too(tmp_path: Path) -> None:
    Image.new("L", (4, 4)).save(tmp_path / "a.jpg")

    with pytest.raises(SourceError, match="is JPEG, which changes pixels"):
        read(tmp_path, ReadOptions(format="masks", extensions=("jpg",)))


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"not an image", None])
def test_a_damaged_mask_is_named_among_good_ones(tmp_path: Path, content: bytes | None) -> None:
    good = [draw(tmp_path / f"{n:03}.png", RANDOM.integers(0, 9, (40, 40)).astype(np.uint8)) for n in range(150)]
    whole = good[70].read_bytes()
    good[70].write_bytes(whole[: len(whole) // 2] if content is None else content)

    with pytest.raises(SourceError, match=r"^[\w/]*070\.png cannot be read as an image") as caught:
        read(tmp_path, FORCED)
    assert str(tmp_path) not in str(caught.value)


def test_an_image_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", np.zeros((2, 2), np.uint8))
    data = bytearray((tmp_path / "a.png").read_bytes())
    data[16:24] = (60_000).to_bytes(4) * 2
    (tmp_path / "a.png").write_bytes(data)

    with pytest.raises(SourceError, match="cannot be read as an image"):
        read(tmp_path, FORCED)


def test_a_folder_without_masks_is_empty(tmp_path: Path) -> None:
    with pytest.raises(EmptySourceError, match=r"holds no mask that ends in \.png"):
        read(tmp_path, FORCED)
    with pytest.raises(SourceError, match="nowhere is no folder"):
        read(tmp_path / "nowhere", FORCED)


def test_names_that_are_no_text_or_act_on_a_terminal_are_escaped(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", np.zeros((2, 2), np.uint8))
    try:
        (tmp_path / "a.png").rename(tmp_path / os.fsdecode(b"\xff\x1b[31m.png"))
    except OSError:
        pytest.skip("the file system takes UTF-8 names only")

    assert read(tmp_path, FORCED).frame.select("id").collect().item().endswith("\\xff\x1b[31m.png")

    (tmp_path / "b\n\x1b[31m.png").write_bytes(b"x")
    with pytest.raises(SourceError) as caught:
        read(tmp_path, FORCED)
    assert str(caught.value).isprintable()


def test_progress_is_told_mask_by_mask(tmp_path: Path) -> None:
    for number in range(3):
        draw(tmp_path / f"{number}.png", np.zeros((2, 2), np.uint8))
    told = []

    with told_to(lambda *progress: told.append(progress)):
        read(tmp_path, FORCED)

    assert told == [("masks", 0, 3), ("masks", 3, 3)]


def test_without_pillow_the_error_names_the_extra(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", np.zeros((2, 2), np.uint8))
    code = "import sys; sys.modules['PIL'] = None\nfrom imbalance_audit import scan\nscan(sys.argv[1], format='masks')"

    run = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)

    assert "pip install 'imbalance-audit[masks]'" in run.stderr


def bases() -> list[bytes]:
    """One small image of each kind."""
    made = []
    pixels = RANDOM.integers(0, 9, (16, 16))
    for dtype, form in (
        ("uint8", "PNG"),
        ("uint16", "PNG"),
        ("bool", "PNG"),
        ("uint8", "GIF"),
        ("uint16", "TIFF"),
        ("uint8", "BMP"),
    ):
        stream = io.BytesIO()
        Image.fromarray(pixels.astype(dtype)).save(stream, form)
        made.append(stream.getvalue())
    return made


BASES = bases()


@given(
    st.sampled_from(BASES),
    st.lists(st.tuples(st.integers(0, 4000), st.binary(min_size=1, max_size=8)), max_size=4),
    st.none() | st.integers(0, 1200),
)
@settings(max_examples=int(os.environ.get("FUZZ", "150")))
def test_any_bytes_give_labels_or_a_source_error(
    base: bytes, changes: list[tuple[int, bytes]], length: int | None
) -> None:
    data = bytearray(base)
    for at, change in changes:
        data[at % len(data) : at % len(data) + len(change)] = change
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a.png").write_bytes(data[:length])
        with contextlib.suppress(SourceError):
            read(folder, FORCED).frame.collect()
