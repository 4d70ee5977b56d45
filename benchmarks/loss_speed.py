"""Each weighted loss, forward and backward, beside the plain torch call and beside a compiled naive version.

    python benchmarks/loss_speed.py --rows 256 --classes 1000

One process and thread, contenders taking turns, the median of the rounds. Every version has the weights, and the naive
ones are what one would write down from the paper, without ignored targets, checks or reductions. Ratios above 1 are
slower than the reference.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median

import torch
import torch.nn.functional as F  # noqa: N812 -- the name that every torch program gives it
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

Loss = Callable[[Tensor, Tensor], Tensor]


def contenders(classes: int, device: str) -> dict[str, tuple[Loss, Loss, bool]]:
    """Return for each loss ours, the naive version, and whether its targets are labels of every class."""
    n = torch.logspace(4, 0, classes, device=device).round()
    w = n.sum() / (classes * n)
    log_n, delta, scale = n.log(), 0.5 * (n / n.min()) ** -0.25, (n / n.max()) ** 0.3

    def picked(z: Tensor, y: Tensor) -> Tensor:
        return z.log_softmax(1).gather(1, y[:, None])[:, 0]

    def focal(z: Tensor, y: Tensor) -> Tensor:
        log_p = picked(z, y)
        return (w[y] * (1 - log_p.exp()) ** 2 * -log_p).mean()

    def poly(z: Tensor, y: Tensor) -> Tensor:
        log_p = picked(z, y)
        return (w[y] * (1 - log_p.exp() - log_p)).mean()

    def ldam(z: Tensor, y: Tensor) -> Tensor:
        return F.cross_entropy(30 * (z - delta * F.one_hot(y, classes)), y)

    def seesaw(z: Tensor, y: Tensor) -> Tensor:
        p = z.softmax(1).detach()
        own = p.gather(1, y[:, None]).clamp(min=1e-2)
        factor = (n / n[y][:, None]).clamp(max=1) ** 0.8 * (p / own).clamp(min=1) ** 2
        return F.cross_entropy(z + torch.where(F.one_hot(y, classes).bool(), 1.0, factor).log(), y)

    def sigmoid_focal(z: Tensor, t: Tensor) -> Tensor:
        p = z.sigmoid()
        p_t = p * t + (1 - p) * (1 - t)
        return ((1 - p_t) ** 2 * F.binary_cross_entropy_with_logits(z, t, pos_weight=w, reduction="none")).mean()

    def class_balanced(z: Tensor, y: Tensor) -> Tensor:
        t = F.one_hot(y, classes).to(z.dtype)
        p = z.sigmoid()
        p_t = p * t + (1 - p) * (1 - t)
        each = (1 - p_t) * F.binary_cross_entropy_with_logits(z, t, reduction="none")
        return (w[y] * each.sum(1)).mean()

    def asymmetric(z: Tensor, t: Tensor) -> Tensor:
        p = z.sigmoid()
        shifted = (p - 0.05).clamp(min=0)
        positive = t * (1 - p) * p.clamp(min=1e-8).log()
        return -(positive + (1 - t) * shifted**4 * (1 - shifted).clamp(min=1e-8).log()).mean()

    def bce(z: Tensor, t: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(z, t, pos_weight=w)

    return {
        "WeightedCrossEntropy": (WeightedCrossEntropy(w), lambda z, y: F.cross_entropy(z, y, w), False),
        "WeightedMultilabelCrossEntropy": (WeightedMultilabelCrossEntropy(pos_weight=w), bce, True),
        "FocalLoss": (FocalLoss(w), focal, False),
        "SigmoidFocalLoss": (SigmoidFocalLoss(pos_weight=w), sigmoid_focal, True),
        "ClassBalancedFocalLoss": (ClassBalancedFocalLoss(w), class_balanced, False),
        "LDAMLoss": (LDAMLoss(n), ldam, False),
        "LogitAdjustedCrossEntropy": (LogitAdjustedCrossEntropy(n), lambda z, y: F.cross_entropy(z + log_n, y), False),
        "VSLoss": (VSLoss(n), lambda z, y: F.cross_entropy(scale * z + log_n, y), False),
        "SeesawLoss": (SeesawLoss(n), seesaw, False),
        "PolyLoss": (PolyLoss(w), poly, False),
        "AsymmetricLoss": (AsymmetricLoss(), asymmetric, True),
    }


def step(loss: Loss, logits: Tensor, target: Tensor) -> Callable[[], None]:
    """Return one forward and backward pass."""

    def run() -> None:
        logits.grad = None
        torch.autograd.backward(loss(logits, target))

    return run


def seconds(runs: list[Callable[[], None]], rounds: int, device: str) -> list[float]:
    """Return the median time of each, taking turns."""

    def timed(run: Callable[[], None], times: int) -> float:
        # On a CPU the time that this process got, so that its neighbours on the machine do not count.
        clock = time.perf_counter if device == "cuda" else time.process_time
        start = clock()
        for _ in range(times):
            run()
        if device == "cuda":
            torch.cuda.synchronize()
        return (clock() - start) / times

    for run in runs:
        timed(run, 3)  # compiles
    times = max(3, int(0.01 / timed(runs[0], 5)))
    taken = [[timed(run, times) for run in runs] for _ in range(rounds)]
    return [median(column) for column in zip(*taken, strict=True)]


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rows", type=int, default=256)
    parser.add_argument("--classes", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--only", nargs="*", default=[], help="Measure these losses only.")
    options = parser.parse_args()
    device = options.device
    torch.manual_seed(0)
    torch.set_num_threads(1)
    logits = torch.randn(options.rows, options.classes, device=device, requires_grad=True)
    index = torch.randint(0, options.classes, (options.rows,), device=device)
    labels = (torch.rand(options.rows, options.classes, device=device) < 0.1).float()
    print(f"{options.rows} × {options.classes} on {device}, torch {torch.__version__}, median of {options.rounds}\n")
    print(
        "| loss | plain torch, µs | ours ÷ plain | ours ÷ compiled | compiled ours ÷ compiled |\n|---|--:|--:|--:|--:|"
    )
    for name, (ours, naive, many) in contenders(options.classes, device).items():
        if options.only and name not in options.only:
            continue
        if isinstance(ours, torch.nn.Module):
            ours.to(device)
        target = labels if many else index
        torch.compiler.reset()
        versions = [naive, torch.compile(naive), ours, torch.compile(ours)]
        plain, compiled, eager, both = seconds([step(v, logits, target) for v in versions], options.rounds, device)
        print(
            f"| {name} | {1e6 * plain:.0f} | {eager / plain:.2f} | {eager / compiled:.2f} | {both / compiled:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
