"""One small example of every kind of label source, as its producer lays it out, and what is to be counted in it."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

Counts = Mapping[tuple[str | None, str | None], int]

ROWS = (("train", "cat"), ("train", "cat"), ("train", "dog"), ("train", "fox"), ("test", "cat"), ("test", "dog"))
"""The split and the label of each row of the tables."""

BY_SPLIT: Counts = {pair: ROWS.count(pair) for pair in ROWS}
TOGETHER: Counts = {(None, label): sum(one == label for _, one in ROWS) for _, label in ROWS}
SPLIT = ("--split", "split")


@dataclass(frozen=True, kw_only=True)
class Sample:
    """An example of one kind of source.

    Attributes:
        build: Writes it into an empty folder, and returns what is named on the command line.
        options: What the command line needs beside it.
        kind: What the audit calls it.
        unit: What a row is.
        counts: (split, label) → instances; the label None: samples without any.
        extra: The extra of this package that reading needs.
        writer: The module that writing needs, beside the extra.
    """

    build: Callable[[Path], Path]
    options: tuple[str, ...] = ()
    kind: str
    unit: str = "row"
    counts: Counts
    extra: str | None = None
    writer: str | None = None


def frame(rows: Sequence[tuple[str, str]] = ROWS) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "id": [f"img_{number}" for number in range(len(rows))],
            "label": [label for _, label in rows],
            "split": [split for split, _ in rows],
        }
    )


def of_split(split: str) -> pl.DataFrame:
    return frame([row for row in ROWS if row[0] == split]).drop("split")


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def image(path: Path, colour: int = 200) -> Path:
    """Write a portable picture of one pixel: a real image, whatever its suffix says."""
    return write(path, b"P6 1 1 255\n" + bytes([colour] * 3))


def parquet(folder: Path) -> Path:
    frame().write_parquet(folder / "labels.parquet")
    return folder / "labels.parquet"


def hive_parquet(folder: Path) -> Path:
    """As Spark writes it."""
    for split in ("train", "test"):
        part = folder / "lake" / f"split={split}"
        part.mkdir(parents=True)
        of_split(split).write_parquet(part / "part-00000.snappy.parquet")
    write(folder / "lake" / "_SUCCESS", "")
    return folder / "lake"


def csv(folder: Path) -> Path:
    frame().write_csv(folder / "labels.csv")
    return folder / "labels.csv"


def tsv(folder: Path) -> Path:
    frame().write_csv(folder / "labels.tsv", separator="\t")
    return folder / "labels.tsv"


def csv_gz(folder: Path) -> Path:
    return write(folder / "labels.csv.gz", gzip.compress(frame().write_csv().encode()))


def json_lines(folder: Path) -> Path:
    frame().write_ndjson(folder / "labels.jsonl")
    return folder / "labels.jsonl"


def json_document(folder: Path) -> Path:
    return write(folder / "labels.json", json.dumps({"version": 2, "data": frame().to_dicts()}, indent=1))


def arrow_file(folder: Path) -> Path:
    frame().write_ipc(folder / "labels.arrow")
    return folder / "labels.arrow"


def arrow_stream(folder: Path) -> Path:
    frame().write_ipc_stream(folder / "labels.arrows")
    return folder / "labels.arrows"


def delta(folder: Path) -> Path:
    """Of more rows, those that are too many were deleted: its files still hold them."""
    import deltalake

    table = folder / "table"
    deltalake.write_deltalake(table, frame([*ROWS, ("train", "owl")]).to_arrow(), partition_by=["split"])
    deltalake.DeltaTable(table).delete("label = 'owl'")
    return table


def iceberg(folder: Path) -> Path:
    from pyiceberg.catalog.sql import SqlCatalog

    catalog = SqlCatalog("c", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}")
    catalog.create_namespace("lake")
    rows = frame([*ROWS, ("train", "owl")]).to_arrow()
    table = catalog.create_table("lake.labels", schema=rows.schema)
    table.append(rows)
    table.delete("label = 'owl'")
    catalog.close()
    return folder / "lake" / "labels"


def hugging_face_saved(folder: Path) -> Path:
    """As `DatasetDict.save_to_disk` writes it."""
    import datasets

    features = datasets.Features(
        {"id": datasets.Value("string"), "label": datasets.ClassLabel(names=["cat", "dog", "fox"])}
    )
    parts = {
        split: datasets.Dataset.from_dict(of_split(split).to_dict(as_series=False), features=features)
        for split in ("train", "test")
    }
    datasets.DatasetDict(parts).save_to_disk(folder / "saved")
    return folder / "saved"


CARD = """---
license: mit
dataset_info:
  features:
  - name: id
    dtype: string
  - name: label
    dtype:
      class_label:
        names:
          '0': cat
          '1': dog
          '2': fox
