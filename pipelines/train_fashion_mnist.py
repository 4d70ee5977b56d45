"""From labels to a model and back: audit a long-tailed Fashion-MNIST, weigh it, train with and without, compare.

    python -m pipelines.train_fashion_mnist --out reports/fashion_mnist_lt

Writes the audit's report, weights.pt and training.md. The same network is trained with plain cross-entropy, with class
weights and with a class-balanced sampler; the plain one is also read with the log prior taken off its logits (post-hoc
logit adjustment, Menon et al., ICLR 2021, §4.1), which costs no training. The test classes are balanced, so accuracy
there is balanced accuracy.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import mean, stdev
from typing import NamedTuple

import torch
from sklearn.metrics import f1_score, recall_score
from torch import Tensor, nn
from torch.utils.data import DataLoader, RandomSampler, Sampler, TensorDataset

from imbalance_audit import ClassWeights, class_weights, scan
from imbalance_audit.publishing import publish
from imbalance_audit.training import ClassSampler, WeightedCrossEntropy
from pipelines.fashion_mnist_lt import CLASSES, RATIO, images, labels

BATCH = 128


class Way(NamedTuple):
    """One way to train: what is drawn and what is minimised."""

    name: str
    sampler: Callable[[list[int], int], Sampler[int]]
    loss: Callable[[], nn.Module]


class Split(NamedTuple):
    """The images and class indices of one split."""

    images: Tensor
    targets: Tensor


def load(folder: Path, ratio: int) -> dict[str, Split]:
    """Return both splits as float images of mean 0 and standard deviation 1 over train, and class indices."""
    rows = labels(folder, ratio=ratio).frame.collect()
    splits = {}
    for split in ("train", "test"):
        kept = rows.filter(split=split)
        pixels = torch.frombuffer(images(folder, split), dtype=torch.uint8).view(-1, 1, 28, 28)
        places = kept["id"].str.extract(r"(\d+)$").cast(int).to_list()
        splits[split] = Split(pixels[places].float(), torch.tensor(kept["label"].to_list()))
    centre, spread = splits["train"].images.mean(), splits["train"].images.std()
    return {name: Split((split.images - centre) / spread, split.targets) for name, split in splits.items()}


def network() -> nn.Module:
    """Return a small convolutional network, about 220,000 parameters."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 5, padding=2, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 7 * 7, 128, bias=False), nn.BatchNorm1d(128), nn.ReLU(),
        nn.Linear(128, len(CLASSES)),
    )  # fmt: skip


def train(data: dict[str, Split], way: Way, *, seed: int, epochs: int) -> Tensor:
    """Train one network and return its logits on the test images."""
    torch.manual_seed(seed)
    model, criterion = network(), way.loss()
    sampler = way.sampler(data["train"].targets.tolist(), seed)
    loader = DataLoader(TensorDataset(*data["train"]), batch_size=BATCH, sampler=sampler, drop_last=True)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.05, total_steps=epochs * len(loader))
    for epoch in range(epochs):
        if isinstance(sampler, ClassSampler):
            sampler.set_epoch(epoch)
        for batch, target in loader:
            optimiser.zero_grad()
            criterion(model(batch), target).backward()
            optimiser.step()
            schedule.step()
    model.eval()
    with torch.no_grad():
        return torch.cat([model(batch) for batch in torch.split(data["test"].images, 1000)])


class Scores(NamedTuple):
    """How one run did on the balanced test images, in per cent."""

    balanced_accuracy: float
    macro_f1: float
    recall: list[float]


def score(logits: Tensor, targets: Tensor) -> Scores:
    """Return the scores of the most likely class."""
    truth, guess = targets.tolist(), logits.argmax(1).tolist()
    recall = [100 * float(value) for value in recall_score(truth, guess, average=None, zero_division=0)]
    return Scores(mean(recall), 100 * float(f1_score(truth, guess, average="macro", zero_division=0)), recall)


