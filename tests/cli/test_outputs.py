"""Every output of every command, whatever stands at its place: what is not ours is never destroyed."""

from __future__ import annotations

import json
import os
import random
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from imbalance_audit.cli import app
from imbalance_audit.errors import AuditError
from tests.cli.conftest import Run
from tests.conftest import Made

KILLS = int(os.environ.get("AUDIT_KILLS", "12"))
"""How often a command is killed at a random moment."""


class Option(NamedTuple):
    """A command with one output.

    Attributes:
        command: The command line, but for the place.
        option: What takes the place.
        file: The file in the folder that the option names, where it names one.
    """

    command: str
    option: str
    file: str = ""


OPTIONS = [
    Option("scan l.csv --id id", "--json"),
    Option("scan l.csv --id id --json scratch.json", "--weights"),
    Option("scan l.csv --id id --json scratch.json", "--index"),
    Option("scan l.csv --id id --json scratch.json", "--keep-id-state"),
    *(Option("scan l.csv --id id", "--out", file) for file in ("report.html", "report.md", "audit.json")),
    *(
        Option(f"check l.csv --id id --fail-on never --output-format {name}", "--output")
        for name in ("text", "json", "github", "junit", "sarif")
    ),
    Option("weights l.csv --id id", "--output"),
    Option("weights l.csv --id id -o scratch.pt", "--per-sample"),
    Option("merge a.json", "--output"),
    Option("init l.csv --id id", "--output"),
    Option("evaluate p.parquet --id id --resamples 10", "--json"),
    *(
        Option("evaluate p.parquet --id id --resamples 10", "--out", file)
        for file in ("report.html", "report.md", "evaluation.json")
    ),
    *(Option("render a.json", "--out", file) for file in ("report.html", "report.md", "audit.json")),
    Option("decide p.parquet --id id --folds 2", "--output"),
]
NEVER_REPLACED = ("init",)


