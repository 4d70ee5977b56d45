"""Weights that follow validation: a class whose recall lags weighs more in the next epoch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch

from imbalance_audit.errors import OptionError
from imbalance_audit.training.losses.softmax import SoftmaxLoss
from imbalance_audit.training.losses.weighted import class_vector, number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from imbalance_audit.training.validation import ClassFigures

STATE_VERSION = 1


def adjusted(
    logs: Sequence[float],
    recall: Sequence[float | None],
    rows: Sequence[int],
    *,
    rate: float,
    bound: float,
    least_rows: int,
) -> list[float]:
    """Return log factors one step on: a ← clip(a + η·(mean recall - recall), ±log bound). The pure rule.

    Args:
        logs: The log factor of each class.
        recall: The recall of each class in validation; None without rows.
        rows: Its validation rows.
        rate: η.
        bound: The largest factor, and 1 / the smallest.
        least_rows: A class with fewer rows stays as it is and is not in the mean.

    >>> adjusted([0.0, 0.0], [0.75, 0.25], [40, 40], rate=1.0, bound=4.0, least_rows=10)
    [-0.25, 0.25]
    """
    told = [value if value is not None and n >= least_rows else None for value, n in zip(recall, rows, strict=True)]
    known = [value for value in told if value is not None]
    if not known:
        return list(logs)
    mean, most = math.fsum(known) / len(known), math.log(bound)
    return [
        log if value is None else min(most, max(-most, log + rate * (mean - value)))
        for log, value in zip(logs, told, strict=True)
    ]


class AdaptiveWeights:
    """Raises a loss's weights of classes whose validation recall lags behind the mean, and lowers those of the others.

    After each validation, w_c ← w⁰_c·exp(a_c), scaled so that Σ n·w stays what it was (a mean of 1 under the data for
    weights of a file), with a_c ← clip(a_c + η·(mean recall - recall_c), ±log bound). The step is the exponentiated
    gradient of group DRO (Sagawa et al., ICLR 2020, arXiv 1911.08731, algorithm 1; Hedge of Freund & Schapire, 1997)
    with 1 - recall in validation for the loss in training; the bound and the scale are ours.

    It is a function of the figures alone: equal figures give equal weights on every rank, and a state goes on exactly.
    A schedule of the same loss, such as `DeferredReweighting`, blends towards the adjusted weights.

    **The validation labels take part in the training.** Figures of that validation flatter the model: judge it on a
    test set. The weights change on the way, so no prior correction of the logits is exact: calibrate on held-out rows.

    Args:
        loss: A loss with one weight for each class.
        counts: Training instances of each class in the order of the logits; None takes those of the weight file that
            the loss was loaded from.
        rate: η, above 0: at 1, a recall 0.1 behind the mean raises the weight by 10 % an epoch.
        bound: By how much a weight may grow, or shrink, beside the others before the scaling; above 1.
        least_rows: A class with fewer validation rows stays as it is: its recall is mostly noise.

    Raises:
        OptionError: the loss has no weight for each class, the counts are not known, or a number is out of range.

    >>> from imbalance_audit.training import ClassFigures, WeightedCrossEntropy
    >>> loss = WeightedCrossEntropy([1.0, 1.0])
    >>> weights = AdaptiveWeights(loss, counts=[50, 50])
    >>> weights.update(ClassFigures(("cat", "lynx"), (45, 25), (50, 50), (70, 30)))
    >>> loss.weight
    tensor([0.8026, 1.1974])
    """

    def __init__(
        self,
        loss: SoftmaxLoss,
        *,
        counts: Tensor | Sequence[float] | None = None,
        rate: float = 1.0,
        bound: float = 4.0,
        least_rows: int = 10,
    ) -> None:
        given: object = loss
        if not isinstance(given, SoftmaxLoss):
            message = f"Expected a loss with one weight for each class, got {type(given).__name__}. Wrap the loss."
            raise OptionError(message)
        if counts is None and loss.correction is None:
            message = "Expected counts, or a loss that was loaded from_file, got neither. Give the class counts."
            raise OptionError(message)
        self.loss = loss
        self.initial: list[float] = loss.given_weight.double().tolist()
        prior = loss.correction.prior if loss.correction is not None else ()
        vector = class_vector("count", prior if counts is None else counts, classes=len(self.initial))
        self.counts: list[float] = vector.double().tolist()
        self.rate = number("rate", rate, least=0.0)
        self.bound = number("bound", bound, least=1.0)
        self.least_rows = int(number("least_rows", least_rows, least=0))
        self.logs = [0.0] * len(self.initial)

    def update(self, figures: ClassFigures) -> None:
        """Set the weights of the next epoch by the figures of a validation.

        Raises:
            OptionError: the figures are of another number of classes.
        """
        if len(figures.classes) != len(self.logs):
            message = f"Expected figures of {len(self.logs)} classes, got {len(figures.classes)}. Name each class once."
            raise OptionError(message)
        self.logs = adjusted(
            self.logs, figures.recall, figures.rows, rate=self.rate, bound=self.bound, least_rows=self.least_rows
        )
        self._set()

    def state_dict(self) -> dict[str, Any]:
        """Return the log factors and what they belong to: numbers and lists of numbers."""
        return {
            "version": STATE_VERSION,
            "initial": list(self.initial),
            "rate": self.rate,
            "bound": self.bound,
            "least_rows": self.least_rows,
            "logs": list(self.logs),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from a state, and set the weights.

        Raises:
            OptionError: it is that of other weights or of another rule.
        """
        own = self.state_dict()
        for name in ("version", "initial", "rate", "bound", "least_rows"):
            if state.get(name) != own[name]:
                message = (
                    f"Expected the state of these adaptive weights, got another {name}. Build them with the same "
                    "weights and numbers, or start anew."
                )
                raise OptionError(message)
        self.logs = [float(log) for log in state["logs"]]
        self._set()

    def _set(self) -> None:
        raised = [w * math.exp(log) for w, log in zip(self.initial, self.logs, strict=True)]
        before, after = (
            math.fsum(n * w for n, w in zip(self.counts, weights, strict=True)) for weights in (self.initial, raised)
        )
        # All mass on classes without a weight: nothing to keep the scale of.
        scale = before / after if after > 0 else 1.0
        self.loss.set_weight(torch.tensor([w * scale for w in raised], dtype=torch.float64, device="cpu"))
