"""Regression weighted by how rare a target value is: label distribution smoothing."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, get_args

import torch
import torch.nn.functional as F  # noqa: N812 -- the name that every torch program gives it

from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError, refuse_unknown
from imbalance_audit.training.constants import device_of
from imbalance_audit.training.losses.targets import described, loss_dtype
from imbalance_audit.training.losses.weighted import WeightedLoss, class_vector, number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from torch import Tensor

    from imbalance_audit.training.losses.binding import Bound
    from imbalance_audit.training.losses.reduction import Reduction

DeviationKind = Literal["l1", "mse", "huber"]
DensityScheme = Literal["sqrt-inverse", "inverse"]
Kernel = Literal["gaussian", "triangular", "laplace"]

_LEAST, _MOST = 5.0, 1000.0
"""Between these the paper's code clips the counts of a bin under `inverse`."""


def lds_weights(
    counts: Tensor | Sequence[float],
    *,
    scheme: DensityScheme = "sqrt-inverse",
    kernel: Kernel = "gaussian",
    size: int = 5,
    sigma: float = 2.0,
) -> Tensor:
    """Return float64[B], a weight for each bin: 1 / smoothed count, with a mean of 1 over the data.

    As in the paper's code, the root is taken (`sqrt-inverse`) or the counts are clipped to 5 … 1000 (`inverse`) before
    they are smoothed with the kernel, with nothing beyond the ends. The kernel is exact, exp(-d²/2σ²), exp(-|d|/σ) or
    1 - |d|/h with h = (size+1)/2. A bin that no data reach has the largest weight of the others.

    Source: Yang et al., ICML 2021, arXiv 2102.09554, section 3.1.

    Args:
        counts: The data in each bin, bins of equal width in order.
        scheme: `sqrt-inverse` or `inverse`.
        kernel: `gaussian`, `triangular` or `laplace`.
        size: How many bins the kernel spans, odd.
        sigma: Its σ, in bins; without effect on `triangular`.

    Raises:
        OptionError: an argument is none of these.

    >>> lds_weights([4, 4, 4], size=1).tolist()
    [1.0, 1.0, 1.0]
    """
    refuse_unknown("scheme", scheme, get_args(DensityScheme))
    refuse_unknown("kernel", kernel, get_args(Kernel))
    if size < 1 or size % 2 == 0:
        message = f"size is an odd number of bins from 1 up, got {size}."
        raise OptionError(message)
    number("sigma", sigma, least=1e-6)
    class_vector("count", counts)
    n = torch.as_tensor(counts, dtype=torch.float64, device="cpu").detach()
    raw = n.sqrt() if scheme == "sqrt-inverse" else n.clamp(_LEAST, _MOST)
    window = _kernel(kernel, size, sigma)
    smooth = F.conv1d(raw.view(1, 1, -1), window.view(1, 1, -1), padding=size // 2).view(-1)
    reached = smooth > 0
    weight = 1 / torch.where(reached, smooth, smooth[reached].min())
    return weight * n.sum() / (weight * n).sum()


def _kernel(kernel: Kernel, size: int, sigma: float) -> Tensor:
    distance = torch.arange(size, dtype=torch.float64, device="cpu").sub(size // 2).abs()
    if kernel == "gaussian":
        return (-(distance**2) / (2 * sigma**2)).exp()
    return (-distance / sigma).exp() if kernel == "laplace" else 1 - distance / ((size + 1) / 2)


def weighted_regression_parts(
    prediction: Tensor,
    target: Tensor,
    edges: Tensor,
    weight: Tensor,
    *,
    kind: DeviationKind = "l1",
    delta: float = 1.0,
    reduction: Reduction = "count",
) -> tuple[Tensor, Tensor]:
    """Return (Σ w(y)·ℓ, denominator), w(y) the weight of the target's bin. The core of `WeightedRegressionLoss`.

    Prediction and target are floating and of one shape; a target of NaN is missing. edges (B-1,) part the B bins of
    weight (B,): bin b holds the targets from edges[b-1] up to, but not including, edges[b], the outer ones all beyond.

    Raises:
        OptionError: the shapes differ, or something is not floating.

    >>> weighted_regression_parts(torch.zeros(2), torch.tensor([1.0, 3.0]), torch.tensor([2.0]), torch.ones(2))
    (tensor(4.), tensor(2))
    """
    if not prediction.is_floating_point() or not target.is_floating_point() or prediction.shape != target.shape:
        message = (
            f"Expected floating predictions and targets of one shape, got {described(prediction)} and "
            f"{described(target)}. A broadcast would compare each with each; squeeze or cast one of them."
        )
        raise OptionError(message)
    dtype = loss_dtype(prediction)
    missing = target.isnan()
    value = target.masked_fill(missing, 0).to(dtype)
    weights = _weights_at(value, edges, weight).masked_fill(missing, 0)
    losses = (weights * _error(prediction.to(dtype), value, kind, delta)).masked_fill(missing, 0)
    loss = losses if reduction == "none" else losses.sum()
    if reduction == "weight":
        return loss, weights.sum()
    return loss, missing.logical_not().count_nonzero()


def _weights_at(value: Tensor, edges: Tensor, weight: Tensor) -> Tensor:
    return weight.to(value.dtype)[torch.bucketize(value, edges.to(value.dtype), right=True)]


def _error(prediction: Tensor, value: Tensor, kind: DeviationKind, delta: float) -> Tensor:
    if kind == "l1":
        return F.l1_loss(prediction, value, reduction="none")
    if kind == "mse":
        return F.mse_loss(prediction, value, reduction="none")
    return F.huber_loss(prediction, value, reduction="none", delta=delta)


class WeightedRegressionLoss(WeightedLoss):
    """A regression loss in which rare target values weigh more: w(y)·ℓ(ŷ, y), ℓ = |ŷ-y|, (ŷ-y)² or Huber's.

    Build it `from_targets`, with the training targets, or `from_file`, where the classes are whole numbers in rising
    order such as ages; both smooth their distribution (`lds_weights`). NaN targets are missing.

    Source: Yang et al., ICML 2021, arXiv 2102.09554, section 3.1.

    Args:
        edges: (B-1,), rising: where a bin ends and the next begins.
        weight: (B,), the weight of each bin.
        kind: `l1`, `mse` or `huber`.
        delta: Where Huber's loss turns linear.
        reduction: `count`, `weight`, `sum` or `none`.

    Raises:
        OptionError: an argument is none of these.

    >>> loss = WeightedRegressionLoss([2.0], [1.0, 2.0])
    >>> loss(torch.zeros(2), torch.tensor([1.0, 3.0]))
    tensor(3.5000)
    """

    edges: Tensor
    weight: Tensor
    _weights = ("weight",)

    def __init__(
        self,
        edges: Tensor | Sequence[float],
        weight: Tensor | Sequence[float],
        *,
        kind: DeviationKind = "l1",
        delta: float = 1.0,
        reduction: Reduction = "count",
    ) -> None:
        super().__init__(reduction=reduction)
        refuse_unknown("kind", kind, get_args(DeviationKind))
        vector = class_vector("weight", weight)
        bounds = torch.as_tensor(edges, dtype=torch.float32, device="cpu").detach()
        if bounds.shape != (vector.shape[0] - 1,) or not bool((bounds.diff() > 0).all() and bounds.isfinite().all()):
            message = (
                f"Expected {vector.shape[0] - 1} rising finite edges between {vector.shape[0]} weights, got "
                f"{described(bounds)}. Give the inner edges of the bins."
            )
            raise OptionError(message)
        self.keep("edges", bounds, device=device_of(weight, edges))
        self.keep("weight", vector, device=device_of(weight, edges))
        self.kind: DeviationKind = kind
        self.delta = number("delta", delta, least=1e-12)

    @classmethod
    def from_targets(
        cls,
        targets: Tensor | Sequence[float],
        *,
        bins: int = 100,
        lds: dict[str, Any] | None = None,
        **options: Any,  # noqa: ANN401 -- the constructor's, which checks them
    ) -> Self:
        """Return the loss for training targets, cut into bins of equal width between their extremes.

        Args:
            targets: The training targets; NaN are left out.
            bins: How many bins.
            lds: What `lds_weights` takes besides the counts.
            options: `kind`, `delta`, `reduction`.

        Raises:
            OptionError: there are no two different finite targets, or an option is wrong.
        """
        values = torch.as_tensor(targets, dtype=torch.float64, device="cpu").detach().flatten()
        values = values[~values.isnan()]
        low, high = (float(values.min()), float(values.max())) if values.numel() else (math.nan, math.nan)
        if not low < high < math.inf or low == -math.inf or bins < 1:
            message = f"Expected finite targets of at least two values and bins from 1 up, got {low} to {high}, {bins}."
            raise OptionError(message)
        edges = torch.linspace(low, high, bins + 1, dtype=torch.float64, device="cpu")[1:-1]
        counts = torch.bincount(torch.bucketize(values, edges, right=True), minlength=bins)
        return cls(edges, lds_weights(counts, **(lds or {})), **options).to(device_of(targets))

    def denominator(self, target: Tensor) -> Tensor:
        """Return how many targets are not missing, or the sum of their weights under `weight`."""
        missing = target.isnan()
        if self.reduction == "weight":
            value = target.masked_fill(missing, 0).to(loss_dtype(target))
            return _weights_at(value, self.edges, self.weight).masked_fill(missing, 0).sum()
        return missing.logical_not().count_nonzero()

    def _core(self, logits: Tensor, target: Tensor, reduction: Reduction) -> tuple[Tensor, Tensor]:
        return weighted_regression_parts(
            logits, target, self.edges, self.weight, kind=self.kind, delta=self.delta, reduction=reduction
        )

    @classmethod
    def _bound(cls, bound: Bound, options: dict[str, Any]) -> Self:
        values = [_whole(name) for name in bound.classes]
        if len(values) < 2 or any(b <= a for a, b in pairwise(values)):
            message = "Expected classes that are whole numbers in rising order. Give them sorted, as a list."
            raise OptionError(message)
        counts = torch.zeros(values[-1] - values[0] + 1, dtype=torch.float64, device="cpu")
        counts[torch.tensor(values, device="cpu") - values[0]] = bound.counts
        edges = torch.arange(values[0], values[-1], dtype=torch.float64, device="cpu") + 0.5
        return cls(edges, lds_weights(counts, **options.pop("lds", {})), **options)


def _whole(name: str) -> int:
    try:
        return int(name)
    except ValueError:
        message = f"Expected classes that are whole numbers, got {quoted(name)}. Use `from_targets` for other values."
        raise OptionError(message) from None
