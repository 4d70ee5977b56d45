"""A table that is counted already gives what the table it was counted from gives."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from imbalance_audit.cli import main
from imbalance_audit.errors import SourceError
from imbalance_audit.files.audit import load_audit
from imbalance_audit.sources import ReadOptions, read

SUFFIXES = ["csv", "tsv", "jsonl", "json", "parquet", "arrow"]
ROWS = pl.DataFrame(
    {
        "species": ["cat"] * 30 + ["dog"] * 12 + [None] * 3 + ["fox"] * 5 + ["None"] * 2,
        "part": (["train"] * 4 + ["val"]) * 10 + ["train"] * 2,
    }
)


def write(frame: pl.DataFrame, path: Path) -> Path:
    match path.suffix:
        case ".csv":
            frame.write_csv(path)
        case ".tsv":
            frame.write_csv(path, separator="\t")
        case ".jsonl":
            frame.write_ndjson(path)
        case ".json":
            path.write_text(frame.write_json())
        case ".parquet":
            frame.write_parquet(path)
        case ".arrow":
            frame.write_ipc(path)
    return path


def counts_of(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> bytes:
    """Return the counts of an audit that the command wrote, as bytes."""
    out = Path(arguments[0]).with_suffix(".audit.json")
    command = ["audit", "scan", *map(str, arguments), "--label", "species", "--split", "part", "--json", str(out)]
    monkeypatch.setattr("sys.argv", command)
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 0
    return repr(load_audit(out).counts).encode()


@pytest.mark.parametrize("kind", [pl.Int64, pl.Float64])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_counts_are_the_same_byte_for_byte(
    tmp_path: Path, suffix: str, kind: type[pl.DataType], monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = ROWS.group_by("species", "part").len("n").sort("n", "species").with_columns(pl.col("n").cast(kind))
    rows, table = write(ROWS, tmp_path / f"rows.{suffix}"), write(counted, tmp_path / f"counted.{suffix}")

    assert counts_of(monkeypatch, table, "--weight", "n") == counts_of(monkeypatch, rows)


@pytest.mark.parametrize("bad", [-1.0, 0.5, None, 1e300, float("inf")], ids=str)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_count_that_is_none_is_refused(tmp_path: Path, suffix: str, bad: float | None) -> None:
    frame = pl.DataFrame({"label": ["a", "b"], "n": [2.0, bad]})

    with pytest.raises(SourceError, match=r'^Column "n" of .* is no whole number ≥ 0 in 1 rows'):
        read(write(frame, tmp_path / f"a.{suffix}"), ReadOptions(weight="n"))


def test_a_large_count_is_exact(tmp_path: Path) -> None:
    for suffix in ("csv", "jsonl", "json", "parquet"):
        frame = pl.DataFrame({"label": ["a"], "n": [10**17 + 1]})
        labels = read(write(frame, tmp_path / f"a.{suffix}"), ReadOptions(weight="n"))
        assert labels.frame.collect()["weight"].to_list() == [10**17 + 1]
