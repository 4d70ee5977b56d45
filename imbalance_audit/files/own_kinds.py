"""How a file that this program wrote is told from any other: what may be replaced, and what never is.

Whoever writes a format names its kind here. Only a file's first and last bytes are read.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

_READ = 1 << 16


@dataclass(frozen=True, kw_only=True)
class FileKind:
    """A kind of file.

    Attributes:
        noun: What it is, such as "an audit.json".
        begins: What its first 64 KiB match; None: a file of this kind is never replaced.
        ends: What its last 64 KiB hold.
        binary: Whether it is nothing to print.
        table: Whether a folder of label tables would read it as one of them.
    """

    noun: str
    begins: re.Pattern[bytes] | None
    ends: bytes = b""
    binary: bool = False
    table: bool = False

    def owns(self, path: Path) -> bool:
        """Return whether a file is of this kind.

        Raises:
            OSError: it cannot be read.
        """
        if self.begins is None:
            return False
        with path.open("rb") as stream:
            return self.begins.match(stream.read(_READ)) is not None and self.ends in _tail(stream)


def _tail(stream: BinaryIO) -> bytes:
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - _READ))
    return stream.read()


def _json(name: str, noun: str) -> FileKind:
    # The key stands first, or behind short ones: within 4 KiB, and in no string, where its quotes would be escaped.
    pattern = rb'\s*\{(?s:.{0,4096}?)"format"\s*:\s*"' + re.escape(name).encode() + b'"'
    return FileKind(noun=noun, begins=re.compile(pattern))


AUDIT_FILE = _json("imbalance-audit/audit", "an audit.json")
EVALUATION_FILE = _json("imbalance-audit/evaluation", "an evaluation.json")
DECISION_FILE = _json("imbalance-audit/decision", "a decision.json")
REPORT_PAGE = FileKind(
    noun="a report of audit",
    begins=re.compile(rb"<!DOCTYPE html>(?s:.{0,4096}?)<title>(Label audit|Evaluation): "),
)
REPORT_TEXT = FileKind(noun="a report of audit", begins=re.compile(rb"# (Label audit|Evaluation): "))
WEIGHT_FILE = FileKind(
    # A zip archive of torch, JSON, or safetensors, which is JSON behind its length.
    noun="a weight file of audit",
    begins=re.compile(
        rb"PK\x03\x04.*imbalance-audit/weights"
        rb"|(\s*|.{7}\x00)\{.*\"format\"\s*:\s*\"imbalance-audit/weights\"",
        re.DOTALL,
    ),
    binary=True,
)
INDEX_FILE = FileKind(noun="a label index of audit", begins=re.compile(rb"imbalance-audit/index\n"), binary=True)
IDS_KEY = "imbalance-audit/fingerprint"
ID_TABLE = FileKind(
    noun="a table of ids that --keep-id-state wrote",
    begins=re.compile(b"PAR1"),
    ends=IDS_KEY.encode(),
    binary=True,
    table=True,
)
SAMPLE_WEIGHTS_KEY = "imbalance-audit/sample-weights"
SAMPLE_WEIGHT_TABLE = FileKind(
    noun="a table of weights that --per-sample wrote",
    begins=re.compile(b"PAR1"),
    ends=SAMPLE_WEIGHTS_KEY.encode(),
    binary=True,
    table=True,
)
POLICY_FILE = FileKind(noun="a policy", begins=None)
CHECK_OUTPUTS = {
    "text": FileKind(
        noun="what `audit check` wrote as text",
        begins=re.compile(rb"(error  |warning|info   )  [A-Z]+[0-9]+ |Rules   [0-9]"),
    ),
    "json": AUDIT_FILE,
    "github": FileKind(
        noun="what `audit check` wrote for GitHub",
        begins=re.compile(rb"::(error|warning|notice) [^\n]*title=|audit: [0-9n]"),
    ),
    "junit": FileKind(
        noun="what `audit check` wrote as JUnit XML",
        begins=re.compile(rb'<\?xml [^>]*>\s*<testsuites name="audit" '),
    ),
    "sarif": FileKind(
        noun="what `audit check` wrote as SARIF",
        begins=re.compile(rb'\s*\{\s*"\$schema"(?s:.{0,1024}?)"name": "imbalance_audit"'),
    ),
}
"""Format of `audit check` → what it writes."""
