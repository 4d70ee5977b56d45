"""A weight file for three classes."""

from __future__ import annotations

from pathlib import Path

import pytest

from imbalance_audit.files.weights import save_weights
from imbalance_audit.records import ClassWeights, Task


def class_weights(
    classes: tuple[str, ...], weight: tuple[float, ...], counts: tuple[int, ...], *, task: Task = "multiclass"
) -> ClassWeights:
    total = sum(counts)
    mass = [n * w for n, w in zip(counts, weight, strict=True)]
    return ClassWeights(
        classes=classes,
        weight=weight,
        counts=counts,
        prior=tuple(n / total for n in counts),
        implied_prior=tuple(m / sum(mass) for m in mass),
        scheme="balanced",
        parameters={},
        normalisation="data-mean",
        zero_count="error",
        task=task,
        fingerprint="0" * 64,
        split="train",
        ess=1.0,
        ignore_index=255,
        pos_weight=None,
        created_by="a test",
    )


@pytest.fixture
def weights() -> ClassWeights:
    """Bird, cat and dog, 6, 3 and 1 of them; balanced up to the second."""
    return class_weights(("bird", "cat", "dog"), (0.5, 1.0, 4.0), (6, 3, 1))


@pytest.fixture
def weight_file(tmp_path: Path, weights: ClassWeights) -> Path:
    save_weights(weights, tmp_path / "weights.pt")
    return tmp_path / "weights.pt"
