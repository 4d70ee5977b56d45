"""Which skew a loss or a sampler corrects, and a warning where two correct the same one.

Weights w and a sampler that draws class c with probability q_c together train for the class shares ∝ q·w. Balanced
twice, that is ∝ 1/π: the long tail upside down. What is left for the weights is the target over q.
"""

from __future__ import annotations

import warnings
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import torch

from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError
from imbalance_audit.files.weights import load_weights

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from torch import Tensor

CorrectionKind = Literal["loss", "sampler"]

TOLERANCE = 0.05
"""Total variation between two vectors of class shares below which they count as the same."""

SHOWN = 5
"""Classes whose shares a warning tells."""


class DoubleCorrectionWarning(UserWarning):
    """A loss and a sampler, or a loss with prior-adjusted logits and a sampler, correct the same skew twice.

    >>> data = {"classes": ("cat", "lynx"), "prior": (0.9, 0.1), "factor": (1.0, 9.0), "fingerprint": "…"}
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     _ = check_corrections(Correction(**data, kind="loss"), Correction(**data, kind="sampler"))
    >>> caught[0].category.__name__
    'DoubleCorrectionWarning'
    """


@dataclass(frozen=True)
class Correction:
    """By how much each class counts for more than the data have it.

    Attributes:
        classes: The classes' names.
        prior: Their shares in the data.
        factor: For a loss its weights, for a prior-adjusted one π^-τ, for a sampler q/π. The scale is free.
        fingerprint: That of the data the prior comes from.
        kind: `loss` or `sampler`.

    >>> Correction(classes=("cat", "lynx"), prior=(0.9, 0.1), factor=(1.0, 9.0), fingerprint=None, kind="loss").kind
    'loss'
    """

    classes: tuple[str, ...]
    prior: tuple[float, ...]
    factor: tuple[float, ...]
    fingerprint: str
    kind: CorrectionKind

    @classmethod
    def of(
        cls,
        classes: Sequence[str],
        counts: Tensor | Sequence[float],
        fingerprint: str,
        factor: Tensor,
        *,
        kind: CorrectionKind,
    ) -> Correction:
        """Return the correction of classes with these counts by this factor."""
        n = torch.as_tensor(counts, dtype=torch.float64, device="cpu")
        prior = tuple((n / n.sum().clamp(min=1)).tolist())
        return cls(tuple(classes), prior, tuple(factor.double().tolist()), fingerprint, kind)

    @classmethod
    def of_sampler(cls, path: str | PathLike[str], *, balanced: bool = False) -> Correction:
        """Return what a sampler does that draws with a weight file's weights, or equally from each class.

        Raises:
            WeightFileError: the file cannot be read.
        """
        file = load_weights(path)
        counts = torch.tensor(file.counts, dtype=torch.float64, device="cpu")
        weight = torch.tensor(file.weight, dtype=torch.float64, device="cpu")
        factor = torch.where(counts > 0, 1 / counts.clamp(min=1), 0.0) if balanced else weight
        return cls.of(file.classes, file.counts, file.fingerprint, factor, kind="sampler")

    @property
    def implied(self) -> tuple[float, ...]:
        """The class shares that training with this correction alone sees."""
        return _shares([p * f for p, f in zip(self.prior, self.factor, strict=True)])


@dataclass(frozen=True)
class DoubleCorrection:
    """What a loss and a sampler do together. Everything is in the order of the loss's classes.

    Attributes:
        classes: The classes' names.
        target: The class shares that the loss alone would train for.
        effective: Those that both together train for.
        residual: The weights that are left to do beside the sampler, with a mean of 1 under what it draws. 0 for a
            class that it never draws.
    """

    classes: tuple[str, ...]
    target: tuple[float, ...]
    effective: tuple[float, ...]
    residual: tuple[float, ...]