def ways(weight_file: Path) -> list[Way]:
    """Return the three ways to train that are compared."""

    def shuffled(targets: list[int], seed: int) -> Sampler[int]:
        return RandomSampler(targets, generator=torch.Generator().manual_seed(seed))

    def balanced(targets: list[int], seed: int) -> Sampler[int]:
        return ClassSampler(targets, seed=seed)

    def weighted() -> nn.Module:
        return WeightedCrossEntropy.from_file(weight_file, classes=CLASSES)

    return [
        Way("plain cross-entropy", shuffled, nn.CrossEntropyLoss),
        Way("class weights", shuffled, weighted),
        Way("class-balanced sampler", balanced, nn.CrossEntropyLoss),
    ]


def compare(
    data: dict[str, Split], weights: ClassWeights, weight_file: Path, *, seeds: int, epochs: int
) -> dict[str, list[Scores]]:
    """Return the name of each way → its scores, one a seed."""
    scores: dict[str, list[Scores]] = {}
    log_prior = torch.tensor(weights.prior).log()
    for way in ways(weight_file):
        for seed in range(seeds):
            logits = train(data, way, seed=seed, epochs=epochs)
            scores.setdefault(way.name, []).append(score(logits, data["test"].targets))
            if way.name.startswith("plain"):
                adjusted = score(logits - log_prior, data["test"].targets)
                scores.setdefault("plain, log prior taken off", []).append(adjusted)
            print(f"{way.name}, seed {seed}: {scores[way.name][-1].balanced_accuracy:.2f}", file=sys.stderr)
    return scores


def write_up(scores: dict[str, list[Scores]], weights: ClassWeights, *, epochs: int) -> str:
    """Return training.md."""
    seeds = len(next(iter(scores.values())))
    lines = [
        "# Did the weights help?",
        "",
        f"Fashion-MNIST cut to a long tail: {sum(weights.counts):,} training images, {max(weights.counts):,} of the "
        f"commonest class and {min(weights.counts):,} of the rarest. The test classes are balanced.",
        f"Each row: seeds {', '.join(map(str, range(seeds)))}; {epochs} epochs; mean ± standard deviation in per cent.",
        f"Weights: `{weights.scheme}`, largest {weights.ratio:,.0f} times the smallest, effective sample "
        f"{weights.ess:,.0f} of {sum(weights.counts):,}.",
        "",
        "| way | balanced accuracy | macro-F1 | worst recall |",
        "|---|--:|--:|--:|",
    ]
    for name, runs in scores.items():
        columns = [
            [run.balanced_accuracy for run in runs],
            [run.macro_f1 for run in runs],
            [min(run.recall) for run in runs],
        ]
        lines.append(f"| {name} | " + " | ".join(_spread(column) for column in columns) + " |")
    lines += ["", "Recall of each class, mean over the seeds:", ""]
    lines += ["| class | training images | " + " | ".join(scores) + " |", "|---|--:|" + "--:|" * len(scores)]
    for index, name in enumerate(CLASSES):
        recalls = [f"{mean(run.recall[index] for run in runs):.1f}" for runs in scores.values()]
        lines.append(f"| {name} | {weights.counts[index]:,} | " + " | ".join(recalls) + " |")
    return "\n".join(lines) + "\n"


def _spread(values: list[float]) -> str:
    return f"{mean(values):.2f}" + (f" ± {stdev(values):.2f}" if len(values) > 1 else "")


def main() -> None:
    """Run it all and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--data", type=Path, default=os.environ.get("FASHION_MNIST", "/usr/share/datasets/fashion-mnist")
    )
    parser.add_argument("--out", type=Path, default=Path("reports/fashion_mnist_lt"))
    parser.add_argument("--ratio", type=int, default=RATIO)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=12)
    options = parser.parse_args()

    audit = scan(labels(options.data, ratio=options.ratio))
    weights = class_weights(audit, scheme="balanced")
    weight_file = options.out / "weights.pt"
    publish(audit, options.out, weights=weights, weight_file=weight_file)
    data = load(options.data, options.ratio)
    scores = compare(data, weights, weight_file, seeds=options.seeds, epochs=options.epochs)
    (options.out / "training.md").write_text(write_up(scores, weights, epochs=options.epochs), encoding="utf-8")


if __name__ == "__main__":
    main()
