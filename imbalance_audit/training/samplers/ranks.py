"""Which of how many processes this is."""

from __future__ import annotations

import os
from typing import NamedTuple

import torch.distributed as dist

from imbalance_audit.errors import OptionError


class Ranks(NamedTuple):
    """Which of how many processes this is."""

    rank: int
    num_replicas: int


def ranks_of_this_process() -> Ranks:
    """Return what torch.distributed says, else torchrun's environment.

    Raises:
        OptionError: neither says so. One process that was meant to be one of several would train on everything.
    """
    if (known := running_ranks()) is not None:
        return known
    try:
        return Ranks(rank=int(os.environ["RANK"]), num_replicas=int(os.environ["WORLD_SIZE"]))
    except (KeyError, ValueError) as error:
        message = (
            "Expected torch.distributed to be initialised, or WORLD_SIZE and RANK in the environment, got neither. "
            "Call init_process_group first, start with torchrun, or give num_replicas and rank."
        )
        raise OptionError(message) from error


def running_ranks() -> Ranks | None:
    """Return what torch.distributed says, or None without it."""
    if dist.is_available() and dist.is_initialized():
        return Ranks(rank=dist.get_rank(), num_replicas=dist.get_world_size())
    return None
