"""Reading labels that are no table, beside what one would run instead.

    python benchmarks/source_speed.py

Each case makes a source, then lets its contenders count the labels in it, in fresh processes that take turns. What is
printed is the time of the fastest of four readings in a process, the median over the processes, and its ratio to ours.
`scan` judges what it counts as well; the others count.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PROBE = """
import json, sys, time
path = sys.argv[1]
{setup}
def call():
    return {call}
taken = []
for _ in range(4):
    start = time.perf_counter()
    found = call()
    taken.append(time.perf_counter() - start)
print(json.dumps([min(taken), sum(found.values())]))
"""

OURS = (
    "from imbalance_audit.sources import read\n"
    "def count(path):\n"
    "    rows = read(path).frame.group_by('label').agg(weight).collect().rows()\n"
    "    return dict(rows)\n"
)
SCAN = ("from imbalance_audit import scan", "scan(path).counts.per_label()")


@dataclass(frozen=True, kw_only=True)
class Case:
    """One kind of source.

    Attributes:
        name: What is read.
        make: Writes the source below a folder and returns its path.
        contenders: Name → what to import and define, and an expression of the counts; ours first.
    """

    name: str
    make: Callable[[Path], Path]
    contenders: Mapping[str, tuple[str, str]]


def ours(weight: str) -> tuple[str, str]:
    """Return our reading and counting, with the expression of a row's weight."""
    return f"import polars as pl\nweight = {weight}\n{OURS}", "count(path)"


def make_tree(folder: Path) -> Path:
    """Make 60,000 empty images in 100 class folders of each of two splits."""
    for split, images in (("train", 500), ("val", 100)):
        for number in range(100):
            below = folder / "tree" / split / f"class_{number}"
            below.mkdir(parents=True)
            for image in range(images):
                (below / f"{image:05}.jpeg").touch()
    return folder / "tree"


def make_tar(folder: Path) -> Path:
    """Write a shard of 10,000 samples, each an image of 8 kB with its class and its JSON: 30,000 members."""
    path, image = folder / "shard.tar", os.urandom(8_000)
    with tarfile.open(path, "w") as archive:
        for number in range(10_000):
            document = json.dumps({"label": number % 100}).encode()
            for kind, data in (("cls", str(number % 100).encode()), ("jpg", image), ("json", document)):
                info = tarfile.TarInfo(f"{number:06}.{kind}")
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    return path


def make_masks(folder: Path) -> Path:
    """Write 200 masks of 512 × 512 pixels and 20 classes."""
    import numpy as np
    from PIL import Image

    generator = np.random.default_rng(0)
    below = folder / "masks"
    below.mkdir()
    for number in range(200):
        blocks = np.kron(generator.integers(0, 20, (32, 32)), np.ones((16, 16)))
        Image.fromarray(blocks.astype(np.uint8)).save(below / f"{number:03}.png")
    return below


IMAGE_FOLDER = """
import os
from collections import Counter
def image_folder(root):
    counts = Counter()
    for split in sorted(os.listdir(root)):
        top = os.path.join(root, split)
        classes = sorted(entry.name for entry in os.scandir(top) if entry.is_dir())
        samples = []
        for name in classes:
            for folder, _, files in sorted(os.walk(os.path.join(top, name), followlinks=True)):
                for file in sorted(files):
                    if file.lower().endswith((".jpg", ".jpeg", ".png", ".webp")):
                        samples.append((os.path.join(folder, file), name))
        counts.update(name for _, name in samples)
    return counts
"""
RGLOB = """
from collections import Counter
from pathlib import Path
def rglob(root):
    return Counter(file.parent.name for file in Path(root).rglob("*") if file.suffix == ".jpeg")
"""
TARFILE = """
import tarfile
from collections import Counter
def walk(path):
    with tarfile.open(path) as archive:
        return Counter(archive.extractfile(m).read() for m in archive if m.name.endswith(".cls"))
"""
WEBDATASET = """
import warnings
from collections import Counter
import webdataset
warnings.simplefilter("ignore")
def load(path):
    return Counter(sample["cls"] for sample in webdataset.WebDataset(path, shardshuffle=False))
"""
BINCOUNT = """
from pathlib import Path
import numpy as np
from PIL import Image
def bincount(root):
    total = sum(np.bincount(np.asarray(Image.open(f)).ravel(), minlength=256) for f in Path(root).iterdir())
    return {value: int(n) for value, n in enumerate(total)}
"""

CASES = (
    Case(
        name="class-folder tree, 60,000 files",
        make=make_tree,
        contenders={
            "imbalance_audit, read and count": ours("pl.len()"),
            "imbalance_audit, whole scan": SCAN,
            "ImageFolder's walk": (IMAGE_FOLDER, "image_folder(path)"),
            "Path.rglob": (RGLOB, "rglob(path)"),
        },
    ),
    Case(
        name="WebDataset shard, 30,000 members",
        make=make_tar,
        contenders={
            "imbalance_audit, read and count": ours("pl.len()"),
            "imbalance_audit, whole scan": SCAN,
            "tarfile": (TARFILE, "walk(path)"),
            "webdataset": (WEBDATASET, "load(path)"),
        },
    ),
    Case(
        name="masks, 200 of 512 × 512",
        make=make_masks,
        contenders={
            "imbalance_audit, read and count": ours("pl.col('weight').sum()"),
            "imbalance_audit, whole scan": SCAN,
            "Pillow and NumPy's bincount": (BINCOUNT, "bincount(path)"),
        },
    ),
)


def measure(contender: tuple[str, str], path: Path) -> tuple[float, int]:
    """Return the seconds of one run in a process of its own, and how many labels it counted."""
    setup, call = contender
    code = PROBE.format(setup=setup, call=call)
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    seconds, labels = json.loads(done.stdout.splitlines()[-1])
    return seconds, labels


def main() -> None:
    """Measure and print one table a case."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="", help="Only the cases whose name holds this.")
    options = parser.parse_args()
    for case in (case for case in CASES if options.only in case.name):
        with tempfile.TemporaryDirectory() as folder:
            path = case.make(Path(folder))
            runs: dict[str, list[tuple[float, int]]] = {name: [] for name in case.contenders}
            for _ in range(options.runs):
                for name, contender in case.contenders.items():
                    runs[name].append(measure(contender, path))
        if len({labels for values in runs.values() for _, labels in values}) > 1:
            sys.exit(f"The contenders count {case.name} differently.")
        seconds = {name: median(run[0] for run in values) for name, values in runs.items()}
        first = next(iter(seconds.values()))
        print(f"\n{case.name}, median of {options.runs} runs\n\n| | seconds | × ours |\n|---|--:|--:|")
        for name, taken in seconds.items():
            print(f"| {name} | {taken:.3f} | {taken / first:.1f} |")


if __name__ == "__main__":
    main()