def check_corrections(loss: object, sampler: object) -> DoubleCorrection | None:
    """Return and warn of what a loss and a sampler do together, if both correct the same skew; else None.

    Args:
        loss: A loss that was loaded `from_file`, or its `Correction`.
        sampler: Anything with an attribute `correction`, or a `Correction`, such as `Correction.of_sampler` returns.

    Warns:
        DoubleCorrectionWarning: both shift the class shares, and together they miss the target of the loss.

    Raises:
        OptionError: one of them does not say what it corrects, or they speak of different classes.

    >>> data = {"classes": ("cat", "lynx"), "prior": (0.9, 0.1), "fingerprint": "…"}
    >>> balanced = {"factor": (1.0, 9.0)}
    >>> with warnings.catch_warnings(action="ignore"):
    ...     both = check_corrections(
    ...         Correction(**data, **balanced, kind="loss"), Correction(**data, **balanced, kind="sampler")
    ...     )
    >>> both.effective, both.residual
    ((0.1, 0.9), (1.0, 1.0))
    """
    found = double_correction(_correction(loss, "loss"), _correction(sampler, "sampler"))
    if found is not None:
        _warn(found, stacklevel=3)
    return found


def double_correction(loss: Correction, sampler: Correction) -> DoubleCorrection | None:
    """Return what both do together, or None where one does nothing or both together reach the loss's target.

    Raises:
        OptionError: they speak of different classes.
    """
    if set(loss.classes) != set(sampler.classes):
        message = "Expected a loss and a sampler of the same classes, got others. Take both from one weight file."
        raise OptionError(message)
    drawn_by_name = dict(zip(sampler.classes, sampler.implied, strict=True))
    drawn = tuple(drawn_by_name[name] for name in loss.classes)
    target = loss.implied
    effective = _shares([q * f for q, f in zip(drawn, loss.factor, strict=True)])
    moved = min(_distance(loss.prior, target), _distance(loss.prior, drawn))
    if moved <= TOLERANCE or _distance(effective, target) <= TOLERANCE:
        return None
    residual = [t / q if q > 0 else 0.0 for t, q in zip(target, drawn, strict=True)]
    scale = sum(q * r for q, r in zip(drawn, residual, strict=True)) or 1.0
    return DoubleCorrection(loss.classes, target, effective, tuple(r / scale for r in residual))


def register(owner: object, correction: Correction) -> None:
    """Remember a living loss or sampler, and warn if one of the other kind corrects the skew of the same data.

    Each pair is warned of once, when the later of the two is made. A dead object is forgotten.

    Warns:
        DoubleCorrectionWarning: as `check_corrections`.
    """
    for other, known in list(_LIVING.items()):
        if other() is None or known.kind == correction.kind or known.fingerprint != correction.fingerprint:
            continue
        if set(known.classes) != set(correction.classes):
            continue
        loss, sampler = (correction, known) if correction.kind == "loss" else (known, correction)
        found = double_correction(loss, sampler)
        if found is not None:
            _warn(found, stacklevel=5)
    # Keyed by the reference, which is hashed by the object's identity: modules define no equality.
    _LIVING[weakref.ref(owner, _forget)] = correction


_LIVING: dict[weakref.ref[object], Correction] = {}


def _forget(dead: weakref.ref[object]) -> None:
    _LIVING.pop(dead, None)


def _correction(owner: object, what: CorrectionKind) -> Correction:
    found = owner if isinstance(owner, Correction) else getattr(owner, "correction", None)
    if not isinstance(found, Correction):
        message = (
            f"Expected a {what} that says what it corrects, got {type(owner).__name__} without a correction. "
            "Load it from a weight file, or give Correction.of_sampler(path)."
        )
        raise OptionError(message)
    return found


def _warn(found: DoubleCorrection, *, stacklevel: int) -> None:
    rarest = sorted(range(len(found.classes)), key=lambda index: -found.effective[index])[:SHOWN]
    shares = ", ".join(
        f"{quoted(found.classes[index])} {found.target[index]:.3g} → {found.effective[index]:.3g}" for index in rarest
    )
    message = (
        f"A loss and a sampler correct the same skew twice: the class shares trained for become {shares}. Leave one of "
        "them out, or weigh what the sampler leaves: check_corrections(loss, sampler).residual."
    )
    warnings.warn(message, DoubleCorrectionWarning, stacklevel=stacklevel)


def _shares(mass: Sequence[float]) -> tuple[float, ...]:
    total = sum(mass) or 1.0
    return tuple(m / total for m in mass)


def _distance(a: Sequence[float], b: Sequence[float]) -> float:
    return 0.5 * sum(abs(x - y) for x, y in zip(a, b, strict=True))
