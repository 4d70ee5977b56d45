"""What a loss takes: logits over classes, and targets as class indices or as probabilities.

Only shapes and dtypes are looked at. A look at values would make the host wait for the device at every step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from imbalance_audit.errors import ClassOrderError, OptionError

if TYPE_CHECKING:
    from torch import Tensor

_INTEGERS = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)


def class_dim(logits: Tensor) -> int:
    """Return the dimension of the classes: 1, or 0 where there is no batch.

    >>> class_dim(torch.zeros(8, 3)), class_dim(torch.zeros(3))
    (1, 0)
    """
    return 1 if logits.dim() > 1 else 0


def loss_dtype(values: Tensor) -> torch.dtype:
    """Return float64 for float64, else float32: the sum of a batch overflows 16 bits, and autocast would do the same.

    >>> loss_dtype(torch.zeros(1, dtype=torch.bfloat16))
    torch.float32
    """
    return torch.float64 if values.dtype == torch.float64 else torch.float32


def prepared_logits(logits: Tensor, classes: int, *, which: str = "weighted") -> Tensor:
    """Return logits (N, C), (C,) or (N, C, d₁, …) in the dtype of the loss; an error calls the classes `which`.

    Raises:
        ClassOrderError: they are not over C classes.
        OptionError: they are not floating.
    """
    if logits.dim() == 0 or not logits.is_floating_point():
        message = f"Expected floating logits (N, {classes}, …), got {described(logits)}. Give the model's raw output."
        raise OptionError(message)
    dim = class_dim(logits)
    if logits.shape[dim] != classes:
        message = (
            f"Expected logits over the {classes} {which} classes in dimension {dim}, got {described(logits)}. "
            "They must be exactly the model's classes, in its order."
        )
        raise ClassOrderError(message)
    # A conversion that changes nothing costs more than the question on a small batch.
    return logits if logits.dtype == torch.float32 else logits.to(loss_dtype(logits))


def prepared(logits: Tensor, target: Tensor, classes: int) -> tuple[Tensor, Tensor]:
    """Return both in the dtypes of the loss: 16 bits as float32, like autocast, since their sum would overflow.

    Args:
        logits: (N, C), (C,) or (N, C, d₁, …), floating.
        target: Class indices (N,), () or (N, d₁, …), or probabilities in the shape of the logits.
        classes: C.

    Raises:
        ClassOrderError: the logits are not over C classes.
        OptionError: the target has another dtype or shape.
    """
    logits = prepared_logits(logits, classes)
    dim = class_dim(logits)
    dtype = logits.dtype
    if target.is_floating_point():
        if target.shape != logits.shape:
            message = (
                f"Expected probabilities in the shape of the logits {list(logits.shape)}, got {described(target)}. "
                "Give class indices as integers."
            )
            raise OptionError(message)
        return logits, target.to(dtype)
    expected = logits.shape[:dim] + logits.shape[dim + 1 :]
    if target.dtype not in _INTEGERS or target.shape != expected:
        message = (
            f"Expected class indices as integers {list(expected)} or probabilities {list(logits.shape)}, "
            f"got {described(target)}. Bring the target into one of these shapes; one-hot rows are floats."
        )
        raise OptionError(message)
    return logits, target if target.dtype == torch.int64 else target.to(torch.int64)


def described(tensor: Tensor) -> str:
    """Return dtype and shape, for an error.

    >>> described(torch.zeros(2, 3))
    'float32[2, 3]'
    """
    return f"{str(tensor.dtype).removeprefix('torch.')}{list(tensor.shape)}"


def indices_only(target: Tensor, loss: str) -> None:
    """Raise for probabilities, where a loss speaks of the one class of a target.

    Raises:
        OptionError: the target is floating.
    """
    if target.is_floating_point():
        message = f"Expected class indices for {loss}, got {described(target)}: it is not defined for probabilities. "
        raise OptionError(message + "Give integers, or use WeightedCrossEntropy.")
