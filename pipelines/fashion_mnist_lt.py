"""Fashion-MNIST with a long tail: clothes, the commonest class 100 times the rarest, tested on balanced classes.

    audit scan pipelines/fashion_mnist_lt.py

Reads the four IDX files of Fashion-MNIST (Debian: dataset-fashion-mnist) from the folder FASHION_MNIST names.
"""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import polars as pl

from imbalance_audit import Labels

CLASSES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
RATIO = 100
"""Images of the commonest class for one of the rarest."""

_FILES = {"train": "train", "test": "t10k"}


def labels(folder: Path | None = None, *, ratio: int = RATIO) -> Labels:
    """Return the label of each image that is kept, with its split and its place in the split's IDX file.

    Class i keeps the first int(n · ratio^(-i/9)) of its n training images (the long tail of Cui et al., CVPR
    2019); the test images are all kept.
    """
    where = folder or Path(os.environ.get("FASHION_MNIST", "/usr/share/datasets/fashion-mnist"))
    train, test = (_labels_of(where, split) for split in _FILES)
    kept = (train.filter(pl.col("label") == 0).height * ratio ** (-pl.col("label") / 9)).floor()
    tailed = train.filter(pl.int_range(pl.len()).over("label") < kept)
    codes = {str(index): name for index, name in enumerate(CLASSES)}
    return Labels(pl.concat([tailed, test]).lazy(), classes=CLASSES, names=codes, unit="image")


def images(folder: Path, split: str) -> bytearray:
    """Return the 28 × 28 grey images of a split, a byte a pixel, one after the other."""
    return bytearray(gzip.decompress((folder / f"{_FILES[split]}-images-idx3-ubyte.gz").read_bytes())[16:])


def _labels_of(folder: Path, split: str) -> pl.DataFrame:
    codes = gzip.decompress((folder / f"{_FILES[split]}-labels-idx1-ubyte.gz").read_bytes())[8:]
    table = pl.DataFrame({"label": list(codes)}, schema={"label": pl.Int64})
    return table.with_columns(id=pl.format(f"{split}-{{}}", pl.int_range(pl.len())), split=pl.lit(split))