@pytest.fixture
def place(tmp_path: Path, predictions: Made, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working folder: labels with ids, their audit, and predictions."""
    monkeypatch.chdir(tmp_path)
    rows = [f"{at},{'cat' if at % 5 else 'dog'}" for at in range(200)]
    (tmp_path / "l.csv").write_text("id,label\n" + "\n".join(rows) + "\n")
    predictions(120).write_parquet(tmp_path / "p.parquet")
    audit("scan l.csv --id id --json a.json")
    return tmp_path


def audit(command: str, *more: str | Path) -> str | None:
    """Run a command in this process and return the sentence with which it refuses, if it does."""
    try:
        app([*command.split(), *map(str, more)], standalone_mode=False)
    except AuditError as error:
        return str(error)
    return None


def tree(folder: Path) -> dict[str, object]:
    """Return what a folder holds, links and streams as what they are."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            found[str(path.relative_to(folder))] = f"-> {path.readlink()}"
        elif stat.S_ISREG(mode):
            found[str(path.relative_to(folder))] = path.read_bytes()
        else:
            found[str(path.relative_to(folder))] = stat.S_IFMT(mode)
    return found


def written_to(option: Option, folder: Path) -> Path:
    """Return where the option's file is, if the folder, or the file in it, is named."""
    return folder / (option.file or "output")


def run_to(option: Option, target: Path) -> str | None:
    return audit(option.command, option.option, target.parent if option.file else target)


@pytest.mark.parametrize("option", OPTIONS, ids=" ".join)
def test_an_output_replaces_ours_and_nothing_else(place: Path, option: Option) -> None:
    target = written_to(option, place / "new/deep")
    assert run_to(option, target) is None
    ours = target.read_bytes()
    assert ours
    never = option.command.startswith(NEVER_REPLACED)

    def replaced(folder: Path) -> None:
        said = run_to(option, written_to(option, folder))
        assert said is None if not never else "is not overwritten" in (said or "")

    # ours, by a link
    for name in ("same", "link"):
        (place / name).mkdir()
    (place / "real").write_bytes(ours)
    written_to(option, place / "same").write_bytes(ours)
    written_to(option, place / "link").symlink_to("../real")
    replaced(place / "same")
    replaced(place / "link")
    assert written_to(option, place / "link").is_symlink()
    assert written_to(option, place / "same").read_bytes() == (place / "real").read_bytes() == ours

    # an empty file, a link to nothing
    for name in ("empty", "dangling"):
        (place / name).mkdir()
    written_to(option, place / "empty").touch()
    written_to(option, place / "dangling").symlink_to("../made")
    for name in ("empty", "dangling"):
        assert run_to(option, written_to(option, place / name)) is None
        assert written_to(option, place / name).read_bytes() == ours
    assert written_to(option, place / "dangling").is_symlink()
    assert not list(place.rglob(".*.part"))


@pytest.mark.parametrize("option", OPTIONS, ids=" ".join)
def test_an_output_destroys_nothing_that_is_not_ours(place: Path, option: Option) -> None:
    source = place / option.command.split()[1]
    (place / "mine").write_bytes(b'{"mine": "imbalance-audit/weights, imbalance-audit/audit"}\n')
    for name in ("foreign", "link", "hard", "soft", "folder"):
        (place / name).mkdir()
    written_to(option, place / "foreign").write_bytes(b"PAR1 mine PAR1")
    written_to(option, place / "link").symlink_to("../mine")
    written_to(option, place / "hard").hardlink_to(source)
    written_to(option, place / "soft").symlink_to(source)
    written_to(option, place / "folder").mkdir()
    (place / "file").write_text("no folder")
    before = tree(place)

    said = {
        name: run_to(option, written_to(option, place / name))
        for name in ("foreign", "link", "hard", "soft", "folder", "file")
        # What is shown again may stand there already: it is left as it is.
        if (option.command, option.file, name[0] in "hs") != ("render a.json", "audit.json", True)
    }
    if not option.file:
        said["long"] = run_to(option, place / "new" / ("n" * 256))
        said["source"] = run_to(option, source)

    assert tree(place) == before
    expected = {
        "foreign": "is not overwritten" if option.command.startswith(NEVER_REPLACED) else " exists and is not ",
        "folder": "it is a folder",
        "file": "Cannot write ",
        "hard": f"{option.option}",
        "long": "File name too long",
    }
    for name, sentence in said.items():
        assert sentence is not None, name
        assert expected.get(name, "") in sentence
        assert ".part" not in sentence
        assert "None" not in sentence
    for name in {"hard", "soft", "source"} & said.keys():
        assert "reads. Name another place" in (said[name] or "")


@pytest.mark.parametrize("option", [option for option in OPTIONS if not option.file], ids=" ".join)
def test_an_output_is_written_into_a_fifo_which_stays_one(place: Path, option: Option) -> None:
    assert run_to(option, place / "output") is None
    os.mkfifo(place / "pipe")
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append((place / "pipe").read_bytes()), daemon=True)
    reader.start()

    assert run_to(option, place / "pipe") is None
    reader.join(60)

    assert found == [(place / "output").read_bytes()]
    assert stat.S_ISFIFO((place / "pipe").lstat().st_mode)


CLASHES = [
    ("scan l.csv --json x.json --weights x.json", "--json and --weights are both to write x.json"),
    ("scan l.csv --json x --index ./x", "--json and --index are both to write x"),
    ("scan l.csv --out o --weights o/audit.json", "--out (audit.json) and --weights are both to write o/audit.json"),
    ("scan a.json --json a.json", "--json would write a.json, which SOURCE reads"),
    ("scan l*.csv --json l.csv", "--json would write l.csv, which SOURCE reads"),
    ("scan l.csv --json a.toml --config a.toml", "--json would write a.toml, which --config reads"),
    ("scan l.csv --json c.txt --classes c.txt", "--json would write c.txt, which --classes reads"),
    ("check l.csv --baseline a.json --output a.json --output-format json", "which --baseline reads"),
    ("check l.csv --weights w.pt --output w.pt", "which --weights reads"),
    ("weights l.csv --id id -o w.pt --per-sample w.pt", "--output and --per-sample are both to write w.pt"),
    ("weights l.csv --scheme cost-matrix --costs c.txt -o c.txt", "which --costs reads"),
    ("merge a.json -o a.json", "--output would write a.json, which AUDIT reads"),
    ("evaluate --run a=p.parquet --run b=q.parquet --json q.parquet", "which --run reads"),
    ("evaluate p.parquet --truth l.csv --id id --json l.csv", "which --truth reads"),
    ("evaluate p.parquet --decision d.json --json d.json", "which --decision reads"),
    ("decide p.parquet -o p.parquet", "--output would write p.parquet, which PREDICTIONS reads"),
    ("scan ids --id id --json x.json --keep-id-state ids/i.parquet", "which SOURCE reads"),
    ("scan l.csv --weights -", "--weights is nothing to print"),
]


