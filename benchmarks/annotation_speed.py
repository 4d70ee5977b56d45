"""Annotation files beside what one would run instead: a bare typed decode of COCO, a plain loop over YOLO's files.

    python benchmarks/annotation_speed.py --folder DIR

The COCO file has the shape of instances_train2017.json: 118,287 images, 860,001 annotations with polygons, 477 MB. The
YOLO data set has 40,000 label files of seven boxes. Both are written into the folder once. Each case runs in fresh
processes, taking turns; what is printed is the median of the time inside the process after its imports, the peak
memory, and both as ratios to the reference. What is imported takes some of that memory: polars alone is a case.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from statistics import median

IMAGES, ANNOTATIONS, CLASSES, LABEL_FILES = 118_287, 860_001, 80, 40_000

READ = "from imbalance_audit.sources import read; read(['a']).frame.collect(); import yaml"
SCAN = "from imbalance_audit import scan; scan(['a']); import yaml"
STRUCTS = """import mmap, msgspec, os
class Annotation(msgspec.Struct, gc=False):
    image_id: int
    category_id: int
class File(msgspec.Struct, gc=False):
    annotations: list[Annotation]
"""
DECODE = "found = msgspec.json.decode(mmap.mmap(os.open(path, os.O_RDONLY), 0, access=mmap.ACCESS_READ), type=File)"
CASES = {
    "coco: bare msgspec": (
        STRUCTS,
        DECODE,
    ),
    "coco: the same, polars imported": (
        "import polars\n" + STRUCTS,
        DECODE,
    ),
    "coco: read": (READ, "read(path).frame.collect()"),
    "coco: scan": (SCAN, "scan(path)"),
    "yolo: bare loop": (
        "import os",
        "root = os.path.dirname(path) + '/labels/train/'\n"
        "for name in os.listdir(root):\n"
        "    with open(root + name) as stream: [int(line.split()[0]) for line in stream]",
    ),
    "yolo: read": (READ, "read(path).frame.collect()"),
    "yolo: scan": (SCAN, "scan(path)"),
}
"""Name → imports, and what is timed on `path`. The first case of a format is its reference."""

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


def write_coco(path: Path, *, images: int = IMAGES, annotations: int = ANNOTATIONS) -> None:
    """Write a COCO file in which every hundredth image has no annotation and category ids have gaps."""
    random = Random(0)  # noqa: S311 -- data for a benchmark
    polygons = [",".join(f"{random.uniform(0, 640):.2f}" for _ in range(random.randint(8, 103))) for _ in range(997)]
    categories = [{"id": 1 + i + i // 8, "name": f"class {i:02d}", "supercategory": "thing"} for i in range(CLASSES)]
    ids = [category["id"] for category in categories]
    shares = [1 / (1 + i) for i in range(CLASSES)]
    with path.open("w") as stream:
        stream.write('{"info": {"year": 2017}, "licenses": [], "images": [')
        for i in range(images):
            name = f"{i * 4:012d}.jpg"
            stream.write(
                f'{", " * (i > 0)}{{"license": 4, "file_name": "{name}", "height": 427, "width": 640, "id": {i * 4}}}'
            )
        stream.write('], "annotations": [')
        for i, category in enumerate(random.choices(ids, shares, k=annotations)):
            image = random.randrange(images)
            image -= image % 100 == 0
            stream.write(
                f'{", " * (i > 0)}{{"segmentation": [[{polygons[i % 997]}]], "area": 702.1, "iscrowd": 0,'
                f' "image_id": {max(image, 1) * 4}, "bbox": [473.07, 395.93, 38.65, 28.67],'
                f' "category_id": {category}, "id": {i}}}'
            )
        stream.write(f'], "categories": {json.dumps(categories)}}}')


def write_yolo(folder: Path, *, files: int = LABEL_FILES) -> None:
    """Write a YOLO data set with seven boxes an image; the images are empty files."""
    random = Random(0)  # noqa: S311 -- data for a benchmark
    for kind in ("images", "labels"):
        (folder / kind / "train").mkdir(parents=True, exist_ok=True)
    for i in range(files):
        (folder / "images/train" / f"{i:06d}.jpg").touch()
        lines = [f"{random.randrange(CLASSES)} 0.5124 0.3321 0.2211 0.1432\n" for _ in range(7)]
        (folder / "labels/train" / f"{i:06d}.txt").write_text("".join(lines))
    names = "".join(f"  {i}: class {i:02d}\n" for i in range(CLASSES))
    (folder / "data.yaml").write_text(f"train: images/train\nnames:\n{names}")


def measure(case: str, path: Path) -> tuple[float, float]:
    """Return the seconds and the peak MB of one run in a process of its own."""
    imports, call = CASES[case]
    code = PROBE.format(imports=imports, call=call)
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    seconds, peak = json.loads(done.stdout.splitlines()[-1])
    return seconds, peak


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--folder", type=Path, help="Where the files are kept. [default: a temporary folder]")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", choices=("coco", "yolo"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        paths = {"coco": folder / "instances_train2017.json", "yolo": folder / "yolo" / "data.yaml"}
        if options.only != "yolo" and not paths["coco"].exists():
            write_coco(paths["coco"])
        if options.only != "coco" and not paths["yolo"].exists():
            write_yolo(paths["yolo"].parent)
        cases = [case for case in CASES if case.startswith(options.only or "")]
        runs: dict[str, list[tuple[float, float]]] = {case: [] for case in cases}
        for _ in range(options.runs):
            for case in cases:
                runs[case].append(measure(case, paths[case.split(":")[0]]))
    print(f"median of {options.runs} runs\n\n| | seconds | × | peak MB | × |\n|---|--:|--:|--:|--:|")
    for case in cases:
        first = next(other for other in CASES if other.split(":")[0] == case.split(":")[0])
        seconds, peak = (median(run[i] for run in runs[case]) for i in (0, 1))
        base, base_peak = (median(run[i] for run in runs[first]) for i in (0, 1))
        print(f"| {case} | {seconds:.2f} | {seconds / base:.2f} | {peak:,.0f} | {peak / base_peak:.2f} |")


if __name__ == "__main__":
    main()
