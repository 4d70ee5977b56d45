"""The exact gradient of one large batch from many small ones, on one rank or many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.distributed as dist

from imbalance_audit.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor

    from imbalance_audit.training.losses.weighted import WeightedLoss


def window_denominator(
    loss: WeightedLoss, targets: Iterable[Tensor], *, group: dist.ProcessGroup | None = None
) -> Tensor:
    """Return what to divide each Σ w·ℓ of a window of micro-batches by, so that their gradients add up exactly.

    It is the denominator over all micro-batches of all ranks, divided by the number of ranks, because
    DistributedDataParallel averages gradients. Every rank must call it, also one without a target; a rank without a
    micro-batch runs the model on an empty one. Divide nothing by the number of micro-batches any more.

        window = list(itertools.islice(batches, 16))
        denominator = window_denominator(criterion, [y for _, y in window])
        for x, y in window:
            (criterion.parts(model(x), y)[0] / denominator).backward()

    Args:
        loss: The loss; its reduction says what is counted.
        targets: The targets of each micro-batch on this rank.
        group: The ranks; all for None. Without torch.distributed there is one.

    Raises:
        OptionError: there is no target tensor.

    >>> from imbalance_audit.training import WeightedCrossEntropy
    >>> window_denominator(WeightedCrossEntropy([1.0, 3.0]), [torch.tensor([0, 1]), torch.tensor([1, -100])])
    tensor(3.)
    """
    counted = [loss.denominator(target) for target in targets]
    if not counted:
        message = "Expected the targets of at least one micro-batch, got none. Give an empty tensor for an empty rank."
        raise OptionError(message)
    total = torch.stack(counted).sum()
    ranks = 1
    if dist.is_available() and dist.is_initialized():
        ranks = dist.get_world_size(group)
        dist.all_reduce(total, group=group)
    # Where nothing is valid anywhere, every sum is 0 and so is its gradient.
    return (total + (total == 0)) / ranks
