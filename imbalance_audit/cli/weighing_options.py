"""The options of a weighing, which `audit scan` and `audit weights` share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from imbalance_audit.cli.option_texts import costs_of, numbers_of
from imbalance_audit.records import Audit, ClassWeights

Scheme = Annotated[
    str,
    typer.Option(
        help="balanced, inverse, sqrt, power, effective-number, median-frequency, enet, log-smoothed, target-prior, "
        "cost-matrix, group-label, group-label-balanced or lds. --compare shows them side by side."
    ),
]
Tau = Annotated[float | None, typer.Option(help="Exponent of the scheme power, 0 to 1.")]
Beta = Annotated[float | None, typer.Option(help="β of the scheme effective-number.")]
K = Annotated[float | None, typer.Option("--enet-k", help="k of the scheme enet. [default: 1.02]")]
Mu = Annotated[float | None, typer.Option(help="μ of the scheme log-smoothed. [default: 0.15]")]
Reweight = Annotated[str | None, typer.Option(help="Of the scheme lds: sqrt-inverse or inverse.")]
Kernel = Annotated[str | None, typer.Option(help="Of the scheme lds: gaussian, triang or laplace.")]
KernelSize = Annotated[int | None, typer.Option(help="Bins under the kernel of lds, odd. [default: 5]")]
Sigma = Annotated[float | None, typer.Option(help="Width of the kernel of lds, in bins. [default: 2]")]
Prior = Annotated[
    str | None,
    typer.Option(
        metavar="FILE|a=0.5,b=0.5",
        help="For target-prior: the share of each class in use. A CSV of class,share or a JSON object, or inline.",
    ),
]
Costs = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="For cost-matrix: a CSV, class names as header and first column, rows = truth."),
]
MaxRatio = Annotated[float | None, typer.Option(help="The largest weight over the smallest, at most.")]
Clip = Annotated[
    str | None,
    typer.Option(metavar="LOW,HIGH", help="Bounds of a weight where the mean is 1, such as 0.1,10."),
]
Normalisation = Annotated[str, typer.Option(help="data-mean, class-mean, sum-1, min-1 or max-1.")]
ZeroCount = Annotated[
    str,
    typer.Option(help="For classes, or cells of group × class, without rows: error, ignore, cap, smooth or one."),
]
Smoothing = Annotated[float | None, typer.Option(help="What --zero-count smooth adds to every count.")]


@dataclass(frozen=True)
class Weigh:
    """`class_weights` and `compare` with the options of the command line.

    Attributes:
        options: What goes to `class_weights` as it is.
        prior: The option of this name.
        costs: The option of this name.
    """

    options: dict[str, Any]
    prior: str | None
    costs: str | None

    def __call__(self, audit: Audit, *, split: str | None = None, all_rows: bool = False) -> ClassWeights:
        """Return the weights of an audit."""
        from imbalance_audit.weights import class_weights

        return class_weights(audit, split=split, all_rows=all_rows, **self.options, **self.materials())

    def materials(self) -> dict[str, Any]:
        """Return the prior and the costs, read from where the options say."""
        from imbalance_audit.weights import read_prior

        return {"prior": None if self.prior is None else read_prior(self.prior), "costs": costs_of(self.costs)}


def weigh_by(
    scheme: Scheme = "balanced",
    tau: Tau = None,
    beta: Beta = None,
    k: K = None,
    mu: Mu = None,
    prior: Prior = None,
    costs: Costs = None,
    reweight: Reweight = None,
    kernel: Kernel = None,
    kernel_size: KernelSize = None,
    sigma: Sigma = None,
    max_ratio: MaxRatio = None,
    clip: Clip = None,
    normalisation: Normalisation = "data-mean",
    zero_count: ZeroCount = "error",
    smoothing: Smoothing = None,
) -> Weigh:
    """Return what weighs an audit as the options say."""
    options = {
        "scheme": scheme,
        "tau": tau,
        "beta": beta,
        "k": k,
        "mu": mu,
        "reweight": reweight,
        "kernel": kernel,
        "kernel_size": kernel_size,
        "sigma": sigma,
        "max_ratio": max_ratio,
        "clip": None if clip is None else numbers_of(clip, float, expected="--clip LOW,HIGH, such as 0.1,10"),
        "normalisation": normalisation,
        "zero_count": zero_count,
        "smoothing": smoothing,
    }
    return Weigh(options, prior, costs)
