"""The weight of each sample as a tensor: for losses that take one a sample, and for `WeightedRandomSampler`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from imbalance_audit.display import quoted
from imbalance_audit.errors import ClassOrderError, OptionError
from imbalance_audit.files.weights import load_weights
from imbalance_audit.records import ClassWeights
from imbalance_audit.training.logit_order import logit_order
from imbalance_audit.training.samplers.rows_by_class import read_labels

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from torch import Tensor

    from imbalance_audit.training.logit_order import LogitClasses
    from imbalance_audit.training.samplers.rows_by_class import RowLabels


def sample_weights(
    targets: RowLabels,
    weights: ClassWeights | str | PathLike[str],
    *,
    classes: LogitClasses | None = None,
    groups: Sequence[str] | None = None,
    trust_order: bool = False,
) -> Tensor:
    """Return the weight of each sample: float32[N], on the CPU.

    Args:
        targets: The label of each sample: its class index in the model's order, or its name.
        weights: The weights, or their file.
        classes: The model's classes, as for a loss. Needed for indices, which mean nothing without them.
        groups: The group of each sample, for weights of group × class.
        trust_order: Take `classes` as a mere number: the indices are in the file's order.

    Raises:
        WeightFileError: the file cannot be read.
        ClassOrderError: the classes are not those of the weights, or a target is none of them. The index that the
            weights ignore is no class, and weighs 0.
        OptionError: the targets are not one column of labels, or there are weights for groups and no groups.

    >>> from imbalance_audit import class_weights, scan
    >>> labels = ["cat"] * 3 + ["lynx"]
    >>> sample_weights(labels, class_weights(scan(labels), normalisation="min-1"))
    tensor([1., 1., 1., 3.])
    """
    held = weights if isinstance(weights, ClassWeights) else load_weights(weights)
    codes, names = read_labels(targets)
    column, ignored = _columns(codes.to(torch.int64), names, held, classes, trust_order=trust_order)
    if held.group_weight is None:
        if groups is not None:
            message = "These weights are for classes alone, got groups. Leave them out, or weigh group and class."
            raise OptionError(message)
        found = torch.tensor(held.weight, dtype=torch.float32, device="cpu")[column]
    else:
        table = torch.tensor(held.group_weight, dtype=torch.float32, device="cpu")
        found = table[_rows(groups, held.groups, len(column)), column]
    return found.masked_fill(ignored, 0.0)


def _columns(
    codes: Tensor, names: list[str] | None, held: ClassWeights, classes: LogitClasses | None, *, trust_order: bool
) -> tuple[Tensor, Tensor]:
    """Return the index in the file of each sample's class, and which samples have none."""
    if names is not None:
        place = {name: at for at, name in enumerate(held.classes)}
        stranger = next((name for name in names if name not in place), None)
        if stranger is not None:
            message = f"The target {quoted(stranger)} is none of the weighted classes. Weigh the classes of the data."
            raise ClassOrderError(message)
        order = torch.tensor([place[name] for name in names], dtype=torch.int64, device="cpu")
        return order[codes], torch.zeros(len(codes), dtype=torch.bool, device="cpu")
    if classes is None:
        message = "Targets are class indices: give classes=dataset.classes, which says what each index is."
        raise ClassOrderError(message)
    order = torch.tensor(logit_order(held.classes, classes, trust_order=trust_order), dtype=torch.int64, device="cpu")
    ignored = codes == held.ignore_index
    outside = ((codes < 0) | (codes >= len(order))) & ~ignored
    if bool(outside.any()):
        message = f"Expected class indices from 0 to {len(order) - 1}, got {codes[outside][0].item()}. Map the labels."
        raise ClassOrderError(message)
    return order[codes.masked_fill(ignored, 0)], ignored


def _rows(groups: Sequence[str] | None, known: Sequence[str], size: int) -> Tensor:
    if groups is None:
        message = "These weights are for group and class: give groups, the group of each sample."
        raise OptionError(message)
    if len(groups) != size:
        message = f"Expected a group for each of {size:,} samples, got {len(groups):,}. Give one for each target."
        raise OptionError(message)
    place = {name: at for at, name in enumerate(known)}
    stranger = next((name for name in groups if str(name) not in place), None)
    if stranger is not None:
        message = f"The group {quoted(str(stranger))} has no weights. Weigh data that hold it."
        raise OptionError(message)
    return torch.tensor([place[str(name)] for name in groups], dtype=torch.int64, device="cpu")