@pytest.mark.parametrize(("command", "sentence"), CLASHES, ids=[command for command, _ in CLASHES])
def test_an_output_that_is_an_input_or_another_output_is_refused_before_any_work(
    place: Path, command: str, sentence: str
) -> None:
    for name in ("a.toml", "c.txt", "w.pt", "d.json", "q.parquet"):
        (place / name).write_bytes(b"broken, and never read")
    (place / "ids").mkdir()
    audit("scan l.csv --id id --json scratch.json --keep-id-state ids/i.parquet")
    before = tree(place)

    said = audit(command)

    assert sentence in (said or "")
    assert tree(place) == before


def test_a_report_is_rendered_again_beside_its_audit_which_is_not_touched(place: Path) -> None:
    before = (place / "a.json").stat().st_mtime_ns
    (place / "a.json").rename(place / "audit.json")

    assert audit("render audit.json") is None
    assert audit("render audit.json --out .") is None

    assert (place / "audit.json").stat().st_mtime_ns == before
    assert (place / "report.md").exists()


def test_what_cannot_be_indexed_leaves_no_weights_either(place: Path) -> None:
    before = tree(place)

    said = audit("scan a.json --json new/b.json --weights new/w.pt --index new/l.idx")
    second = audit("scan l.csv --id id --json new/b.json --weights new/w.pt --index l.csv/l.idx")

    assert "--index needs the source itself" in (said or "")
    assert "Cannot write l.csv/l.idx" in (second or "")
    assert tree(place) == before


def test_a_folder_in_the_way_of_one_file_of_a_report_leaves_the_others_as_they_were(place: Path) -> None:
    (place / "out/report.html").mkdir(parents=True)
    before = tree(place)

    assert "report.html: it is a folder" in (audit("scan l.csv --id id --weights w.pt --out out") or "")
    assert "report.html: it is a folder" in (audit("evaluate p.parquet --out out --resamples 10") or "")
    assert tree(place) == before


