"""The mass of each class of some rows: what a law or a weight file says of the labels that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from imbalance_audit.errors import OptionError, did_you_mean
from imbalance_audit.training.samplers.laws import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from imbalance_audit.records import ClassWeights
    from imbalance_audit.training.samplers.laws import Law
    from imbalance_audit.training.samplers.rows_by_class import RowsByClass


def mass_by_law(
    grouped: RowsByClass, names: Sequence[str] | None, law: Law, *, epoch: int, ignore_index: int
) -> Tensor:
    """Return what the law gives each class that occurs, 0 for the rows to ignore: float64[K].

    Raises:
        OptionError: the law does not fit these classes, or gives none of them a mass.
    """
    mass = torch.zeros(len(grouped.values), dtype=torch.float64, device="cpu")
    kept = torch.ones_like(mass, dtype=torch.bool) if names is not None else grouped.values != ignore_index
    values = grouped.values[kept].tolist()
    labels = values if names is None else [names[code] for code in values]
    given = torch.tensor(law.mass(grouped.counts[kept].tolist(), labels, epoch), dtype=torch.float64, device="cpu")
    if given.shape != (len(labels),) or not bool((torch.isfinite(given) & (given >= 0)).all()):
        message = (
            f"Expected {len(labels)} finite masses from 0 up from {type(law).__name__}, got others. "
            "Use one of the laws of this package, or correct this one."
        )
        raise OptionError(message)
    mass[kept] = given
    return _drawable(mass)


def mass_by_weights(grouped: RowsByClass, names: Sequence[str] | None, weights: ClassWeights) -> Tensor:
    """Return n·w for each class that occurs: float64[K]. Its expected gradient is that of the weighted loss.

    Raises:
        OptionError: a label is no class of the weights, or a class that they counted has no row.
    """
    ignored = _ignored(grouped, names, weights.classes, ignore_index=weights.ignore_index)
    index = _positions(grouped, names, weights.classes, ignored)
    _refuse_missing(index, weights)
    # The entry past the last class is for rows that are never drawn.
    # Through float32, which is what a file holds: a value and its file draw the same rows.
    weight = torch.tensor([*weights.weight, 0.0], dtype=torch.float32, device="cpu").to(torch.float64)
    return _drawable(grouped.counts * weight[index])


def _ignored(grouped: RowsByClass, names: Sequence[str] | None, classes: Sequence[str], *, ignore_index: int) -> Tensor:
    if names is None:
        return grouped.values == ignore_index
    spelled = str(ignore_index)
    if spelled in classes:
        return torch.zeros_like(grouped.values, dtype=torch.bool)
    return torch.tensor([names[code] == spelled for code in grouped.values.tolist()], dtype=torch.bool, device="cpu")


def _positions(grouped: RowsByClass, names: Sequence[str] | None, classes: Sequence[str], ignored: Tensor) -> Tensor:
    if names is None:
        index = grouped.values
        strange = ((index < 0) | (index >= len(classes))) & ~ignored
        if bool(strange.any()):
            message = (
                f"Expected integer labels from 0 to {len(classes) - 1}, places in the weights' classes, "
                f"got {listed(index[strange].tolist())}. Give the class index of each row, or its name."
            )
            raise OptionError(message)
        return index.masked_fill(ignored, len(classes))
    place = {name: at for at, name in enumerate(classes)}
    found = [names[code] for code in grouped.values.tolist()]
    unknown = [name for name, skip in zip(found, ignored.tolist(), strict=True) if name not in place and not skip]
    if unknown:
        hint = did_you_mean(unknown[0], classes[:1000])
        message = (
            f"Expected labels that are classes of the weights, got {listed(unknown)}.{hint} "
            "Weigh the labels you train on."
        )
        raise OptionError(message)
    return torch.tensor([place.get(name, len(classes)) for name in found], dtype=torch.int64, device="cpu")


def _refuse_missing(index: Tensor, weights: ClassWeights) -> None:
    there = set(index.tolist())
    missing = [
        name
        for at, (name, n, w) in enumerate(zip(weights.classes, weights.counts, weights.weight, strict=True))
        if n > 0 and w > 0 and at not in there
    ]
    if missing:
        message = (
            f"Expected a row of every class that the weights counted, got none of {listed(missing)}. "
            "Check that the labels are those of the file's split and in its class order, or weigh these labels anew."
        )
        raise OptionError(message)


def _drawable(mass: Tensor) -> Tensor:
    if not bool(mass.any()):
        message = (
            "Expected at least one row of a class with a positive weight, got ignored rows only. Check the labels."
        )
        raise OptionError(message)
    return mass.to(torch.float64)
