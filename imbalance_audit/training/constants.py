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
    """Constants that move with the module. `.half()` would round them, and old checkpoints load strictly."""

    def __init__(self) -> None:
        super().__init__()
        # What `to_empty` after a build on the meta device is refilled from.
        self._values: dict[str, Tensor] = {}

    def keep(self, name: str, values: Sequence[float] | NDArray[np.float64], *, device: torch.device) -> None:
        """Register a constant."""
        self._values[name] = torch.tensor(values, dtype=torch.float32, device="cpu")
        self.register_buffer(name, self._values[name].to(device, copy=True), persistent=False)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        before = {name: getattr(self, name) for name in self._values}
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]  # -- torch leaves it without annotations
        for name, kept in before.items():
            source = self._values[name] if kept.is_meta else kept
            setattr(self, name, source.to(getattr(self, name).device))
        return self
