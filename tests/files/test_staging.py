"""What reaches a disk: whole files or none, whatever stands at their place and whenever the run ends."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from imbalance_audit.errors import OptionError
from imbalance_audit.files import leftovers, staging
from imbalance_audit.files.appending import append
from imbalance_audit.files.destinations import cannot_write, target_of
from imbalance_audit.files.own_kinds import AUDIT_FILE, INDEX_FILE, POLICY_FILE, REPORT_TEXT, FileKind
from imbalance_audit.files.staging import transaction, write_file

OURS = b'{"format": "imbalance-audit/audit", "version": 1}\n'
NEW = b'{"format": "imbalance-audit/audit", "version": 1, "new": true}\n'
REPORT = b"# Label audit: x\n"
KILLS = int(os.environ.get("AUDIT_KILLS", "12"))
"""How often a writer is killed at a random moment."""


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def drained(fifo: Path) -> Callable[[], bytes]:
    """Read a FIFO to its end in a thread, and return what gives the bytes."""
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(fifo.read_bytes()), daemon=True)
    reader.start()

    def bytes_read() -> bytes:
        reader.join(30)
        return b"".join(found)

    return bytes_read


def together(*files: tuple[Path, bytes, FileKind], ending: BaseException | None = None) -> None:
    """Write files in one transaction, which ends in an exception or well."""
    with transaction() as writing:
        for path, content, kind in files:
            writing.write(path, content, kind)
        if ending is not None:
            raise ending


def refused(path: Path, kind: FileKind = AUDIT_FILE) -> str:
    with pytest.raises(OptionError) as caught:
        write_file(path, NEW, kind)
    return str(caught.value)


def test_a_new_file_appears_with_its_folders_and_the_mode_of_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_file(tmp_path / "a/b/audit.json", NEW, AUDIT_FILE)
    finally:
        os.umask(before)

    assert (tmp_path / "a/b/audit.json").read_bytes() == NEW
    assert stat.S_IMODE((tmp_path / "a/b/audit.json").stat().st_mode) == 0o640
    assert names(tmp_path / "a/b") == ["audit.json"]


@pytest.mark.parametrize("before", [OURS, b""])
def test_a_file_of_ours_or_an_empty_one_is_replaced_and_keeps_its_mode(tmp_path: Path, before: bytes) -> None:
    path = tmp_path / "audit.json"
    path.write_bytes(before)
    path.chmod(0o604)

    write_file(path, NEW, AUDIT_FILE)

    assert path.read_bytes() == NEW
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


def test_a_file_of_another_kind_stays(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    path.write_bytes(b'[{"note": "\\"format\\": \\"imbalance-audit/audit\\""}]')
    before = path.read_bytes()

    assert refused(path) == f"{path} exists and is not an audit.json. Name another place, or remove it."
    assert path.read_bytes() == before
    path.write_bytes(OURS)
    assert "is not overwritten" in refused(path, POLICY_FILE)
    assert names(tmp_path) == ["data.json"]


def test_links_are_followed_and_stay(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/real.json").write_bytes(OURS)
    (tmp_path / "near").symlink_to("deep/second")
    (tmp_path / "deep/second").symlink_to("real.json")
    (tmp_path / "dangling").symlink_to("made/late.json")
    (tmp_path / "foreign").symlink_to(tmp_path / "text")
    (tmp_path / "text").write_text("mine")
    (tmp_path / "circle").symlink_to("circle")

    write_file(tmp_path / "near", NEW, AUDIT_FILE)
    write_file(tmp_path / "dangling", NEW, AUDIT_FILE)

    assert (tmp_path / "deep/real.json").read_bytes() == (tmp_path / "made/late.json").read_bytes() == NEW
    assert all((tmp_path / name).is_symlink() for name in ("near", "deep/second", "dangling"))
    assert "is not an audit.json" in refused(tmp_path / "foreign")
    assert (tmp_path / "text").read_text() == "mine"
    assert "Cannot write" in refused(tmp_path / "circle")


def test_what_is_no_file_is_named_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    missing = tmp_path / "new/folders"

    assert refused(tmp_path / "folder") == f"Cannot write {tmp_path}/folder: it is a folder. Name a file."
    assert f"Cannot write {tmp_path}/file/a.json: " in refused(tmp_path / "file/a.json")
    assert "File name too long" in refused(missing / ("n" * 300))
    assert "Cannot write" in refused(Path("nul\0l"))
    assert names(tmp_path) == ["file", "folder"]


def test_the_longest_name_that_a_file_may_have_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("ü" * 127)

    write_file(path, NEW, AUDIT_FILE)

    assert path.read_bytes() == NEW


def test_a_stream_is_written_into_after_every_file_is_in_place(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    text = drained(fifo)

    with transaction() as writing:
        writing.write(fifo, NEW, AUDIT_FILE)
        writing.write(tmp_path / "report.md", REPORT, REPORT_TEXT)

    assert text() == NEW
    assert stat.S_ISFIFO(fifo.lstat().st_mode)
    assert names(tmp_path) == ["pipe", "report.md"]


def test_a_stream_whose_reader_left_takes_the_files_back(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    (tmp_path / "audit.json").write_bytes(OURS)

    def leave() -> None:
        handle = os.open(fifo, os.O_RDONLY)
        os.read(handle, 1)
        os.close(handle)

    reader = threading.Thread(target=leave, daemon=True)
    reader.start()
    new = (tmp_path / "audit.json", NEW, AUDIT_FILE)
    with pytest.raises(OptionError, match=r"pipe: Broken pipe"):
        together((fifo, REPORT * 100_000, REPORT_TEXT), new, (tmp_path / "more/report.md", REPORT, REPORT_TEXT))
    reader.join(30)

    assert (tmp_path / "audit.json").read_bytes() == OURS
    assert names(tmp_path) == ["audit.json", "pipe"]


def test_an_open_file_is_gone_on_with_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "log"
    handle = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        os.write(handle, b"before\n")
        write_file(f"/proc/self/fd/{handle}", REPORT, REPORT_TEXT)
        os.write(handle, b"after\n")
    finally:
        os.close(handle)

    assert path.read_bytes() == b"before\n" + REPORT + b"after\n"
    assert names(tmp_path) == ["log"]


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_a_rename_that_fails_in_mid_way_puts_everything_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    (tmp_path / "audit.json").write_bytes(OURS)
    plain = Path.replace
    moved: list[Path] = []

    def replace(self: Path, target: Path) -> Path:
        if len(moved) == failing and ".part" in self.name and self not in moved:
            moved.append(self)
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(self))
        moved.append(self)
        return plain(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    targets = [tmp_path / name for name in ("a/report.md", "audit.json", "b/report.md")]
    contents = [(REPORT, REPORT_TEXT), (NEW, AUDIT_FILE), (REPORT, REPORT_TEXT)]
    with pytest.raises(OptionError) as caught:
        together(*((path, *content) for path, content in zip(targets, contents, strict=True)))

    assert str(caught.value).startswith(f"Cannot write {targets[failing]}: Input/output error. Name a place")
    assert names(tmp_path) == ["audit.json"]
    assert (tmp_path / "audit.json").read_bytes() == OURS


def test_an_interruption_between_two_renames_puts_everything_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "audit.json").write_bytes(OURS)
    plain = Path.replace

    def replace(self: Path, target: Path) -> Path:
        monkeypatch.undo()
        plain(self, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        together((tmp_path / "audit.json", NEW, AUDIT_FILE), (tmp_path / "report.md", REPORT, REPORT_TEXT))

    assert names(tmp_path) == ["audit.json"]
    assert (tmp_path / "audit.json").read_bytes() == OURS


def test_a_file_system_without_hard_links_keeps_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "audit.json").write_bytes(OURS)
    os.mkfifo(tmp_path / "pipe")
    text = drained(tmp_path / "pipe")

    def link(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", link)
    with transaction() as writing:
        writing.write(tmp_path / "audit.json", NEW, AUDIT_FILE)
        writing.write(tmp_path / "pipe", REPORT, REPORT_TEXT)

    assert text() == REPORT
    assert (tmp_path / "audit.json").read_bytes() == NEW
    assert names(tmp_path) == ["audit.json", "pipe"]


def test_one_place_for_two_files_is_refused_by_whatever_names(tmp_path: Path) -> None:
    (tmp_path / "here").symlink_to(tmp_path)
    (tmp_path / "one.json").write_bytes(OURS)
    (tmp_path / "two.json").hardlink_to(tmp_path / "one.json")

    for one, two in (("new.json", "here/new.json"), ("one.json", "two.json")):
        with pytest.raises(OptionError, match="one place for two files"):
            together((tmp_path / one, NEW, AUDIT_FILE), (tmp_path / two, NEW, AUDIT_FILE))

    assert (tmp_path / "one.json").read_bytes() == OURS
    assert names(tmp_path) == ["here", "one.json", "two.json"]


def test_what_fails_within_a_larger_transaction_is_dropped_alone(tmp_path: Path) -> None:
    with transaction() as writing:
        writing.write(tmp_path / "kept.json", NEW, AUDIT_FILE)
        with pytest.raises(ZeroDivisionError):
            together((tmp_path / "dropped.json", NEW, AUDIT_FILE), ending=ZeroDivisionError())
        assert not (tmp_path / "kept.json").exists()

    assert names(tmp_path) == ["kept.json"]


def test_folders_that_were_made_for_nothing_are_gone(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        together((tmp_path / "a/b/c/audit.json", NEW, AUDIT_FILE), ending=KeyboardInterrupt())

    assert names(tmp_path) == []


def test_leftovers_of_dead_runs_are_swept_and_those_of_live_ones_are_not(tmp_path: Path) -> None:
    path = tmp_path / "audit.json"
    dead, other = tmp_path / f".audit.json.{'0' * 16}.part", tmp_path / f".other.json.{'0' * 16}.part"
    mine = tmp_path / ".audit.json.mine.part"
    for one in (dead, other, mine):
        one.write_text("half")
    handle, live = leftovers.create(path, 0o666)
    try:
        write_file(path, NEW, AUDIT_FILE)

        assert names(tmp_path) == sorted(["audit.json", live.name, other.name, mine.name])
    finally:
        os.close(handle)
    write_file(path, OURS, AUDIT_FILE)

    assert not live.exists()


def test_a_full_disk_is_a_sentence_and_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "audit.json").write_bytes(OURS)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    said = refused(tmp_path / "audit.json")

    assert said.startswith(f"Cannot write {tmp_path}/audit.json: No space left on device. Make room, or name")
    assert (tmp_path / "audit.json").read_bytes() == OURS
    assert names(tmp_path) == ["audit.json"]


def test_a_library_that_tells_of_a_full_disk_in_words_is_understood(tmp_path: Path) -> None:
    words = "parquet: underlying IO error: No space left on device (os error 28)"

    def fill(said: str) -> None:
        with transaction() as writing, writing.filling(tmp_path / "audit.json", AUDIT_FILE):
            raise RuntimeError(said)

    with pytest.raises(OptionError, match=r"audit\.json: No space left on device"):
        fill(words)
    with pytest.raises(RuntimeError):
        fill("something else (os error 2)")
    assert names(tmp_path) == []
    assert "None" not in str(cannot_write("x", OSError("odd")))


LIMITED = """
import resource, sys
from pathlib import Path
from imbalance_audit.files.index import IndexHeader, IndexWriter
from imbalance_audit.files.appending import append
from imbalance_audit.errors import OptionError
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
place = Path(sys.argv[1])
header = IndexHeader(("a",), (10**6,), rows=10**6, width=4, split=None, fingerprint="")
try:
    with IndexWriter(place / "labels.idx", header):
        raise SystemExit("it could be mapped")
