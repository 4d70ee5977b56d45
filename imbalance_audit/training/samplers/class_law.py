"""How likely each class is to be drawn: a mass for each, which is not scaled to 1.

Sums of floats depend on the processor; without one, a checkpoint continues on another machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from imbalance_audit.records import ClassWeights
    from imbalance_audit.training.samplers.labels import RowsByClass

SHOWN = 5
"""Classes that an error names before it counts the rest."""


def balanced_law(grouped: RowsByClass, names: Sequence[str] | None, *, ignore_index: int) -> Tensor:
    """Return the same mass for each class that occurs: float64[K] (Kang et al., ICLR 2020, arXiv 1910.09217, q = 0)."""
    if names is not None:
        return torch.ones(len(grouped.values), dtype=torch.float64, device="cpu")
    return _drawable(grouped.values != ignore_index)


def weighted_law(grouped: RowsByClass, names: Sequence[str] | None, weights: ClassWeights) -> Tensor:
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
            listed = _listed([str(value) for value in index[strange].tolist()])
            message = (
                f"Expected integer labels from 0 to {len(classes) - 1}, places in the weights' classes, got {listed}. "
                "Give the class index of each row, or its name."
            )
            raise OptionError(message)
        return index.masked_fill(ignored, len(classes))
    place = {name: at for at, name in enumerate(classes)}
    found = [names[code] for code in grouped.values.tolist()]
    unknown = [name for name, skip in zip(found, ignored.tolist(), strict=True) if name not in place and not skip]
    if unknown:
        hint = did_you_mean(unknown[0], classes[:1000])
        listed = _listed([quoted(name) for name in unknown])
        message = f"Expected labels that are classes of the weights, got {listed}.{hint} Weigh the labels you train on."
        raise OptionError(message)
    return torch.tensor([place.get(name, len(classes)) for name in found], dtype=torch.int64, device="cpu")


def _refuse_missing(index: Tensor, weights: ClassWeights) -> None:
    there = set(index.tolist())
    missing = [
        quoted(name)
        for at, (name, n, w) in enumerate(zip(weights.classes, weights.counts, weights.weight, strict=True))
        if n > 0 and w > 0 and at not in there
    ]
    if missing:
        message = (
            f"Expected a row of every class that the weights counted, got none of {_listed(missing)}. "
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


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
