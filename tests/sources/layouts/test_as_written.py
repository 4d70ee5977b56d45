"""Labels are what is written: nothing is guessed to be missing, and no blank is tidied away, in any format."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from imbalance_audit import scan
from imbalance_audit.sources import read

LABELS = ["None", "NA", "nan", "null", "-1", "cat", "cat\u00a0", "\u2003cat", "ca\u200bt", "Cat", "café", "cafe\u0301"]


def csv(path: Path) -> None:
    path.write_text("label,x\n" + "".join(f"{label},1\n" for label in LABELS), encoding="utf-8")


WRITERS: dict[str, Callable[[Path], object]] = {
    "a.csv": csv,
    "a.tsv": lambda path: pl.DataFrame({"label": LABELS}).write_csv(path, separator="\t"),
    "a.jsonl": lambda path: pl.DataFrame({"label": LABELS}).write_ndjson(path),
    "a.json": lambda path: path.write_text(json.dumps(LABELS, indent=1)),
    "rows.json": lambda path: path.write_text(json.dumps([{"label": label} for label in LABELS])),
    "list.txt": lambda path: path.write_text("".join(f"a/{i}.png {one}\n" for i, one in enumerate(LABELS))),
    "tabbed.txt": lambda path: path.write_text("".join(f"a/{i}.png\t{one}\n" for i, one in enumerate(LABELS))),
    "a.conll": lambda path: path.write_text("".join(f"w\t{label}\n" for label in LABELS)),
    "a.npy": lambda path: np.save(path, np.array(LABELS)),
    "a.npz": lambda path: np.savez(path, y=np.array(LABELS)),
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_spelling_is_a_label_of_its_own(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name)

    assert read(tmp_path / name).frame.collect(engine="streaming")["label"].cast(pl.String).to_list() == LABELS


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "list.txt", "a.npy"])
def test_minus_one_is_no_missing_label_unless_the_source_says_so(tmp_path: Path, name: str) -> None:
    codes = [0, 1, -1, 1]
    frame = pl.DataFrame({"label": codes})
    match name:
        case "a.csv":
            frame.write_csv(tmp_path / name)
        case "a.jsonl":
            frame.write_ndjson(tmp_path / name)
        case "list.txt":
            (tmp_path / name).write_text("".join(f"a/{i}.png {code}\n" for i, code in enumerate(codes)))
        case "a.npy":
            np.save(tmp_path / name, np.array(codes))

    audit = scan(tmp_path / name, classes=["cat", "dog"])

    assert audit.counts.unlabelled == 0
    assert ("LBL002", "-1") in {(finding.code, finding.label) for finding in audit.findings}