def test_a_dash_is_stdout_wherever_text_is_written(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()

    for command in ("scan l.csv --json -", "merge a.json -o -", "check l.csv --fail-on never --output -"):
        assert audit(command) is None
    for command in ("init l.csv -o -", "decide p.parquet --folds 2 -o -"):
        assert audit(command) is None

    told = capsys.readouterr()
    assert told.out.count('"imbalance-audit/audit"') == 2
    assert 'fail-on = "error"' in told.out
    assert '"imbalance-audit/decision"' in told.out
    assert "wrote" not in told.err
    assert sorted(path.name for path in place.iterdir()) == ["a.json", "l.csv", "p.parquet"]


def test_a_step_summary_is_appended_whole_or_refused(run: Run, place: Path) -> None:
    (place / "page.md").write_text("before\n")
    check = ("check", "l.csv", "--fail-on", "never")

    done = run(*check, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(place / "page.md"))
    refused = run(*check, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(place))

    assert done.returncode == 0, done.stderr
    assert (place / "page.md").read_text().startswith("before\n# Label audit")
    assert refused.returncode == 2
    assert "Cannot append to the summary" in refused.stderr


def shell(place: Path, line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of the shell, in which `audit` is the command."""
    whole = f'audit() {{ "{sys.executable}" -m imbalance_audit "$@"; }}\n{line}'
    return subprocess.run(
        ["bash", "-c", whole], cwd=place, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


@pytest.mark.parametrize(
    ("line", "code", "sentence"),
    [
        ("audit check l.csv --fail-on never >&-", 2, "stdout is closed"),
        ("mkdir gone; cd gone; rmdir ../gone; audit check ../l.csv", 2, "The working folder is not there any more"),
        ("audit check l.csv --fail-on never 2>&-", 0, ""),
        ("unset HOME; audit check l.csv --fail-on never", 0, ""),
        ("audit check l.csv --fail-on never | true; exit ${PIPESTATUS[0]}", 141, ""),
    ],
)
def test_streams_and_folders_that_are_gone_end_in_a_sentence(place: Path, line: str, code: int, sentence: str) -> None:
    # The reader of a pipe may leave before or after the result is written.
    done = shell(place, line.replace("| true", "| sleep 0"))

    assert done.returncode in {code, 0} if code == 141 else done.returncode == code, done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") <= 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_stdout_is_told(place: Path) -> None:
    done = shell(place, "audit check l.csv --fail-on never > /dev/full")

    assert done.returncode == 2
    assert done.stderr == (
        "audit: Cannot write to stdout: No space left on device. Redirect it to a place that can be written.\n"
    )


@pytest.mark.parametrize(
    ("command", "target"),
    [
        ("scan l.csv --id id --json new/a.json --index new/l.idx", "new/l.idx"),
        ("scan l.csv --id id --json new/a.json --keep-id-state new/i.parquet", "new/i.parquet"),
        ("weights l.csv --id id -o new/w.pt --per-sample new/p.parquet", "new/p.parquet"),
        ("scan l.csv --id id --out new", "new/report.html"),
    ],
)
def test_a_disk_that_takes_no_more_is_told_by_the_name_of_the_target(place: Path, command: str, target: str) -> None:
    rows = [f"{at * 7919},{'cat' if at % 5 else 'dog'}" for at in range(20_000)]
    (place / "l.csv").write_text("id,label\n" + "\n".join(rows) + "\n")
    before = tree(place)

    # The limit of a file's size stands for a disk: no bytes go beyond it.
    done = shell(place, f"ulimit -f 40; audit {command}")

    assert done.returncode == 2, done.stderr
    assert f"audit: Cannot write {target}: File too large. Make room, or name" in done.stderr
    assert tree(place) == before


def test_a_terminal_without_umlauts_gets_escapes_and_json_stays_json(place: Path) -> None:
    (place / "u.csv").write_text("label\n" + "ünder\n" * 30 + "𝒳\n" * 30)

    text = shell(place, "audit check u.csv --fail-on never --output-format json", PYTHONIOENCODING="ascii")
    utf8 = shell(place, "audit check u.csv --fail-on never --output-format json", PYTHONIOENCODING="utf-8")

    assert text.returncode == 0, text.stderr
    assert text.stdout.isascii()
    assert json.loads(text.stdout) == json.loads(utf8.stdout)
    assert json.loads(text.stdout)["classes"] == ["ünder", "𝒳"]


SLOW = """
import sys, time
from imbalance_audit import tune_weights, scan
audit = scan(["a"] * 90 + ["b"] * 10)
def train(weights, seed):
    time.sleep(0.01)
    return [0] * 10 + [1] * 10, [0] * 10 + [1] * 8 + [0] * 2
tune_weights(train, ["none", "sqrt", "balanced"], audit=audit, seeds=range(30), journal="journal.jsonl")
"""

KILLED = {
    "scan": "scan l.csv --id id --out out --weights w.pt --index l.idx",
    "evaluate": "evaluate p.parquet --id id --out out --resamples 10",
    "decide": "decide p.parquet --id id --folds 2",
    "tune": "",
}


def begun(name: str, place: Path) -> subprocess.Popen[bytes]:
    arguments = ["-m", "imbalance_audit", *KILLED[name].split()] if KILLED[name] else ["-c", SLOW]
    return subprocess.Popen(
        [sys.executable, *arguments], cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@pytest.mark.parametrize("name", KILLED)
def test_a_command_that_is_killed_at_any_moment_leaves_whole_files_and_its_next_run_no_debris(
    place: Path, name: str
) -> None:
    chance = random.Random(name)
    began = time.monotonic()
    assert begun(name, place).wait(120) == 0
    took = time.monotonic() - began
    whole = tree(place)

    for turn in range(max(1, KILLS // len(KILLED))):
        for path in (*place.rglob("out/*"), place / "w.pt", place / "l.idx", place / "decision.json"):
            path.unlink(missing_ok=True)
        how = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)[turn % 3]
        process = begun(name, place)
        time.sleep(took * (0.3 + 0.7 * chance.random()))
        process.send_signal(how)
        process.wait(60)

        for found, content in tree(place).items():
            if not found.endswith(".part") and found != "journal.jsonl":
                assert whole[found] == content
    assert begun(name, place).wait(120) == 0
    assert set(tree(place)) == set(whole)
