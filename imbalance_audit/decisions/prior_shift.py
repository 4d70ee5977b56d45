"""Probabilities for one class prior → those for another, and the prior of rows whose labels nobody knows."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from imbalance_audit.decisions import logit_formulas
from imbalance_audit.decisions.checked_arrays import checked_logits, checked_shares, checked_truth
from imbalance_audit.decisions.temperature import fit_temperature
from imbalance_audit.errors import OptionError

if TYPE_CHECKING:
    from numpy.typing import NDArray

TEMPERATURES = (0.8, 1.25)
"""The temperatures between which logits count as calibrated."""

SHARES = 0.05
"""How far (total variation) the mean prediction may be from the shares of the classes on the same rows."""


class UncalibratedWarning(UserWarning):
    """Logits that are taken for calibrated ones are not.

    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     _ = warn_if_uncalibrated([[9.0, 0.0]] * 4, [0, 0, 1, 1])
    >>> caught[0].category.__name__
    'UncalibratedWarning'
    """


def shift_prior(logits: object, prior: object, target: object) -> NDArray[np.float64]:
    """Return logits (N, C) whose softmax is calibrated for another class prior: z + log π* - log π.

    Exact where p(x | class) is the same (label shift). A class with the target share 0 is ruled out. Source: Elkan,
    IJCAI 2001, theorem 2; Saerens et al., Neural Computation 2002, eq. 2.4; as PC-softmax, Hong et al., CVPR 2021.

    Args:
        logits: (N, C), calibrated for `prior`.
        prior: π, (C,), above 0.
        target: π*, (C,), from 0 up.

    Raises:
        OptionError: shapes or values are others.

    >>> shift_prior([[0.0, 0.0]], [0.5, 0.5], [0.8, 0.2]).round(3).tolist()
    [[0.47, -0.916]]
    """
    z = checked_logits(logits)
    source = checked_shares("prior", prior, z.shape[1], positive=True)
    wanted = checked_shares("target", target, z.shape[1])
    shift = np.full(len(wanted), -np.inf)
    np.log(wanted / source, out=shift, where=wanted > 0)
    return checked_logits(z + shift)


def estimate_prior(
    logits: object, prior: object, *, iterations: int = 100, tolerance: float = 1e-6
) -> NDArray[np.float64]:
    """Return the class shares (C,) of unlabelled rows, by expectation-maximisation.

    From π⁰ = π on: π ← the mean over the rows of p·π/π⁰, scaled to 1 in each row. Each step raises the likelihood of
    the rows, Σ log Σ_c π_c·p_c/π⁰_c, which has one maximum. It needs calibrated logits (temperature scaling with a
    bias first; Alexandari et al., ICML 2020): ask `warn_if_uncalibrated` on labelled rows.

    Source: Saerens et al., Neural Computation 2002, eq. 2.9.

    Args:
        logits: (N, C), calibrated for `prior`.
        prior: π, (C,), above 0.
        iterations: Steps at most.
        tolerance: Σ|change| of the shares at which it stops.

    Raises:
        OptionError: shapes or values are others.

    >>> logits = np.log([[0.9, 0.1]] * 3 + [[0.1, 0.9]] * 7)  # calibrated where both classes are as common
    >>> estimate_prior(logits, [0.5, 0.5]).round(2).tolist()
    [0.25, 0.75]
    """
    z = checked_logits(logits)
    source = checked_shares("prior", prior, z.shape[1], positive=True)
    ratio = np.exp(logit_formulas.log_softmax(z, np)) / source
    shares = source
    for _ in range(iterations):
        mass = ratio * shares
        after = (mass / mass.sum(axis=1, keepdims=True)).mean(axis=0)
        moved = np.abs(after - shares).sum()
        shares = after
        if moved < tolerance:
            break
    return shares


def warn_if_uncalibrated(logits: object, truth: object) -> bool:
    """Return and warn of whether logits are calibrated no better than a prior could be estimated by.

    They are not where another temperature than about 1 suits them better, or where the mean prediction is not the share
    of the classes.

    Args:
        logits: (N, C), of labelled rows from where the model was trained.
        truth: (N,), the class indices of these rows.

    Warns:
        UncalibratedWarning: they are not.

    Raises:
        OptionError: shapes or values are others.

    >>> warn_if_uncalibrated(np.log([[0.75, 0.25]] * 4 + [[0.25, 0.75]] * 4), [0, 0, 0, 1, 0, 1, 1, 1])
    False
    """
    z = checked_logits(logits)
    y = checked_truth(truth, z.shape, multilabel=False)
    temperature = fit_temperature(z, y).temperature[0]
    shares = np.bincount(y, minlength=z.shape[1]) / len(y)
    distance = 0.5 * np.abs(np.exp(logit_formulas.log_softmax(z, np)).mean(axis=0) - shares).sum()
    low, high = TEMPERATURES
    if low <= temperature <= high and distance <= SHARES:
        return False
    message = (
        f"The logits are not calibrated: temperature {temperature:.2f} suits them best, and the mean prediction is "
        f"{distance:.3f} from the class shares. Fit a bias-corrected temperature before you estimate a prior."
    )
    warnings.warn(message, UncalibratedWarning, stacklevel=2)
    return True


def row_weights(truth: NDArray[np.int64], target: object, size: int) -> NDArray[np.float64]:
    """Return what each row counts, (N,), so that classes count by their target shares (Elkan, IJCAI 2001).

    That is the target share of its class over its share of the rows: 1 on average where each class with a target share
    has a row. Where one has none, the others keep their ratios.

    Args:
        truth: (N,), class indices.
        target: (C,), class shares, from 0 up.
        size: C.

    Raises:
        OptionError: the target is other, or no class with a share has a row.
    """
    wanted = checked_shares("target", target, size)
    rows = np.bincount(truth, minlength=size)
    weight: NDArray[np.float64] = (wanted / np.maximum(rows, 1) * len(truth))[truth]
    if not (weight > 0).any():
        message = "No row is of a class that the target prior holds. Judge rows of these classes, or another target."
        raise OptionError(message)
    return weight
