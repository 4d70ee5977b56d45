"""From labels to predictions: audit a long-tailed Fashion-MNIST, weigh it, train one network in six ways.

    python -m pipelines.train_fashion_mnist --out reports/fashion_mnist_lt --predictions predictions

Writes the audit's report and weights.pt into `--out`, and into `--predictions` a file NAME-seedS.parquet for each run,
which `audit evaluate` judges. Of the balanced test images every second one of a class is for validation, the others are
for the figures: the rarest class has 60 training images, of which none can be spared. The plain network is also read
with the log prior taken off its logits (post-hoc logit adjustment, Menon et al., ICLR 2021, §4.1), which costs no
training.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import polars as pl
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, RandomSampler, Sampler, TensorDataset

from imbalance_audit import class_weights, load_weights, scan
from imbalance_audit.publishing import publish
from imbalance_audit.training import (
    ClassSampler,
    DeferredReweighting,
    LogitAdjustedCrossEntropy,
    WeightedCrossEntropy,
)
from pipelines.fashion_mnist_lt import CLASSES, RATIO, images, labels

BATCH = 128
POST_HOC = "post-hoc"
"""The run that is no training: the plain network, the log prior taken off its logits."""


class Way(NamedTuple):
    """One way to train: what is minimised, what is drawn, and whether the weights wait for the last fifth."""

    loss: Callable[[], nn.Module]
    balanced: bool = False
    deferred: bool = False


class Data(NamedTuple):
    """The training images and class indices, the images that are predicted, and their rows without predictions."""

    images: Tensor
    targets: Tensor
    unseen: Tensor
    rows: pl.DataFrame


def load(folder: Path, ratio: int) -> Data:
    """Return the images as floats of mean 0 and standard deviation 1 over train; test is cut in val and test."""
    table = labels(folder, ratio=ratio).frame.collect()
    train, unseen = (table.filter(split=split) for split in ("train", "test"))
    pixels = _pixels(folder, "train", train)
    centre, spread = pixels.mean(), pixels.std()
    rows = unseen.select(
        "id",
        split=pl.when(pl.int_range(pl.len()).over("label") % 2 == 0).then(pl.lit("val")).otherwise(pl.lit("test")),
        label=pl.col("label").replace_strict(dict(enumerate(CLASSES))),
    )
    return Data(
        (pixels - centre) / spread,
        torch.tensor(train["label"].to_list()),
        (_pixels(folder, "test", unseen) - centre) / spread,
        rows,
    )


def network() -> nn.Module:
    """Return a small convolutional network, about 220,000 parameters."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 5, padding=2, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 7 * 7, 128, bias=False), nn.BatchNorm1d(128), nn.ReLU(),
        nn.Linear(128, len(CLASSES)),
    )  # fmt: skip


def ways(balanced: Path, effective: Path) -> dict[str, Way]:
    """Return the name of each way to train → what it does, from the two weight files."""

    def weighted(path: Path) -> Callable[[], nn.Module]:
        return lambda: WeightedCrossEntropy.from_file(path, classes=CLASSES)

    def adjusted() -> nn.Module:
        return LogitAdjustedCrossEntropy.from_file(balanced, classes=CLASSES)

    return {
        "plain": Way(nn.CrossEntropyLoss),
        "balanced": Way(weighted(balanced)),
        "effective-number": Way(weighted(effective)),
        "deferred": Way(weighted(effective), deferred=True),
        "logit-adjusted": Way(adjusted),
        "sampler": Way(nn.CrossEntropyLoss, balanced=True),
    }


def train(data: Data, way: Way, *, seed: int, epochs: int) -> Tensor:
    """Train one network and return its logits of the unseen images."""
    torch.manual_seed(seed)
    model, criterion = network(), way.loss()
    sampler: Sampler[int] = RandomSampler(data.targets, generator=torch.Generator().manual_seed(seed))
    if way.balanced:
        sampler = ClassSampler(data.targets.tolist(), seed=seed)
    loader = DataLoader(TensorDataset(data.images, data.targets), batch_size=BATCH, sampler=sampler, drop_last=True)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.05, total_steps=epochs * len(loader))
    weights = DeferredReweighting(criterion, epochs=epochs) if way.deferred else None
    for epoch in range(epochs):
        if isinstance(sampler, ClassSampler):
            sampler.set_epoch(epoch)
        if weights is not None:
            weights.set_epoch(epoch)
        for batch, target in loader:
            optimiser.zero_grad()
            criterion(model(batch), target).backward()
            optimiser.step()
            schedule.step()
    model.eval()
    with torch.no_grad():
        return torch.cat([model(batch) for batch in torch.split(data.unseen, 1000)])


def write(data: Data, logits: Tensor, path: Path) -> None:
    """Write the rows with a column logit_CLASS for each class."""
    columns = {f"logit_{name}": column.tolist() for name, column in zip(CLASSES, logits.T, strict=True)}
    table = data.rows.with_columns(pl.Series(name, column, dtype=pl.Float32) for name, column in columns.items())
    table.write_parquet(path, compression="zstd")


def run(data: Data, folder: Path, *, seeds: int, epochs: int) -> None:
    """Train in each way with each seed, from the weight files in the folder, and write the predictions there."""
    balanced = folder / "balanced.pt"
    log_prior = torch.tensor(load_weights(balanced).prior).log()
    for name, way in ways(balanced, folder / "effective-number.pt").items():
        for seed in range(seeds):
            logits = train(data, way, seed=seed, epochs=epochs)
            write(data, logits, folder / f"{name}-seed{seed}.parquet")
            if name == "plain":
                write(data, logits - log_prior, folder / f"{POST_HOC}-seed{seed}.parquet")
            print(f"{name}, seed {seed}", file=sys.stderr, flush=True)


def _pixels(folder: Path, split: str, rows: pl.DataFrame) -> Tensor:
    pixels = torch.frombuffer(images(folder, split), dtype=torch.uint8).view(-1, 1, 28, 28)
    places = rows["id"].str.extract(r"(\d+)$").cast(int).to_list()
    return pixels[places].float()


def main() -> None:
    """Run it all and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--data", type=Path, default=os.environ.get("FASHION_MNIST", "/usr/share/datasets/fashion-mnist")
    )
    parser.add_argument("--out", type=Path, default=Path("reports/fashion_mnist_lt"))
    parser.add_argument("--predictions", type=Path, default=Path("predictions"))
    parser.add_argument("--ratio", type=int, default=RATIO)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=12)
    options = parser.parse_args()

    audit = scan(labels(options.data, ratio=options.ratio))
    weights = class_weights(audit, scheme="balanced")
    publish(audit, options.out, weights=weights, weight_file=options.out / "weights.pt")
    options.predictions.mkdir(parents=True, exist_ok=True)
    weights.save(options.predictions / "balanced.pt")
    class_weights(audit, scheme="effective-number").save(options.predictions / "effective-number.pt")
    run(load(options.data, options.ratio), options.predictions, seeds=options.seeds, epochs=options.epochs)


if __name__ == "__main__":
    main()