---
# Animals
"""


def hugging_face_parquet(folder: Path) -> Path:
    """As a data set's repository on the hub is cloned: the class names stand in the card."""
    names = pl.Series(["cat", "dog", "fox"])
    for split in ("train", "test"):
        path = folder / "animals" / "data" / f"{split}-00000-of-00001.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        coded = pl.col("label").replace_strict(names, pl.Series([0, 1, 2]), return_dtype=pl.Int64)
        of_split(split).with_columns(coded).write_parquet(path)
    write(folder / "animals" / "README.md", CARD)
    write(folder / "animals" / ".gitattributes", "*.parquet filter=lfs diff=lfs merge=lfs -text\n")
    return folder / "animals"


def text_list(folder: Path) -> Path:
    """As ImageNet-LT lists its images."""
    numbers = {"cat": 0, "dog": 1, "fox": 2}
    lines = [f"{split}/n0{numbers[label]}/{i}.JPEG {numbers[label]}" for i, (split, label) in enumerate(ROWS)]
    return write(folder / "ImageNet_LT.txt", "\n".join(lines) + "\n")


def conll(folder: Path) -> Path:
    """As CoNLL-2003 lays out its named entities."""
    text = (
        "-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\n\nPeter NNP B-NP B-PER\nBlack NNP I-NP I-PER\n"
    )
    return write(folder / "eng.conll", text)


def conll_u(folder: Path) -> Path:
    """As Universal Dependencies publishes a treebank."""
    words = (
        "1\tdes\t_\t_\t_\t_\t_\t_\t_\t_",
        "2\tfox\tfox\tNOUN\tN\t_\t0\troot\t_\t_",
        "3\tran\trun\tVERB\tV\t_\t2\tdep\t_\t_",
    )
    other = "1\tdog\tdog\tNOUN\tN\t_\t0\troot\t_\t_"
    text = (
        "# sent_id = 1\n1-2\tdes\t_\t_\t_\t_\t_\t_\t_\t_\n" + "\n".join(words[1:]) + f"\n\n# sent_id = 2\n{other}\n\n"
    )
    return write(folder / "en-ud-train.conllu", text)


def npz(folder: Path) -> Path:
    """As MedMNIST packs its images and labels."""
    import numpy as np

    arrays = {
        f"{split}_{what}": array
        for split, labels in (("train", [0, 0, 1, 2]), ("test", [0, 1]))
        for what, array in (
            ("images", np.zeros((len(labels), 2, 2), np.uint8)),
            ("labels", np.array(labels, np.uint8)[:, None]),
        )
    }
    np.savez_compressed(folder / "medmnist.npz", **arrays)  # type: ignore[arg-type]  # -- its stub names allow_pickle
    return folder / "medmnist.npz"


def npy(folder: Path) -> Path:
    import numpy as np

    np.save(folder / "labels.npy", np.array([0, 0, 0, 1, 1, 2]))
    return folder / "labels.npy"


def class_folders(folder: Path) -> Path:
    """As torchvision's ImageFolder reads them."""
    for number, (split, label) in enumerate(ROWS):
        image(folder / "animals" / split / label / f"{number}.ppm")
    return folder / "animals"


def webdataset(folder: Path) -> Path:
    """As the webdataset package writes its shards: members of one sample stand side by side."""
    shards = folder / "shards"
    shards.mkdir()
    for split in ("train", "test"):
        with tarfile.open(shards / f"animals-{split}-000000.tar", "w") as archive:
            for number, (_, label) in enumerate(row for row in ROWS if row[0] == split):
                for suffix, data in (("jpg", b"\xff\xd8"), ("cls", label.encode())):
                    member = tarfile.TarInfo(f"sample{number:06}.{suffix}")
                    member.size = len(data)
                    archive.addfile(member, io.BytesIO(data))
    return shards


def masks(folder: Path) -> Path:
    """As the masks of Pascal VOC: a palette, and 255 along the edges."""
    from PIL import Image

    for number, pixels in enumerate((bytes([0, 0, 1, 255]), bytes([0, 2, 2, 2]))):
        path = folder / "SegmentationClass" / f"2007_{number:06}.png"
        path.parent.mkdir(exist_ok=True)
        picture = Image.frombytes("P", (2, 2), pixels)
        picture.putpalette(bytes(range(256)) * 3)
        picture.save(path)
    return folder / "SegmentationClass"


