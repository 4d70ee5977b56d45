"""What ran, one line a trial, so that a killed tuning goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from imbalance_audit.display import plain
from imbalance_audit.errors import OptionError
from imbalance_audit.files.appending import append, locked
from imbalance_audit.files.destinations import cannot_write, target_of

if TYPE_CHECKING:
    from os import PathLike

    from imbalance_audit.records import Candidate

FORMAT = "imbalance-audit/tuning"
VERSION = 1

_HEAD = b'{"format": "imbalance-audit/tuning"'


class _Entry(msgspec.Struct):
    format: str
    version: int
    key: str
    score: float
    rows: str


class Journal:
    """Scores by trial, in a file of JSON lines or, without one, in memory.

    A line is appended and synced, and taken back where it does not fit whole, so that a reader, or a run that was
    killed, meets at most half of the last line. That half is cut off when the file is opened again.

    Args:
        path: The file; None to keep nothing.

    Raises:
        OptionError: the file cannot be read or written, or is not a journal.
    """

    def __init__(self, path: str | PathLike[str] | None) -> None:
        self.path = None if path is None else Path(path)
        self._scores: dict[str, tuple[float, str]] = {}
        if self.path is not None:
            # Opened for writing before the first training, not after it.
            self._refuse_stream()
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with self.path.open("ab+") as stream, locked(stream.fileno()):
                    stream.seek(0)
                    stream.truncate(self._read(stream.read()))
            except OSError as error:
                raise cannot_write(plain(str(self.path)), error) from error

    def find(self, key: str) -> tuple[float, str] | None:
        """Return the score of a trial and the digest of its validation labels; None if it has not run."""
        return self._scores.get(key)

    def add(self, key: str, score: float, rows: str, told: dict[str, str | int]) -> None:
        """Keep the score of a trial.

        Raises:
            OptionError: the file cannot be written.
        """
        self._scores[key] = (score, rows)
        if self.path is None:
            return
        entry = {"format": FORMAT, "version": VERSION, "key": key, **told, "score": score, "rows": rows}
        try:
            append(self.path, (json.dumps(entry) + "\n").encode())
        except OSError as error:
            raise cannot_write(plain(str(self.path)), error) from error

    def _read(self, content: bytes) -> int:
        """Take in every whole line and return where the last one ends."""
        whole = content.rfind(b"\n") + 1
        for number, line in enumerate(content[:whole].split(b"\n")[:-1], start=1):
            entry = _entry(line)
            if entry is None and _torn(line):
                # A write that was cut short, and the next one behind it: one trial is lost, and runs again.
                entry = _entry(line[line.rfind(_HEAD) :])
                if entry is None:
                    continue
            if entry is None or (entry.format, entry.version) != (FORMAT, VERSION):
                message = (
                    f"Expected trials of a tuning in {plain(str(self.path))}, got something else in line {number}. "
                    "Name another journal, or delete this one."
                )
                raise OptionError(message)
            self._scores.setdefault(entry.key, (entry.score, entry.rows))
        rest = content[whole:]
        # Only what begins as a line of ours may be cut off.
        if not (rest.startswith(_HEAD) or _HEAD.startswith(rest)):
            message = f"Expected trials of a tuning in {plain(str(self.path))}, got another file. Name another journal."
            raise OptionError(message)
        return whole

    def _refuse_stream(self) -> None:
        if self.path is not None and target_of(self.path).stream:
            message = f"Expected a file as journal, got the stream {plain(str(self.path))}, which keeps nothing."
            raise OptionError(message)


def _entry(line: bytes) -> _Entry | None:
    try:
        return msgspec.json.decode(line, type=_Entry)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _torn(line: bytes) -> bool:
    """Return whether a line is one of ours that ends in the middle, or in which the next one begins."""
    return line.startswith(_HEAD) and (line.rfind(_HEAD) > 0 or not line.endswith(b"}"))


def key_of(candidate: Candidate, seed: int, metric: str, fingerprint: str) -> str:
    """Return what tells a trial from others: its weights to the last bit, the seed, the metric and the data."""
    weights = candidate.weights
    told = {
        "weight": None if weights is None else [w.hex() for w in map(float, weights.weight)],
        "pos_weight": None if weights is None or weights.pos_weight is None else list(weights.pos_weight),
        "group_weight": None if weights is None or weights.group_weight is None else list(weights.group_weight),
        "classes": None if weights is None else list(weights.classes),
        "seed": seed,
        "metric": metric,
        "fingerprint": fingerprint,
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
