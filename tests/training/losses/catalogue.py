"""Every loss, with the formula of its paper in numpy, one target at a time and nothing shared with the program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from imbalance_audit.training import (
    AsymmetricLoss,
    ClassBalancedFocalLoss,
    FocalLoss,
    LDAMLoss,
    LogitAdjustedCrossEntropy,
    PolyLoss,
    SeesawLoss,
    SigmoidFocalLoss,
    VSLoss,
    WeightedCrossEntropy,
    WeightedMultilabelCrossEntropy,
)
from imbalance_audit.training.losses.weighted import WeightedLoss

Row = NDArray[np.float64]

W = [0.27, 3.5, 12.0, 25.0]
N = [900, 90, 9, 1]
w = np.array(W, dtype=np.float32).astype(np.float64)
n = np.array(N, dtype=np.float64)
pi = n / n.sum()


def softmax(z: Row) -> Row:
    e = np.exp(z - z.max())
    result: Row = e / e.sum()
    return result


def sigmoid(z: Row) -> Row:
    result: Row = 1 / (1 + np.exp(-z))
    return result


def cross_entropy(z: Row, y: int) -> float:
    return float(-np.log(softmax(z)[y]))


def focal(z: Row, y: int) -> float:
    p = softmax(z)[y]
    return float((1 - p) ** 1.5 * -np.log(p))


def poly(z: Row, y: int) -> float:
    p = softmax(z)[y]
    return float(-np.log(p) + 2.0 * (1 - p))


def class_balanced_focal(z: Row, y: int) -> float:
    p_t = np.where(np.arange(4) == y, sigmoid(z), 1 - sigmoid(z))
    return float(((1 - p_t) ** 1.0 * -np.log(p_t)).sum())


def logit_adjusted(z: Row, y: int) -> float:
    return cross_entropy(z + 1.3 * np.log(pi), y)


def vector_scaled(z: Row, y: int) -> float:
    return cross_entropy((n / n.max()) ** 0.2 * z + 1.2 * np.log(pi), y)


def ldam(z: Row, y: int) -> float:
    delta = n**-0.25 * 0.5 / (n**-0.25).max()
    moved = z.copy()
    moved[y] -= delta[y]
    return cross_entropy(30 * moved, y)


def seesaw(z: Row, y: int) -> float:
    sigma = softmax(z)
    m = np.minimum(1, (n / n[y]) ** 0.8)
    c = np.maximum(1, (sigma / max(sigma[y], 1e-2)) ** 2.0)
    e = np.exp(z) * np.where(np.arange(4) == y, 1, m * c)
    return float(-np.log(e[y] / e.sum()))


def binary(s: float, t: float, c: int) -> float:
    p = 1 / (1 + np.exp(-s))
    return float(-W_COLUMN[c] * (w[c] * t * np.log(p) + (1 - t) * np.log(1 - p)))


def sigmoid_focal(s: float, t: float, c: int) -> float:
    p = 1 / (1 + np.exp(-s))
    p_t = p * t + (1 - p) * (1 - t)
    each = 0.3 * w[c] * t * -np.log(p) + 0.7 * (1 - t) * -np.log(1 - p)
    return float(W_COLUMN[c] * (1 - p_t) ** 1.5 * each)


def asymmetric(s: float, t: float, c: int) -> float:
    p = 1 / (1 + np.exp(-s))
    shifted = max(p - 0.05, 0)
    positive = w[c] * t * (1 - p) ** 1.0 * -np.log(p)
    return float(W_COLUMN[c] * (positive + (1 - t) * shifted**4.0 * -np.log(1 - shifted)))


W_COLUMN = [1.0, 2.0, 0.5, 3.0]


@dataclass(frozen=True)
class Softmax:
    """A loss over one class a target: how to build it and what one target with weight 1 costs."""

    build: Callable[..., WeightedLoss]
    formula: Callable[[Row, int], float]
    soft: bool = True
    weighted: bool = True


SOFTMAX = {
    "cross-entropy": Softmax(lambda **o: WeightedCrossEntropy(W, **o), cross_entropy),
    "focal": Softmax(lambda **o: FocalLoss(W, gamma=1.5, **o), focal),
    "poly": Softmax(lambda **o: PolyLoss(W, epsilon=2.0, **o), poly),
    "class-balanced-focal": Softmax(lambda **o: ClassBalancedFocalLoss(W, **o), class_balanced_focal),
    "logit-adjusted": Softmax(lambda **o: LogitAdjustedCrossEntropy(N, tau=1.3, weight=W, **o), logit_adjusted),
    "vector-scaling": Softmax(lambda **o: VSLoss(N, gamma=0.2, tau=1.2, weight=W, **o), vector_scaled),
    "ldam": Softmax(lambda **o: LDAMLoss(N, weight=W, **o), ldam, soft=False),
    "seesaw": Softmax(lambda **o: SeesawLoss(N, weight=W, **o), seesaw, soft=False),
}


@dataclass(frozen=True)
class Sigmoid:
    """A loss over one sigmoid for each class: how to build it and what one label costs."""

    build: Callable[..., WeightedLoss]
    formula: Callable[[float, float, int], float]


def _weighed(**options: Any) -> dict[str, Any]:  # noqa: ANN401 -- whatever a constructor takes
    return {"pos_weight": W, "weight": W_COLUMN, **options}


SIGMOID = {
    "binary": Sigmoid(lambda **o: WeightedMultilabelCrossEntropy(**_weighed(**o)), binary),
    "sigmoid-focal": Sigmoid(lambda **o: SigmoidFocalLoss(gamma=1.5, alpha=0.3, **_weighed(**o)), sigmoid_focal),
    "asymmetric": Sigmoid(lambda **o: AsymmetricLoss(**_weighed(**o)), asymmetric),
}

EVERY: dict[str, Callable[..., WeightedLoss]] = {
    **{name: loss.build for name, loss in SOFTMAX.items()},
    **{name: loss.build for name, loss in SIGMOID.items()},
}


def logits_of(shape: tuple[int, ...], dtype: torch.dtype = torch.float64, *, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype).requires_grad_()


def targets_for(name: str, shape: tuple[int, ...], *, seed: int = 1) -> Tensor:
    """Targets of a loss for logits of this shape, with an ignored or a missing one where there is more than one."""
    generator = torch.Generator().manual_seed(seed)
    if name in SIGMOID:
        labels = torch.randint(0, 2, shape, generator=generator).double()
        labels.view(-1)[1:2] = float("nan")
        return labels
    target = torch.randint(0, 4, shape[:1] + shape[2:] if len(shape) > 1 else (), generator=generator)
    if target.numel() > 1:
        target.view(-1)[1] = -100
    return target
