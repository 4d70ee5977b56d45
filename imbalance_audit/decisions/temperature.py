"""Temperature scaling, with and without a bias for each class, by the least negative log-likelihood."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from imbalance_audit.decisions import logit_formulas
from imbalance_audit.decisions.checked_arrays import checked_logits, checked_truth
from imbalance_audit.errors import MissingExtraError, OptionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Loss = Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]

COLDEST, HOTTEST = 0.05, 20.0
"""Bounds of the temperature: without a wrong row the likelihood grows for ever as it falls to 0."""

STEEPEST = 20.0
"""How far a bias is looked for, likewise for a class that hardly any row is of."""

LOWEST = -1e4
"""The log-odds, or the logit below the row's largest one, that counts for -∞ in a fit where it is not the truth."""


class Calibration(NamedTuple):
    """Logits → calibrated logits: z / temperature + bias, each (C,).

    Attributes:
        temperature: The same for every class, unless it was fitted for each of several labels.
        bias: 0 unless it was fitted; with mean 0 over the classes of a softmax, where only differences matter.

    >>> Calibration(temperature=(2.0, 2.0), bias=(0.0, 0.0)).temperature
    (2.0, 2.0)
    """

    temperature: tuple[float, ...]
    bias: tuple[float, ...]


def fit_temperature(
    logits: object,
    truth: object,
    *,
    bias: bool = False,
    each_class: bool = False,
    multilabel: bool = False,
    weight: object = None,
) -> Calibration:
    """Return the temperature T, and with `bias` the b of each class, that make z/T + b likeliest on held-out rows.

    The negative log-likelihood is convex in (1/T, b), so its least value is found. Correct for the prior first: a
    temperature cannot undo a shift. Source: Guo et al., ICML 2017; with a bias (BCTS): Alexandari et al., ICML 2020.

    Args:
        logits: (N, C).
        truth: Class indices (N,); of several labels 0 and 1 (N, C).
        bias: Fit a bias for each class too.
        each_class: A temperature for each of several labels.
        multilabel: A sample may have several labels.
        weight: (N,), how much each row counts, such as its class's target share over its share here; 1 for None.

    Raises:
        OptionError: shapes or values are others, or a row's truth has the probability 0.
        MissingExtraError: scipy is not installed.

    >>> logits = np.log([[0.75, 0.25]] * 4 + [[0.25, 0.75]] * 4)
    >>> truth = [0, 0, 0, 1, 0, 1, 1, 1]
    >>> [round(value, 6) for value in fit_temperature(3 * logits, truth).temperature]
    [3.0, 3.0]
    """
    z = checked_logits(logits, multilabel=multilabel)
    y = checked_truth(truth, z.shape, multilabel=multilabel)
    rows = _row_weights(weight, len(z))
    if each_class and not multilabel:
        message = "A softmax has one temperature: one for each class would move its classes apart. Fit a bias instead."
        raise OptionError(message)
    if not multilabel:
        own = z[np.arange(len(z)), y]
        _refuse_impossible(own == -np.inf)
        z = np.maximum(z - z.max(axis=1, keepdims=True), LOWEST)
        return _fit_softmax(z, y, rows, bias=bias)
    _refuse_impossible(((z == -np.inf) & (y == 1)) | ((z == np.inf) & (y == 0)))
    z = np.clip(z, LOWEST, -LOWEST)
    if not each_class:
        return _fit_sigmoid(z, y, rows, bias=bias)
    fits = [_fit_sigmoid(z[:, [c]], y[:, [c]], rows, bias=bias) for c in range(z.shape[1])]
    return Calibration(tuple(fit.temperature[0] for fit in fits), tuple(fit.bias[0] for fit in fits))


