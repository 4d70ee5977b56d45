"""Samplers beside what one would use instead, in one run.

    python benchmarks/sampler_speed.py --rows 10_000_000
    python benchmarks/sampler_speed.py --rows 1_000_000_000 --mapped /big/disk

Each contender runs in a fresh process on the labels of 100 Zipf classes. `build` is the constructor and, for ours, the
index of the rows; `first` is the time from `iter` to the first index; `epoch` hands out every index as a Python int;
`MB` is by how much the resident memory rose at most. torch's WeightedRandomSampler is given its weights; the algorithms
of imbalanced-dataset-sampler (01cb129) and of detectron2's RepeatFactorTrainingSampler (02b5c4e) are written out.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

PROBE = """
import json, sys, threading, time
import torch
from collections import deque
from torch.utils.data import RandomSampler, WeightedRandomSampler
from imbalance_audit.training import ClassSampler, LabelIndex, PowerLaw, RepeatFactorSampler

rows, draws, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
torch.manual_seed(0)

def labels():
    shares = 1 / torch.arange(1, 101, dtype=torch.float64) ** 1.2
    bounds = (shares.cumsum(0) / shares.sum()).float()
    parts = [torch.searchsorted(bounds, torch.rand(min(1 << 22, rows - at)), right=True).clamp_(max=99).to(torch.uint8)
             for at in range(0, rows, 1 << 22)]
    return torch.cat(parts)

class ImbalancedDatasetSampler:
    def __init__(self, y):
        counts = torch.bincount(y.int())
        self.weights = (1.0 / counts.double())[y.int()]
        self.num_samples = draws
    def __iter__(self):
        chosen = torch.multinomial(self.weights, self.num_samples, replacement=True)
        return (int(i) for i in chosen)

class RepeatFactorTrainingSampler:
    def __init__(self, y):
        share = torch.bincount(y.int()) / len(y)
        factor = torch.clamp((0.001 / share).sqrt(), min=1.0)
        repeats = torch.tensor([max([float(factor[c])]) for c in y.tolist()])
        self.whole = torch.trunc(repeats)
        self.fraction = repeats - self.whole
    def __iter__(self):
        rounded = self.whole + (torch.rand(len(self.whole)) < self.fraction).float()
        indices = []
        for index, times in enumerate(rounded):
            indices.extend([index] * int(times.item()))
        indices = torch.tensor(indices)
        return iter(indices[torch.randperm(len(indices))].tolist())

def rss():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 2**20

y = None if "mapped" in sys.argv[4] or "uniform" in sys.argv[4] else labels()
weight = None
if "WeightedRandomSampler" in sys.argv[4]:
    weight = (1.0 / torch.bincount(y.int()).double())[y.int()]
list(ClassSampler(torch.tensor([0, 1])))
before = rss()
peak, stop = [before], threading.Event()
def watch():
    while not stop.wait(0.01):
        peak[0] = max(peak[0], rss())
watcher = threading.Thread(target=watch, daemon=True)
watcher.start()
start = time.perf_counter()
sampler = {build}
built = time.perf_counter()
stream = iter(sampler)
next(stream)
first = time.perf_counter()
deque(stream, maxlen=0)
done = time.perf_counter()
stop.set()
watcher.join()
print(json.dumps([built - start, (first - built) * 1000, done - built, max(peak[0], rss()) - before]))
"""

CONTENDERS = {
    "torch RandomSampler, uniform": "RandomSampler(range(rows), replacement=True, num_samples=draws)",
    "torch RandomSampler, uniform, permuted": "RandomSampler(range(rows))",
    "ClassSampler": "ClassSampler(y, num_samples=draws)",
    "ClassSampler, cycling": "ClassSampler(y, draw='cycle', num_samples=draws)",
    "RepeatFactorSampler": "RepeatFactorSampler(y, num_samples=draws)",
    "torch WeightedRandomSampler": "WeightedRandomSampler(weight, draws)",
    "imbalanced-dataset-sampler": "ImbalancedDatasetSampler(y)",
    "detectron2 repeat factor": "RepeatFactorTrainingSampler(y)",
}
MAPPED = {"ClassSampler, mapped": "ClassSampler(LabelIndex(path), num_samples=draws)"}


def measure(name: str, build: str, rows: int, draws: int, path: str) -> list[float] | str:
    """Return the figures of one run in a process of its own, or the last line of what it said."""
    code = PROBE.replace("{build}", build)
    arguments = [sys.executable, "-c", code, str(rows), str(draws), path, name]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode:
        return (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1][:70]
    figures: list[float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def write_index(path: Path, rows: int) -> None:
    """Write an index of 100 classes whose row numbers stand in one arithmetic order: the sampler cannot tell."""
    import torch

    from imbalance_audit.files.index import IndexHeader, IndexWriter

    counts = tuple((rows + 99 - at) // 100 for at in range(100))
    header = IndexHeader(tuple(f"class {at:03d}" for at in range(100)), counts, rows, 4, None, "0" * 64)
    with IndexWriter(path, header) as writer:
        for at, count in enumerate(counts):
            for begin in range(0, count, 1 << 22):
                size = min(1 << 22, count - begin)
                numbers = torch.arange(begin, begin + size) * 100 + at
                writer.add(at, memoryview(numbers.to(torch.int32).numpy()))  # type: ignore[arg-type]  # -- an array gives its bytes


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--draws", type=int, help="Indices of an epoch; as many as rows, but at most 50 million.")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--mapped", type=Path, help="Only the memory-mapped index, in this folder.")
    parser.add_argument("--without", nargs="*", default=[], choices=CONTENDERS, help="Leave these out.")
    options = parser.parse_args()
    draws = options.draws or min(options.rows, 50_000_000)
    contenders = {name: build for name, build in CONTENDERS.items() if name not in options.without}
    with tempfile.TemporaryDirectory(dir=options.mapped) as folder:
        path = Path(folder) / "labels.idx"
        if options.mapped is not None:
            write_index(path, options.rows)
            contenders = {"torch RandomSampler, uniform": CONTENDERS["torch RandomSampler, uniform"], **MAPPED}
        found: dict[str, list[list[float] | str]] = {name: [] for name in contenders}
        for _ in range(options.runs):
            for name, build in contenders.items():
                found[name].append(measure(name, build, options.rows, draws, str(path)))
    print(f"{options.rows:,} rows, {draws:,} draws, median of {options.runs} runs\n")
    print("| | build s | first ms | epoch s | MB |\n|---|--:|--:|--:|--:|")
    for name, runs in found.items():
        failed = next((run for run in runs if isinstance(run, str)), None)
        if failed is not None:
            print(f"| {name} | {failed} | | | |")
            continue
        build_s, first, epoch, memory = (median(float(run[at]) for run in runs) for at in range(4))
        print(f"| {name} | {build_s:.2f} | {first:.1f} | {epoch:.2f} | {memory:,.0f} |")


if __name__ == "__main__":
    main()
