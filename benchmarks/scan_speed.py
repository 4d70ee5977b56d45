"""A scan beside what one would run instead: Polars' and DuckDB's bare group-by, pandas with scikit-learn.

    python benchmarks/scan_speed.py --rows 50_000_000

Each contender runs in fresh processes, taking turns, on one parquet file of `rows` labels of 100 Zipf classes. What is
printed is the median of the time inside the process after its imports, its ratio to DuckDB's, and the peak memory. Only
`imbalance_audit` judges what it counts; the others count.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

CONTENDERS = {
    "duckdb": ("import duckdb", "duckdb.sql(f\"select label, count(*) from '{path}' group by label\").fetchall()"),
    "polars": (
        "import polars as pl",
        "pl.scan_parquet(path).group_by('label').len().collect(engine='streaming')",
    ),
    "imbalance_audit": ("from imbalance_audit import scan; scan(['a'])", "scan(path, label='label')"),
    "pandas + scikit-learn": (
        "import numpy as np, pandas as pd; from sklearn.utils.class_weight import compute_class_weight",
        "y = pd.read_parquet(path, columns=['label'])['label'].to_numpy(); "
        "compute_class_weight('balanced', classes=np.unique(y), y=y)",
    ),
}

PROBE = """
import json, sys, time
path = sys.argv[1]
{imports}
start = time.perf_counter()
{call}
seconds = time.perf_counter() - start
# Not resource.getrusage: its peak is inherited from the process that forked this one.
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([seconds, int(peak.split()[1]) / 1024]))
"""


def write_labels(path: Path, rows: int) -> None:
    """Write a parquet file with one column of labels, 1 M rows a row group."""
    generator = np.random.default_rng(0)
    shares = 1 / np.arange(1, 101) ** 1.2
    codes = generator.choice(100, size=rows, p=shares / shares.sum())
    names = pl.Series([f"class_{index:03d}" for index in range(100)])
    pl.DataFrame({"label": names.gather(codes)}).write_parquet(path, row_group_size=1_000_000)


def measure(name: str, path: Path) -> tuple[float, float]:
    """Return the seconds and the peak MB of one run in a process of its own."""
    imports, call = CONTENDERS[name]
    call = call if "{path}" not in call else call.replace("{path}", str(path)).replace('f"', '"')
    code = PROBE.format(imports=imports, call=call)
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    seconds, peak = json.loads(done.stdout.splitlines()[-1])
    return seconds, peak


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rows", type=int, default=50_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--without", nargs="*", default=[], choices=CONTENDERS, help="Leave these out.")
    options = parser.parse_args()
    names = [name for name in CONTENDERS if name not in options.without]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "labels.parquet"
        write_labels(path, options.rows)
        runs: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
        for _ in range(options.runs):
            for name in names:
                runs[name].append(measure(name, path))
    seconds = {name: median(run[0] for run in values) for name, values in runs.items()}
    print(f"{options.rows:,} rows, median of {options.runs} runs\n")
    print("| | seconds | × DuckDB | peak MB |\n|---|--:|--:|--:|")
    for name in names:
        peak = max(run[1] for run in runs[name])
        print(f"| {name} | {seconds[name]:.2f} | {seconds[name] / seconds['duckdb']:.2f} | {peak:,.0f} |")


if __name__ == "__main__":
    main()