except OptionError as error:
    print(error)
append(place / "lines", b"first\\n")
try:
    append(place / "lines", b"x" * 200_000)
except OSError as error:
    print(error.strerror)
"""


def test_an_index_that_finds_no_room_is_refused_before_it_is_mapped_and_half_a_line_is_taken_back(
    tmp_path: Path,
) -> None:
    done = subprocess.run([sys.executable, "-c", LIMITED, tmp_path], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first.startswith(f"Cannot write {tmp_path}/labels.idx: File too large. Make room")
    assert second == "File too large"
    assert (tmp_path / "lines").read_bytes() == b"first\n"
    assert names(tmp_path) == ["lines"]


def test_lines_of_several_writers_stay_whole(tmp_path: Path) -> None:
    path = tmp_path / "lines"

    def write(letter: str) -> None:
        for _ in range(50):
            append(path, letter.encode() * 999 + b"\n")

    threads = [threading.Thread(target=write, args=(letter,)) for letter in "abcd"]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    lines = path.read_text().splitlines()
    assert sorted(lines) == sorted(letter * 999 for letter in "abcd" for _ in range(50))


def test_two_writers_at_once_leave_one_of_two_whole_files(tmp_path: Path) -> None:
    path = tmp_path / "deep/audit.json"
    contents = [OURS + letter * 100_000 for letter in (b"a", b"b")]

    def write(content: bytes) -> None:
        for _ in range(20):
            write_file(path, content, AUDIT_FILE)

    threads = [threading.Thread(target=write, args=(content,)) for content in contents]
    for one in threads:
        one.start()
    while any(one.is_alive() for one in threads):
        assert not path.exists() or path.read_bytes() in contents
    for one in threads:
        one.join()

    assert path.read_bytes() in contents
    assert names(path.parent) == ["audit.json"]


WRITER = """
import sys
from pathlib import Path
from imbalance_audit.cli.stopping import unwind_on_signals
from imbalance_audit.files.own_kinds import AUDIT_FILE, INDEX_FILE
from imbalance_audit.files.staging import transaction
unwind_on_signals()
place = Path(sys.argv[1])
for turn in range(10**9):
    with transaction() as writing:
        size = 200_000
        head = b'{"format": "imbalance-audit/audit"}' + str(turn).encode()
        writing.write(place / "deep/a.json", head.ljust(size), AUDIT_FILE)
        writing.write(place / "b.idx", b"imbalance-audit/index\\n".ljust(size), INDEX_FILE)
        writing.write(place / "c.json", head.ljust(size), AUDIT_FILE)
    if not turn:
        print("begun", flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_whenever_a_writer_is_killed_every_file_is_whole_and_the_next_run_clears_up(
    tmp_path: Path, how: signal.Signals
) -> None:
    chance = random.Random(int(how))
    for _ in range(max(1, KILLS // 3)):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, tmp_path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(chance.random() / 10)
        writer.send_signal(how)
        code = writer.wait(60)
        writer.stdout.close()

        assert code == {signal.SIGKILL: -9, signal.SIGTERM: 143}.get(how, -2)
        files = [tmp_path / "deep/a.json", tmp_path / "b.idx", tmp_path / "c.json"]
        assert {path.stat().st_size for path in files} == {200_000}
        if how != signal.SIGKILL:
            assert names(tmp_path) == ["b.idx", "c.json", "deep"]
            assert files[0].read_bytes() == files[2].read_bytes()
        for path, kind in zip(files, (AUDIT_FILE, INDEX_FILE, AUDIT_FILE), strict=True):
            write_file(path, path.read_bytes(), kind)
        assert names(tmp_path) == ["b.idx", "c.json", "deep"]
        assert names(tmp_path / "deep") == ["a.json"]


AS_NOBODY = """
import os, sys
from imbalance_audit.errors import OptionError
from imbalance_audit.files.own_kinds import AUDIT_FILE
from imbalance_audit.files.staging import write_file
os.setgroups([])
os.setresgid(65534, 65534, 65534)
os.setresuid(65534, 65534, 65534)
for name in sys.argv[1:]:
    try:
        write_file(name, b'{"format": "imbalance-audit/audit"}', AUDIT_FILE)
        print("written")
    except OptionError as error:
        print(error)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not write")
def test_a_folder_or_a_file_that_may_not_be_written_is_named() -> None:
    place = Path(tempfile.mkdtemp())
    try:
        (place / "open").mkdir()
        (place / "open/fixed.json").write_bytes(OURS)
        (place / "open/fixed.json").chmod(0o444)
        (place / "open/secret.json").write_bytes(OURS)
        (place / "open/secret.json").chmod(0o600)
        place.chmod(0o755)
        (place / "open").chmod(0o777)
        tried = [place / name for name in ("a.json", "b/c.json", "open/fixed.json", "open/secret.json", "open/d.json")]
        done = subprocess.run([sys.executable, "-c", AS_NOBODY, *tried], capture_output=True, text=True, check=False)

        said = done.stdout.splitlines()
        assert said[0].startswith(f"Cannot write {place}/a.json: the folder {place} is read-only.")
        assert said[1].startswith(f"Cannot write {place}/b/c.json: the folder {place} is read-only.")
        assert said[2].startswith(f"Cannot write {place}/open/fixed.json: the file is read-only.")
        assert said[3].startswith(f"{place}/open/secret.json exists and cannot be read (Permission denied)")
        assert said[4] == "written"
        assert names(place) == ["open"]
    finally:
        shutil.rmtree(place)


def test_a_mapped_file_has_its_room_before_it_is_mapped(tmp_path: Path) -> None:
    with transaction() as writing, writing.filling(tmp_path / "a.idx", INDEX_FILE) as part, part.open("r+b") as file:
        staging.allocate(file.fileno(), 1 << 20)
        assert os.fstat(file.fileno()).st_blocks * 512 >= 1 << 20


def test_names_of_one_place_have_one_key(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    (tmp_path / "b").symlink_to("a")

    assert target_of(tmp_path / "a").key == target_of(tmp_path / "b").key == target_of(f"{tmp_path}/./a").key
    assert target_of(tmp_path / "new").key == target_of(f"{tmp_path}/./new").key
    assert target_of(tmp_path / "new").key != target_of(tmp_path / "a").key
