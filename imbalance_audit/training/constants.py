"""A module with constants that come from a file: float32 whatever it is cast to, and no part of the state dict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Self

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor


class ConstantModule(nn.Module):
    """Constants that move with the module: `.half()` would round them, and old checkpoints load strictly.

    Built under `torch.device("meta")`, or moved there, it has its constants again as soon as it moves to a device.
    """

    def __init__(self) -> None:
        super().__init__()
        # What `to_empty` after a build on the meta device is refilled from.
        self._values: dict[str, Tensor] = {}

    def keep(self, name: str, values: Tensor | Sequence[float] | NDArray[np.float64], *, device: torch.device) -> None:
        """Register a constant: it moves with the module, stays float32 and out of the state dict."""
        self._values[name] = torch.as_tensor(values, dtype=torch.float32, device="cpu").detach().clone()
        self.register_buffer(name, self._values[name].to(device, copy=True), persistent=False)

    def _filling(self, name: str) -> Tensor:
        """Return what a constant without values is filled with."""
        return self._values[name]

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        kept = {
            name: self._filling(name) if getattr(self, name).is_meta else getattr(self, name) for name in self._values
        }
        for name, constant in kept.items():
            setattr(self, name, constant)  # nothing can be moved from a device without values
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]  # -- torch leaves it without annotations
        for name, constant in kept.items():
            setattr(self, name, constant.to(getattr(self, name).device))
        return self


def device_of(*given: object) -> torch.device:
    """Return the device of the first tensor; where there is none, that on which torch builds.

    >>> device_of([1.0], torch.ones(2))
    device(type='cpu')
    """
    return next((one.device for one in given if isinstance(one, torch.Tensor)), torch.get_default_device())
