"""Which of how many processes this is."""

from __future__ import annotations

import os

import torch.distributed as dist

from imbalance_audit.errors import OptionError


def ranks_of_this_process() -> tuple[int, int]:
    """Return (how many processes there are, which of them this is): torch.distributed's, else torchrun's environment.

    Raises:
        OptionError: neither says so. One process that was meant to be one of several would train on everything.
    """
    if (known := running_ranks()) is not None:
        return known
    try:
        return int(os.environ["WORLD_SIZE"]), int(os.environ["RANK"])
    except (KeyError, ValueError) as error:
        message = (
            "Expected torch.distributed to be initialised, or WORLD_SIZE and RANK in the environment, got neither. "
            "Call init_process_group first, start with torchrun, or give num_replicas and rank."
        )
        raise OptionError(message) from error


def running_ranks() -> tuple[int, int] | None:
    """Return (how many processes there are, which of them this is) by torch.distributed, or None without it."""
    if dist.is_available() and dist.is_initialized():
        return dist.get_world_size(), dist.get_rank()
    return None
