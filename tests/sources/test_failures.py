"""Damage met in mid-file ends in one sentence that names the file."""

from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest

from imbalance_audit.errors import SourceError
from imbalance_audit.sources import ReadOptions, read, reading, translate


def count(path: Path | list[Path], options: ReadOptions | None = None) -> int:
    labels = read(path, options)
    with reading(labels):
        total: int = labels.frame.group_by("label").len().collect(engine="streaming").select(pl.sum("len")).item()
    return total


@pytest.fixture
def parquet(tmp_path: Path) -> Path:
    """A good file, and beside it room for bad ones."""
    file = tmp_path / "a.parquet"
    pl.DataFrame({"label": [f"c{i % 50}-{i * 7919 % 10007}" for i in range(50_000)]}).write_parquet(file)
    return file


def test_a_truncated_parquet_is_named(parquet: Path) -> None:
    bad = parquet.with_name("b.parquet")
    bad.write_bytes(parquet.read_bytes()[:20_000])

    with pytest.raises(SourceError, match=r"^b\.parquet cannot be read"):
        count([parquet, bad])


def test_a_damaged_page_is_named_among_good_files(parquet: Path) -> None:
    raw = bytearray(parquet.read_bytes())
    for i in range(4, 400):
        raw[i] ^= 0xFF
    bad = parquet.with_name("b.parquet")
    bad.write_bytes(bytes(raw))

    with pytest.raises(SourceError, match=r"^b\.parquet "):
        count([parquet, bad])


def test_a_truncated_gzip_is_named(tmp_path: Path) -> None:
    packed = gzip.compress(b"id,label\n" + b"".join(b"%d,c%d\n" % (i, i * 7919 % 97) for i in range(50_000)))
    (tmp_path / "a.csv.gz").write_bytes(packed)
    (tmp_path / "b.csv.gz").write_bytes(packed[: len(packed) // 2])
    flipped = bytearray(packed)
    flipped[len(packed) // 2] ^= 0xFF
    (tmp_path / "c.csv.gz").write_bytes(bytes(flipped))

    with pytest.raises(SourceError, match=r"^b\.csv\.gz ends too early"):
        count([tmp_path / "a.csv.gz", tmp_path / "b.csv.gz"])
    with pytest.raises(SourceError, match=r"^c\.csv\.gz "):
        count(tmp_path / "c.csv.gz")


def test_invalid_text_in_mid_file_is_named(tmp_path: Path) -> None:
    good = b"id,label\n" + b"".join(b"%d,c%d\n" % (i, i % 7) for i in range(50_000))
    (tmp_path / "a.csv").write_bytes(good)
    (tmp_path / "b.csv").write_bytes(good + b"1,caf\xe9\n" + good[9:])

    with pytest.raises(SourceError, match=r"^b\.csv is not UTF-8 text"):
        count(tmp_path)


def test_an_unclosed_quote_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('id,label\n1,"cat\n2,dog\n')

    with pytest.raises(SourceError, match=r"^a\.csv "):
        count(tmp_path / "a.csv")


def test_a_file_deleted_after_it_was_opened_is_named(parquet: Path) -> None:
    labels = read(parquet)
    parquet.unlink()

    with pytest.raises(SourceError, match=r"^a\.parquet is no longer there"), reading(labels):
        labels.frame.collect()


def test_a_lazy_frame_that_fails_is_an_error_of_its_own() -> None:
    with pytest.raises(SourceError, match=r"^memory cannot be read"):
        read(pl.LazyFrame({"label": ["a"]}).with_columns(pl.col("nothing")))


def test_no_absolute_path_gets_into_a_sentence(parquet: Path) -> None:
    labels = read(parquet)
    parquet.write_bytes(b"PAR1" + bytes(50))

    with pytest.raises(SourceError) as caught, reading(labels):
        labels.frame.collect()
    assert str(parquet.parent) not in str(caught.value)


def test_errors_that_are_not_of_reading_pass(parquet: Path) -> None:
    with pytest.raises(ZeroDivisionError), reading(read(parquet)):
        raise ZeroDivisionError


@pytest.mark.parametrize(
    "error",
    [
        OSError(5, "Input/output error", "/home/me/my data/x.csv"),
        OSError("cannot map (/home/me/data/x.csv)"),
        pl.exceptions.ComputeError("broken file:///home/me/data/x.csv: page 3, path=/home/me/data/x.csv"),
    ],
)
def test_no_folder_of_this_machine_stands_in_a_sentence(error: Exception) -> None:
    text = str(translate(error, "x.csv"))

    assert "home" not in text
    assert "data/" not in text
    assert text.count("x.csv") >= 2


def test_a_number_in_a_file_name_is_no_status_of_a_server() -> None:
    missing = "Object-store error: Object at location b/00000-0-4035ac40-a401.parquet not found"

    assert "does not exist" in str(translate(OSError(missing), "table"))
    assert "with the credentials in use" in str(translate(OSError("Object-store error: status 403 Forbidden"), "table"))