def _fit_softmax(
    z: NDArray[np.float64], y: NDArray[np.int64], weight: NDArray[np.float64], *, bias: bool
) -> Calibration:
    size = z.shape[1]
    share = weight / weight.sum()
    observed = np.bincount(y, weights=share, minlength=size)
    own = share @ z[np.arange(len(z)), y]

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        beta, b = parameters[0], parameters[1:]
        log_p = logit_formulas.log_softmax(z * beta + b if bias else z * beta, np)
        value = -(share @ log_p[np.arange(len(z)), y])
        p = np.exp(log_p) * share[:, None]
        slope = np.concatenate(([np.vdot(p, z) - own], p.sum(axis=0) - observed)) if bias else [np.vdot(p, z) - own]
        return float(value), np.asarray(slope)

    beta, b = _minimum(loss, *_scales(z, observed.astype(np.float64), share, bias=bias))
    b = b - b.mean() if bias else np.zeros(size)
    return Calibration((1 / beta,) * size, tuple(b.tolist()))


def _fit_sigmoid(
    z: NDArray[np.float64], y: NDArray[np.int64], weight: NDArray[np.float64], *, bias: bool
) -> Calibration:
    size = z.shape[1]
    share = (weight / weight.sum())[:, None] / size

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        beta, b = parameters[0], parameters[1:]
        odds = z * beta + b if bias else z * beta
        value = -np.sum(share * logit_formulas.log_sigmoid(np.where(y == 1, odds, -odds), np))
        rest = share * (np.exp(logit_formulas.log_sigmoid(odds, np)) - y)
        slope = np.concatenate(([np.vdot(rest, z)], rest.sum(axis=0))) if bias else [np.vdot(rest, z)]
        return float(value), np.asarray(slope)

    observed = (share * y).sum(axis=0)
    beta, b = _minimum(loss, *_scales(z, observed, share[:, 0] * size, bias=bias))
    return Calibration((1 / beta,) * size, tuple(b.tolist()) if bias else (0.0,) * size)


def _scales(
    z: NDArray[np.float64], observed: NDArray[np.float64], share: NDArray[np.float64], *, bias: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean logit of each class, and about how far its bias moves while the loss changes by one unit.

    Both are empty where no bias is fitted.
    """
    if not bias:
        return np.zeros(0), np.zeros(0)
    return share @ np.maximum(z, -50.0), np.maximum(observed, 1 / len(z)) ** -0.5


def _minimum(loss: Loss, centre: NDArray[np.float64], scale: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Return 1/T and the biases where the loss is least.

    It is looked for in (1/T, u) with b = scale·u - centre/T, where the loss is about as steep in every direction: with
    a hundred classes of very different shares that takes a twentieth of the steps.
    """
    try:
        from scipy.optimize import minimize
    except ModuleNotFoundError as error:
        wanted_by = "Fitting a temperature"
        raise MissingExtraError.of(wanted_by, extra="evaluation") from error

    def scaled(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        beta, u = parameters[0], parameters[1:]
        value, slope = loss(np.concatenate(([beta], scale * u - beta * centre)))
        return value, np.concatenate(([slope[0] - centre @ slope[1:]], scale * slope[1:]))

    bounds = [(1 / HOTTEST, 1 / COLDEST)]
    bounds += [((m - STEEPEST) / s, (m + STEEPEST) / s) for m, s in zip(centre, scale, strict=True)]
    found = minimize(
        scaled,
        np.concatenate(([1.0], centre / scale)),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": 1000, "ftol": 1e-13, "gtol": 1e-8},
    ).x
    beta = float(found[0])
    return beta, scale * found[1:] - beta * centre


def _row_weights(weight: object, rows: int) -> NDArray[np.float64]:
    if weight is None:
        return np.ones(rows)
    vector = np.asarray(weight, dtype=np.float64)
    if vector.shape != (rows,) or not (np.isfinite(vector) & (vector >= 0)).all() or not vector.any():
        message = f"Expected one finite weight from 0 up for each of {rows:,} rows, got others. Give equally many."
        raise OptionError(message)
    return vector


def _refuse_impossible(impossible: NDArray[np.bool_]) -> None:
    if impossible.any():
        message = (
            f"Expected a probability above 0 for what each row is, got 0 {int(impossible.sum()):,} times: no "
            "temperature mends that. Give logits in place of rounded probabilities, or do not calibrate."
        )
        raise OptionError(message)