def instances(boxes: Sequence[Sequence[int]], **more: object) -> str:
    """Return annotations of images, in each of which these categories have a box."""
    images = [{"id": i, "file_name": f"{i:012}.jpg", "width": 8, "height": 8} for i in range(len(boxes))]
    pairs = [(i, category) for i, categories in enumerate(boxes) for category in categories]
    annotations = [
        {"id": n, "image_id": i, "category_id": category, "bbox": [0, 0, 2, 2], "area": 4, "iscrowd": 0}
        for n, (i, category) in enumerate(pairs, 1)
    ]
    categories = [{"id": i, "name": name, **more} for i, name in ((17, "cat"), (18, "dog"), (21, "fox"))]
    return json.dumps({"info": {"year": 2017}, "images": images, "annotations": annotations, "categories": categories})


def coco(folder: Path) -> Path:
    """As COCO 2017 is unpacked: annotations beside folders of images."""
    write(folder / "coco" / "annotations" / "instances_train2017.json", instances([[17, 17, 18], [21], []]))
    write(folder / "coco" / "annotations" / "instances_val2017.json", instances([[18]]))
    image(folder / "coco" / "train2017" / "000000000000.jpg")
    image(folder / "coco" / "val2017" / "000000000000.jpg")
    return folder / "coco"


def lvis(folder: Path) -> Path:
    content = json.loads(instances([[17, 17], [18], [21], []], frequency="r", image_count=1, synset="x.n.01"))
    for one in content["images"]:
        one |= {"not_exhaustive_category_ids": [], "neg_category_ids": [], "coco_url": "http://images/x.jpg"}
    return write(folder / "lvis_v1_train.json", json.dumps(content))


def yolo(folder: Path) -> Path:
    """As ultralytics lays out a data set: an image without a label file is background."""
    root = folder / "animals"
    for name, boxes in {"train/a": (0, 0, 1), "train/b": (2,), "train/c": None, "val/d": (0,)}.items():
        image(root / "images" / f"{name}.jpg")
        if boxes is not None:
            write(root / "labels" / f"{name}.txt", "".join(f"{one} 0.5 0.5 0.1 0.1\n" for one in boxes))
    text = "path: .\ntrain: images/train\nval: images/val\nnames:\n  0: cat\n  1: dog\n  2: fox\n"
    write(root / "data.yaml", text)
    return root


def voc(folder: Path) -> Path:
    """As the VOC devkit: XML beside images, masks of some of them, and lists of the splits."""
    root = folder / "VOC2012"
    for name, objects in {"2007_000001": ("cat", "cat", "dog"), "2007_000002": (), "2007_000003": ("dog",)}.items():
        tree = ET.Element("annotation")
        ET.SubElement(tree, "filename").text = f"{name}.jpg"
        for one in objects:
            thing = ET.SubElement(tree, "object")
            ET.SubElement(thing, "name").text = one
            ET.SubElement(thing, "difficult").text = "0"
            ET.SubElement(ET.SubElement(thing, "part"), "name").text = "head"
        write(root / "Annotations" / f"{name}.xml", ET.tostring(tree))
        image(root / "JPEGImages" / f"{name}.jpg")
    lists = {"train": "2007_000001\n2007_000002\n", "val": "2007_000003\n", "trainval": "2007_000001\n2007_000003\n"}
    for name, text in lists.items():
        write(root / "ImageSets" / "Main" / f"{name}.txt", text)
    write(root / "ImageSets" / "Main" / "cat_train.txt", "2007_000001  1\n2007_000002 -1\n")
    return root


def label_studio(folder: Path) -> Path:
    """As Label Studio exports its tasks; the last one nobody has labelled."""

    def task(number: int, *choices: str) -> dict[str, object]:
        results = [
            {"from_name": "animal", "to_name": "image", "type": "choices", "value": {"choices": [choice]}}
            for choice in choices
        ]
        annotation = {"id": 1, "result": results, "was_cancelled": False, "completed_by": 1}
        return {
            "id": number,
            "data": {"image": f"/data/{number}.jpg"},
            "annotations": [annotation] if choices else [],
            "predictions": [],
        }

    tasks = [task(1, "cat"), task(2, "cat"), task(3, "dog"), task(4)]
    return write(folder / "project-1-at-2026-01-01.json", json.dumps(tasks))


def pipeline(folder: Path) -> Path:
    rows = {"label": [label for _, label in ROWS], "split": [split for split, _ in ROWS]}
    text = f"import polars as pl\n\n\ndef labels() -> pl.LazyFrame:\n    return pl.LazyFrame({rows!r})\n"
    return write(folder / "animals.py", text)


