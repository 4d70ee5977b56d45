"""Shards give the samples that the webdataset package reads from them, and their labels."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import webdataset
from hypothesis import given, settings
from hypothesis import strategies as st
from webdataset import tariterators

from imbalance_audit import scan
from imbalance_audit.errors import AuditError, EmptySourceError, SourceError
from imbalance_audit.sources import ReadOptions, read
from imbalance_audit.sources.layouts.shards import expand_braces
from imbalance_audit.sources.layouts.tar import open_archive

Sample = Mapping[str, bytes | str]


def write(path: Path, samples: Sequence[Sample]) -> Path:
    with webdataset.TarWriter(str(path), encoder=False) as writer:
        for number, sample in enumerate(samples):
            data = {kind: value.encode() if isinstance(value, str) else value for kind, value in sample.items()}
            writer.write({"__key__": f"s{number:04}", **data})
    return path


def pack(path: Path, *members: tuple[str, bytes], format: int = tarfile.PAX_FORMAT) -> Path:
    with tarfile.open(path, "w", format=format) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def rows(source: object, **options: object) -> list[tuple[object, ...]]:
    frame = read(source, ReadOptions(**options)).frame  # type: ignore[arg-type]  # -- each test passes what fits
    return frame.select("id", "label").collect().rows()


def loaded(path: Path) -> list[dict[str, object]]:
    """The samples that the webdataset package reads."""
    with path.open("rb") as stream:
        return list(tariterators.group_by_keys(tariterators.tar_file_expander([{"url": path.name, "stream": stream}])))


IMAGE = os.urandom(5000)


def test_samples_and_labels_are_those_that_the_loader_reads(tmp_path: Path) -> None:
    samples: list[Sample] = [{"jpg": IMAGE, "cls": str(number % 3)} for number in range(20)]
    path = write(tmp_path / "a.tar", [*samples, {"jpg": IMAGE, "seg.png": IMAGE}])

    labels = read(path)

    found = [(f"a.tar/{one['__key__']}", one["cls"].decode() if "cls" in one else None) for one in loaded(path)]  # type: ignore[attr-defined]  # -- bytes
    assert rows(path) == found
    assert found[-1][1] is None
    assert labels.unit == "image"
    assert scan(path).classes == ("0", "1", "2")


def test_shards_are_split_by_their_names_and_found_by_braces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for split, classes in (("train", 12), ("val", 3)):
        pattern = str(tmp_path / f"{split}-%03d.tar")
        with webdataset.ShardWriter(pattern, maxcount=7, verbose=0) as writer:
            for number in range(20):
                writer.write({"__key__": f"{number:06}", "cls": number % classes, "txt": "a text"})
    monkeypatch.chdir(tmp_path)

    audits = [scan(source) for source in (tmp_path, "{train,val}-{000..002}.tar", "*.tar", sorted(tmp_path.iterdir()))]

    assert {audit.source.fingerprint for audit in audits} == {audits[0].source.fingerprint}
    assert audits[0].counts.splits == ("train", "val")
    assert audits[0].counts.total_samples == 40
    assert audits[0].classes == tuple(map(str, range(12)))
    assert audits[0].source.unit == "row"
    assert audits[0].collisions == ()


@pytest.mark.parametrize(
    "pattern", ["a-{0..3}.tar", "{08..11}", "{train,val}-{0..1}.tar", "{3..1}", "a{b}c", "{000..2}", "x"]
)
def test_braces_stand_for_what_webdataset_takes_them_for(pattern: str) -> None:
    assert expand_braces(pattern) == list(webdataset.shardlists.expand_urls(pattern))


def test_a_pattern_for_too_many_shards_is_refused() -> None:
    with pytest.raises(SourceError, match="more than 1,000,000 shards"):
        expand_braces("{0..99999999999999}-{0..9}.tar")


def test_shards_that_are_missing_are_counted(tmp_path: Path) -> None:
    write(tmp_path / "s-0.tar", [{"cls": "1"}])

    with pytest.raises(SourceError, match=r"^2 of 3 shards are not there, such as s-1\.tar"):
        read(str(tmp_path / "s-{0..2}.tar"))


def test_a_key_ends_at_the_first_dot_of_the_base_name(tmp_path: Path) -> None:
    members = [
        ("v1.0/a.b.jpg", IMAGE),
        ("v1.0/a.cls", b"1"),
        ("v1.0/c.cls", b"2"),
        ("./d.jpg", IMAGE),
        ("./d.cls", b"3"),
    ]
    path = pack(tmp_path / "a.tar", *members)

    assert rows(path) == [("a.tar/v1.0/a", "1"), ("a.tar/v1.0/c", "2"), ("a.tar/./d", "3")]
    assert [one["__key__"] for one in loaded(path)] == ["v1.0/a", "v1.0/c", "./d"]


def test_members_that_stand_apart_are_two_samples_as_for_the_loader(tmp_path: Path) -> None:
    path = pack(
        tmp_path / "a.tar", ("a.jpg", IMAGE), ("b.jpg", IMAGE), ("a.cls", b"1"), ("b.cls", b"2"), ("README", b"")
    )

    labels = read(path)

    assert [label for _, label in rows(path)] == [None, None, "1", "2"]
    assert len(loaded(path)) == 4
    assert any("samples of their own: 2." in note for note in labels.notes)
    assert any("gives no key left out, as webdataset does: 1." in note for note in labels.notes)


def test_a_member_that_comes_twice_stops_us_as_it_stops_the_loader(tmp_path: Path) -> None:
    path = pack(tmp_path / "a.tar", ("a.cls", b"1"), ("a.CLS", b"2"))

    with pytest.raises(ValueError, match="duplicate"):
        loaded(path)
    with pytest.raises(SourceError, match=r'^a\.tar at "a\.CLS" holds that member of one sample twice'):
        read(path)


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([3, 1, None], ["3", "1", None]),
        (["cat", "dog", ""], ["cat", "dog", ""]),
        ([True, False, True], ["true", "false", "true"]),
        ([1, "a", 2], ["1", "a", "2"]),
    ],
)
def test_a_label_stands_under_a_key_of_the_json(tmp_path: Path, values: list[object], labels: list[str | None]) -> None:
    path = write(tmp_path / "a.tar", [{"jpg": IMAGE, "json": json.dumps({"meta": {"y": v}, "y": v})} for v in values])

    assert [label for _, label in rows(path, label=("y",))] == labels
    assert [label for _, label in rows(path, label=("meta.y",))] == labels


def test_lists_in_the_json_are_several_labels(tmp_path: Path) -> None:
    values = [["a", "b"], [], "a", None]
    audit = scan(write(tmp_path / "a.tar", [{"json": json.dumps({"tags": v})} for v in values]), label="tags")

    assert audit.source.task == "multilabel"
    assert audit.counts.per_label() == {"a": 2, "b": 1}
    assert (audit.counts.total_samples, audit.counts.unlabelled) == (4, 2)


def test_a_member_of_another_name_holds_the_label_on_demand(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tar", [{"target.txt": "cat\n", "jpg": IMAGE}, {"target.txt": "dog"}])

    assert [label for _, label in rows(path, label=("target.txt",))] == ["cat", "dog"]


def test_without_a_label_the_error_lists_members_and_keys(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tar", [{"jpg": IMAGE, "json": '{"species": "cat", "id": 7}'}])

    with pytest.raises(SourceError, match=r'no member \.cls\. Members: \.jpg, \.json\. Keys .*: "species", "id"\.'):
        read(path)
    with pytest.raises(SourceError, match=r"neither a member \.kind nor such a key"):
        read(path, ReadOptions(label=("kind",)))


def test_classes_name_the_integers(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tar", [{"cls": "1"}, {"cls": "0"}, {"cls": "1\n"}])

    audit = scan(path, classes=["cat", "dog", "fox"])

    assert audit.counts.per_label() == {"cat": 1, "dog": 2}
    assert audit.classes == ("cat", "dog", "fox")


@pytest.mark.parametrize("suffix", ["tar.gz", "tgz"])
def test_a_packed_shard_gives_the_same(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path / "a.tar", [{"jpg": IMAGE, "cls": str(number)} for number in range(50)])
    packed = tmp_path / f"a.{suffix}"
    packed.write_bytes(gzip.compress(path.read_bytes()))

    assert [label for _, label in rows(packed)] == [label for _, label in rows(path)]


NAMES = st.text(st.sampled_from("aé./日 "), min_size=1, max_size=150).filter(lambda n: not n.endswith("/"))


@given(
    st.lists(st.tuples(NAMES, st.binary(max_size=1200)), max_size=6),
    st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]),
    st.booleans(),
)
@settings(max_examples=100)
def test_the_walk_finds_the_members_that_tarfile_finds(
    members: list[tuple[str, bytes]], format: int, packed: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.tar")
        try:
            pack(path, *members, format=format)
        except ValueError:  # a name too long for ustar
            return
        if packed:
            path.write_bytes(gzip.compress(path.read_bytes()))
        with tarfile.open(path) as archive:
            expected = [(info.name, archive.extractfile(info).read()) for info in archive if info.isreg()]  # type: ignore[union-attr]  # -- a plain file

        with open_archive(path, "a.tar") as ours:
            found = [(member.name.rstrip("/"), ours.read(member)) for member in ours]

        assert found == expected
        assert ours.ended


def test_links_and_folders_are_no_members(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.GNU_FORMAT) as archive:
        for kind in (tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo(f"kind{kind.decode()}.cls")
            info.type, info.linkname = kind, "x" * 200
            archive.addfile(info)
        info = tarfile.TarInfo("a.cls")
        info.size = 1
        archive.addfile(info, io.BytesIO(b"4"))

    assert rows(tmp_path / "a.tar") == [("a.tar/a", "4")]


@pytest.mark.parametrize("packed", [False, True])
def test_a_shard_that_is_cut_off_is_refused_with_the_place(tmp_path: Path, packed: bool) -> None:
    whole = pack(tmp_path / "w.tar", ("a.jpg", IMAGE), ("a.cls", b"1"), format=tarfile.USTAR_FORMAT).read_bytes()
    path = tmp_path / "a.tar"
    for length in (100, 512, 700, 5000, 6000, 6700):
        path.write_bytes(gzip.compress(whole[:length]) if packed else whole[:length])

        with pytest.raises(SourceError, match=r"^a\.tar is (cut off: the member at byte [\d,]+ should|no tar archive)"):
            read(path)


def test_packed_data_that_end_early_are_refused_with_the_place(tmp_path: Path) -> None:
    packed = gzip.compress(pack(tmp_path / "w.tar", ("a.jpg", IMAGE), ("a.cls", b"1")).read_bytes())
    (tmp_path / "a.tar.gz").write_bytes(packed[: len(packed) // 2])

    with pytest.raises(
        SourceError, match=r"^a\.tar\.gz is cut off: its packed data end in or after the member at byte 0"
    ):
        read(tmp_path / "a.tar.gz")


def test_a_shard_without_its_end_mark_is_noted(tmp_path: Path) -> None:
    whole = pack(tmp_path / "w.tar", ("a.cls", b"1"), ("b.cls", b"2"), format=tarfile.USTAR_FORMAT).read_bytes()
    (tmp_path / "a.tar").write_bytes(whole[:1024])

    assert rows(tmp_path / "a.tar") == [("a.tar/a", "1")]
    assert read(tmp_path / "a.tar").notes == ('Shards without an end mark, which may have been cut off: "a.tar".',)


@pytest.mark.parametrize("packed", [False, True])
def test_archives_that_were_joined_end_where_the_loader_ends_and_are_noted(tmp_path: Path, packed: bool) -> None:
    one, other = (pack(tmp_path / f"{key}.tar", (f"{key}.cls", b"1")).read_bytes() for key in "ab")
    (tmp_path / "c.tar").write_bytes(gzip.compress(one + other) if packed else one + other)

    assert rows(tmp_path / "c.tar") == [("c.tar/a", "1")]
    assert read(tmp_path / "c.tar").notes == (
        'Shards with more behind their end mark, which webdataset does not read: "c.tar".',
    )
    assert read(tmp_path / "a.tar").notes == ()


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (b"", EmptySourceError, "is empty"),
        (b"\0" * 10240, EmptySourceError, "holds no samples"),
        (b"x" * 2000, SourceError, "is no tar archive"),
        (b"\x1f\x8b" + b"x" * 100, SourceError, "a.tar"),
    ],
)
def test_what_is_no_shard_is_refused(tmp_path: Path, content: bytes, error: type[AuditError], message: str) -> None:
    (tmp_path / "a.tar").write_bytes(content)

    with pytest.raises(error, match=message):
        read(tmp_path / "a.tar")


@pytest.mark.parametrize(
    ("member", "data", "label", "message"),
    [
        ("a.cls", b"\xff\xfe", (), "is not UTF-8 text"),
        ("a.cls", b"one\ntwo", (), "several lines"),
        ("a.json", b"{", ("y",), "is no JSON"),
        ("a.json", b"[" * 100_000, ("y",), "is no JSON"),
        ("a.json", b'{"y": {"z": 1}}', ("y",), "what is no label"),
        ("a.json", b'{"y": "\\ud800"}', ("y",), "what is no label"),
        ("a.json", b'{"y": 1' + b"0" * 5000 + b"}", ("y",), "is no JSON"),
        ("a.cls", b"x" * (2**24 + 1), (), "too many for a label"),
    ],
)
def test_a_member_that_holds_no_label_is_named(
    tmp_path: Path, member: str, data: bytes, label: tuple[str, ...], message: str
) -> None:
    pack(tmp_path / "a.tar", (member, data))

    with pytest.raises(SourceError, match=message) as caught:
        read(tmp_path / "a.tar", ReadOptions(label=label))

    assert str(caught.value).startswith(f'a.tar at "{member}"')


def test_hostile_names_are_escaped(tmp_path: Path) -> None:
    pack(tmp_path / "a.tar", ("a\n\x1b[31m.cls", b"1"), (os.fsdecode(b"\xff.cls"), b"2"), ("../../up.cls", b"3"))

    labels = read(tmp_path / "a.tar")

    assert [label for _, label in rows(tmp_path / "a.tar")] == ["1", "2", "3"]
    assert labels.notes == ("Keys that are not UTF-8 text, written with escapes in the ids: 1.",)
    pack(tmp_path / "b.tar", ("a\n\x1b[31m.cls", b"\xff"))
    with pytest.raises(SourceError) as caught:
        read(tmp_path / "b.tar")
    assert str(caught.value).isprintable()


def bases() -> list[bytes]:
    """Small archives of every kind, packed and not."""
    made = []
    members = (("k" * 120 + ".jpg", b"x" * 700), ("é.json", b'{"cls": [1, "a"]}'), ("é.cls", b"3"))
    for layout in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        with tempfile.TemporaryDirectory() as folder, contextlib.suppress(ValueError):
            made.append(pack(Path(folder, "a.tar"), *members, format=layout).read_bytes()[:9000])
    return [*made, *map(gzip.compress, made)]


BASES = bases()


@given(
    st.sampled_from(BASES),
    st.lists(st.tuples(st.integers(0, 9000), st.binary(min_size=1, max_size=12)), max_size=4),
    st.none() | st.integers(0, 9000),
    st.sampled_from([(), ("cls",), ("json",)]),
)
@settings(max_examples=int(os.environ.get("FUZZ", "150")))
def test_any_bytes_give_labels_or_a_source_error(
    base: bytes, changes: list[tuple[int, bytes]], length: int | None, label: tuple[str, ...]
) -> None:
    data = bytearray(base)
    for at, change in changes:
        data[at % len(data) : at % len(data) + len(change)] = change
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.tar")
        path.write_bytes(data[:length])
        with contextlib.suppress(SourceError):
            read(path, ReadOptions(label=label)).frame.collect()
