"""A tuned decision behind a model: logits → probabilities and classes, on any device."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from imbalance_audit.decisions.logit_formulas import Decided, constants, decided
from imbalance_audit.files.decision import load_decision
from imbalance_audit.training.constants import ConstantModule, device_of
from imbalance_audit.training.logit_order import logit_order
from imbalance_audit.training.losses.targets import class_dim, prepared_logits

if TYPE_CHECKING:
    from os import PathLike
    from typing import Self

    from torch import Tensor

    from imbalance_audit.records import Decision
    from imbalance_audit.training.logit_order import LogitClasses


class DecisionRule(ConstantModule):
    """Turns logits into probabilities and classes as a `decision.json` says: correction, temperature, rule.

    The same formulas as `imbalance_audit.decisions.decide`, in float32 (float64 for float64 logits). Its constants are
    no part of the state dict. Where a model has one logit s for two classes, give it (0, s).

    Args:
        decision: The decision, in the order of the logits.

    >>> from imbalance_audit.records import Decision, InverseMap
    >>> decision = Decision(
    ...     ("cat", "lynx"), False, InverseMap.identity(2), (1.0, 1.0), (0.0, 0.0), "argmax", offset=(0.0, 2.0)
    ... )
    >>> DecisionRule(decision)(torch.tensor([[1.0, 0.0]])).predicted
    tensor([1])
    """

    def __init__(self, decision: Decision) -> None:
        super().__init__()
        self.decision = decision
        for name, vector in constants(decision).items():
            self.keep(name, vector, device=device_of())

    @classmethod
    def from_file(cls, path: str | PathLike[str], *, classes: LogitClasses, trust_order: bool = False) -> Self:
        """Return the rule of a decision file, brought into the order of the model's classes.

        Args:
            path: The decision file, from `audit decide`.
            classes: The model's classes: names in the order of the logits, `class_to_idx`, `id2label`, or their number.
            trust_order: Take a mere number of classes: the caller says that the logits are in the file's order.

        Raises:
            DecisionFileError: the file cannot be read.
            ClassOrderError: its classes are not the model's.
        """
        decision = load_decision(path)
        order = logit_order(decision.classes, classes, trust_order=trust_order)
        return cls(decision.in_order(order))

    def forward(self, logits: Tensor) -> Decided:
        """Return the probabilities in the shape of the logits, and the classes.

        Args:
            logits: (N, C), (C,) or (N, C, d₁, …), floating; 16 bits are taken to float32.

        Returns:
            The classes as indices (N,), () or (N, d₁, …); of several labels 0 and 1 in the shape of the logits.

        Raises:
            ClassOrderError: the logits are not over these classes.
            OptionError: they are not floating.
        """
        logits = prepared_logits(logits, len(self.decision.classes), which="decided")
        dim = class_dim(logits)
        vectors = {name: getattr(self, name).to(logits.dtype) for name in self._values}
        found = decided(logits.movedim(dim, -1), self.decision, vectors, torch)
        if not self.decision.multilabel:
            return Decided(found.probabilities.movedim(-1, dim), found.predicted)
        return Decided(found.probabilities.movedim(-1, dim), found.predicted.long().movedim(-1, dim))

    def extra_repr(self) -> str:
        """Return what `repr` shows between the brackets."""
        return f"classes={len(self.decision.classes)}, rule={self.decision.rule!r}"
