"""Counting the tags of a CoNLL file, beside a bare loop in Python and a bare group-by in Polars.

    python benchmarks/text_speed.py --tokens 1_000_000

Each contender runs in fresh processes, taking turns, on one file of four columns. The bare ones take the last field of
each line and count it; ours also tells sentences apart, checks the columns of every line, looks for tags that continue
nothing, and, as a scan, judges the counts. Printed is the median of the time after the imports, and its ratio to the
loop's.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

LOOP = """
from collections import Counter
counts = Counter()
with open(path, encoding="utf-8") as lines:
    for line in lines:
        fields = line.split()
        if fields:
            counts[fields[-1]] += 1
"""
POLARS = """
line = pl.col("line")
tags = pl.scan_lines(path).filter(line != "").select(tag=line.str.split(" ").list.last())
tags.group_by("tag").len().collect(engine="streaming")
"""
READ = """
labels = read(path)
labels.frame.group_by("label").len().collect(engine="streaming")
"""

CONTENDERS = {
    "Python, line by line": ("", LOOP),
    "Polars, bare group-by": ("import polars as pl", POLARS),
    "imbalance_audit, read and count": ("from imbalance_audit.sources import read; read(['a'])", READ),
    "imbalance_audit.scan": ("from imbalance_audit import scan; scan(['a'])", "scan(path)"),
}
PROBE = """
import sys, time
path = sys.argv[1]
{imports}
start = time.perf_counter()
{call}
print(time.perf_counter() - start)
"""


def write_conll(path: Path, tokens: int) -> None:
    """Write sentences of 5 to 25 tokens, a quarter of which are in a span."""
    generator = random.Random(0)  # noqa: S311 -- test data
    words = [f"word{i}" for i in range(5000)]
    tags = ["O"] * 9 + ["B-PER", "B-LOC", "B-ORG"]
    with path.open("w", encoding="utf-8") as file:
        while tokens > 0:
            length = min(tokens, generator.randint(5, 25))
            for _ in range(length):
                file.write(f"{generator.choice(words)} NNP I-NP {generator.choice(tags)}\n")
            file.write("\n")
            tokens -= length


def measure(name: str, path: Path) -> float:
    """Return the seconds of one run in a process of its own."""
    imports, call = CONTENDERS[name]
    code = PROBE.format(imports=imports, call=call)
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--tokens", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tokens.conll"
        write_conll(path, options.tokens)
        runs: dict[str, list[float]] = {name: [] for name in CONTENDERS}
        for _ in range(options.runs):
            for name in CONTENDERS:
                runs[name].append(measure(name, path))
    seconds = {name: median(values) for name, values in runs.items()}
    loop = next(iter(seconds.values()))
    print(f"{options.tokens:,} tokens, median of {options.runs} runs\n")
    print("| | seconds | × the loop |\n|---|--:|--:|")
    for name, value in seconds.items():
        print(f"| {name} | {value:.2f} | {value / loop:.2f} |")


if __name__ == "__main__":
    main()
