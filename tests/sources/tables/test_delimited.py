"""CSV and TSV: nothing is inferred, nothing is lost."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pytest

from imbalance_audit.errors import EmptySourceError, SourceError
from imbalance_audit.records import Labels
from imbalance_audit.sources import ReadOptions, read, reading


def labels_of(labels: Labels) -> list[str | None]:
    with reading(labels):
        return labels.frame.collect(engine="streaming")["label"].to_list()


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_text_stays_text_and_an_empty_cell_is_no_label(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", 'id,label\n1,001\n2,\n3,""\n4,None\n5,NA\n6,True\n7,nan\n8, cat \n')

    labels = read(file)

    assert labels_of(labels) == ["001", None, "", "None", "NA", "True", "nan", " cat "]
    assert labels.untyped


def test_a_column_is_addressed_by_position(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "1,cat\n2,dog\n")

    assert labels_of(read(file, ReadOptions(label=("-1",), header=False))) == ["cat", "dog"]
    assert labels_of(read(file, ReadOptions(label=("0",), header=False))) == ["1", "2"]
    with pytest.raises(SourceError, match=r"has 2 columns, so there is no column 5"):
        read(file, ReadOptions(label=("5",), header=False))
    with pytest.raises(SourceError, match=r"has 2 columns without names. Pass a position, such as --label -1"):
        read(file, ReadOptions(header=False))


def test_a_header_with_blanks_is_suggested_not_taken(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "x, label\n1,cat\n")

    with pytest.raises(SourceError, match=r'Did you mean " label"\? Columns: "x", " label"'):
        read(file)
    with pytest.raises(SourceError, match=r'has no column "label"\. Did you mean " label"\?'):
        read(file, ReadOptions(label=("label",)))
    assert labels_of(read(file, ReadOptions(label=(" label",)))) == ["cat"]


def test_a_duplicate_header_is_listed(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "label,label,x\n1,2,3\n")

    with pytest.raises(SourceError, match='Columns: "label", "label_duplicated_0", "x"'):
        read(file, ReadOptions(label=("labell_dup",)))


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    assert labels_of(read(write(tmp_path / "a.csv", b"\xef\xbb\xbflabel,id\ncat,1\n"))) == ["cat"]


@pytest.mark.parametrize("text", ["id,label\n1,café\n", "id,labél\n1,cat\n"])
def test_latin_1_is_refused_with_the_encoding(tmp_path: Path, text: str) -> None:
    file = write(tmp_path / "a.csv", text.encode("latin-1"))

    with pytest.raises(SourceError, match=r"a\.csv is not UTF-8 text. Convert it first"):
        labels_of(read(file, ReadOptions(label=("-1",))))


def test_utf_16_is_refused_with_the_encoding(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "id,label\n1,cat\n".encode("utf-16"))

    with pytest.raises(SourceError, match="is not UTF-8 text"):
        labels_of(read(file, ReadOptions(label=("-1",))))


def test_quotes_in_a_tsv_do_not_merge_its_rows(tmp_path: Path) -> None:
    file = write(tmp_path / "a.tsv", 'text\tlabel\n"so it begins\tcat\nit ends"\tdog\n')

    assert labels_of(read(file)) == ["cat", "dog"]


def test_a_row_with_too_many_fields_is_an_error_though_only_the_label_is_read(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "id,label\n0,ok\n")
    write(tmp_path / "b.csv", "id,label\n1,cat\n2,hello, world,dog\n")

    with pytest.raises(SourceError, match=r"^b\.csv has a row with more fields than the header"):
        labels_of(read(tmp_path))


def test_files_with_their_columns_in_another_order_are_one_table(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "id,label\n1,cat\n")
    write(tmp_path / "b.csv", "extra,label,id\nx,dog,1\n")

    assert sorted(map(str, labels_of(read(tmp_path)))) == ["cat", "dog"]


def test_semicolons_are_found_where_there_is_no_comma(tmp_path: Path) -> None:
    assert labels_of(read(write(tmp_path / "a.csv", "id;label\n1;cat\n2;3,5\n"))) == ["cat", "3,5"]


def test_compressed_files_are_read(tmp_path: Path) -> None:
    write(tmp_path / "a.csv.gz", gzip.compress(b"id,label\n1,cat\n"))
    with pa.CompressedOutputStream(str(tmp_path / "b.tsv.zst"), "zstd") as sink:
        sink.write(b"id\tlabel\n1\t007\n")

    assert labels_of(read(tmp_path / "a.csv.gz")) == ["cat"]
    assert labels_of(read(tmp_path / "b.tsv.zst")) == ["007"]


def test_a_hostile_column_name_is_shown_escaped(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", '"a\nb","\x1b[31m"\ncat,dog\n')

    with pytest.raises(SourceError) as caught:
        read(file)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert labels_of(read(file, ReadOptions(label=("a\nb",)))) == ["cat"]


def test_bare_carriage_returns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="bare carriage return"):
        read(write(tmp_path / "a.csv", b"id,label\r1,cat\r2,dog\r"))


def test_a_header_alone_gives_no_rows(tmp_path: Path) -> None:
    assert labels_of(read(write(tmp_path / "a.csv", "id,label\n"))) == []


def test_weights_in_text_are_whole_numbers_or_an_error(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "label,n,bad\ncat,3,1\ndog,0,-2\nfox,7,x\n")

    assert read(file, ReadOptions(weight="n")).frame.collect()["weight"].to_list() == [3, 0, 7]
    with pytest.raises(SourceError, match=r'Column "bad" of a\.csv is no whole number ≥ 0 in 2 rows'):
        read(file, ReadOptions(weight="bad"))


def test_blank_lines_are_no_samples_where_a_row_has_several_fields(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", "id,label\n1,cat\n\n2,\n\n")

    assert labels_of(read(file)) == ["cat", None]


def test_a_file_of_blanks_is_empty(tmp_path: Path) -> None:
    for text in ("\n", "  "):
        with pytest.raises(EmptySourceError, match=r"^a\.csv is empty"):
            read(write(tmp_path / "a.csv", text))