def counted(folder: Path) -> Path:
    """A table that is counted already, as a query with GROUP BY returns it."""
    frame().group_by("label", "split", maintain_order=True).len("n").write_csv(folder / "counts.csv")
    return folder / "counts.csv"


CODES: Counts = {(None, "0"): 3, (None, "1"): 2, (None, "2"): 1}

SAMPLES: dict[str, Sample] = {
    "parquet": Sample(build=parquet, options=SPLIT, kind="parquet", counts=BY_SPLIT),
    "hive parquet": Sample(build=hive_parquet, options=SPLIT, kind="parquet", counts=BY_SPLIT),
    "CSV": Sample(build=csv, options=SPLIT, kind="csv", counts=BY_SPLIT),
    "TSV": Sample(build=tsv, options=SPLIT, kind="csv", counts=BY_SPLIT),
    "CSV.gz": Sample(build=csv_gz, options=SPLIT, kind="csv", counts=BY_SPLIT),
    "JSON lines": Sample(build=json_lines, options=SPLIT, kind="jsonl", counts=BY_SPLIT),
    "JSON document": Sample(build=json_document, options=SPLIT, kind="json", counts=BY_SPLIT),
    "Arrow file": Sample(build=arrow_file, options=SPLIT, kind="arrow", counts=BY_SPLIT),
    "Arrow stream": Sample(build=arrow_stream, options=SPLIT, kind="arrow", counts=BY_SPLIT),
    "Delta": Sample(build=delta, options=SPLIT, kind="delta", counts=BY_SPLIT, extra="delta", writer="pyarrow"),
    "Iceberg": Sample(build=iceberg, options=SPLIT, kind="iceberg", counts=BY_SPLIT, extra="iceberg"),
    "Hugging Face save_to_disk": Sample(build=hugging_face_saved, kind="arrow", counts=BY_SPLIT, writer="datasets"),
    "Hugging Face parquet": Sample(build=hugging_face_parquet, kind="parquet", counts=BY_SPLIT, extra="yaml"),
    "text list": Sample(build=text_list, kind="text-list", counts=CODES),
    "CoNLL": Sample(
        build=conll,
        kind="conll",
        unit="token",
        counts={(None, "B-ORG"): 1, (None, "O"): 1, (None, "B-PER"): 1, (None, "I-PER"): 1},
    ),
    "CoNLL-U": Sample(build=conll_u, kind="conll", unit="token", counts={(None, "NOUN"): 2, (None, "VERB"): 1}),
    "npz": Sample(
        build=npz,
        options=("--classes", "cat,dog,fox"),
        kind="npz",
        counts=BY_SPLIT,
        extra="npz",
    ),
    "npy": Sample(build=npy, kind="npz", counts=CODES, extra="npz"),
    "class folders": Sample(build=class_folders, kind="folder-tree", unit="image", counts=BY_SPLIT),
    "WebDataset": Sample(build=webdataset, kind="webdataset", unit="image", counts=BY_SPLIT),
    "masks": Sample(
        build=masks,
        options=("--ignore", "255"),
        kind="masks",
        unit="pixel",
        counts={(None, "0"): 3, (None, "1"): 1, (None, "2"): 3, (None, "255"): 1},
        extra="masks",
    ),
    "COCO": Sample(
        build=coco,
        kind="coco",
        unit="box",
        counts={("train", "cat"): 2, ("train", "dog"): 1, ("train", "fox"): 1, ("train", None): 1, ("val", "dog"): 1},
    ),
    "LVIS": Sample(
        build=lvis,
        kind="coco",
        unit="box",
        counts={(None, "cat"): 2, (None, "dog"): 1, (None, "fox"): 1, (None, None): 1},
    ),
    "YOLO": Sample(
        build=yolo,
        kind="yolo",
        unit="box",
        counts={("train", "cat"): 2, ("train", "dog"): 1, ("train", "fox"): 1, ("train", None): 1, ("val", "cat"): 1},
        extra="yaml",
    ),
    "Pascal VOC": Sample(
        build=voc,
        kind="voc",
        unit="box",
        counts={("train", "cat"): 2, ("train", "dog"): 1, ("train", None): 1, ("val", "dog"): 1},
    ),
    "Label Studio": Sample(
        build=label_studio,
        kind="label-studio",
        counts={(None, "cat"): 2, (None, "dog"): 1, (None, None): 1},
    ),
    "pipeline": Sample(build=pipeline, kind="pipeline", counts=BY_SPLIT),
    "already-counted table": Sample(build=counted, options=("--weight", "n", *SPLIT), kind="csv", counts=BY_SPLIT),
}
