"""How logits become a class: what `decision.json` holds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imbalance_audit.records.evaluation import Estimate

Decoding = Literal["argmax", "costs", "thresholds"]


@dataclass(frozen=True)
class InverseMap:
    """What undoes training: the logits that minimise a loss → the logarithm of the data's posterior, up to a constant.

    In this order, with p the softmax of the logits: log p ← log h(p), where the loss of a class is no logarithm; plus
    `before`; p ← p - ε/C, where labels were smoothed by ε; plus `after`. Where a sample may have several labels the
    logits are log odds, and only h and the sum of both shifts apply.

    Attributes:
        before: Added before the smoothing is undone. -∞ rules a class out.
        after: Added after it; likewise.
        gamma: γ of a focal loss; 0 for none.
        epsilon: ε₁ of a Poly-1 loss; 0 for none.
        smoothing: ε of label smoothing; 0 for none.
    """

    before: tuple[float, ...]
    after: tuple[float, ...]
    gamma: float = 0.0
    epsilon: float = 0.0
    smoothing: float = 0.0

    @classmethod
    def identity(cls, size: int) -> InverseMap:
        """Return the map that leaves the logits of so many classes as they are."""
        return cls((0.0,) * size, (0.0,) * size)


@dataclass(frozen=True)
class Decision:
    """A rule from logits to classes, tuned on validation data. Everything is in the order of `classes`.

    Probabilities come first: p = softmax(c(z) / temperature + bias) with the correction c, or σ of the same where a
    sample may have several labels. Then the rule: `argmax` takes the largest log p + offset; `costs` the class of least
    expected cost under p; `thresholds`, for several labels, every class whose p reaches its threshold. A threshold t on
    the second of two classes is the offset (0, log((1-t)/t)).

    Attributes:
        classes: The class names in index order.
        multilabel: Whether a sample may have several labels.
        correction: What undoes training.
        temperature: What the corrected logits are divided by: the same for every class, unless a sample may have
            several labels.
        bias: Added then: bias-corrected temperature scaling. 0 otherwise.
        rule: What makes a class of the probabilities.
        offset: Added to the log probabilities by `argmax`.
        costs: costs[truth][predicted], of `costs`.
        thresholds: Of `thresholds`, above 0 and below 1.
        metric: What was tuned by.
        tuned: The metric on the very rows that it was tuned on, which flatters.
        expected: The metric on rows that it was not tuned on, by cross-validation of everything that is tuned here.
        plain: The metric of the likeliest class by the logits as they are (of several labels: a logit of at least 0).
        gain: expected - plain, on the same rows.
        curve: The tuned strength → metric with its interval, where there is one strength, such as τ.
        parameters: How it was found.
        fingerprint: That of the training data, where a weight file told it.
        notes: What to beware of.
    """

    classes: tuple[str, ...]
    multilabel: bool
    correction: InverseMap
    temperature: tuple[float, ...]
    bias: tuple[float, ...]
    rule: Decoding
    offset: tuple[float, ...] = ()
    costs: tuple[tuple[float, ...], ...] = ()
    thresholds: tuple[float, ...] = ()
    metric: str | None = None
    tuned: Estimate | None = None
    expected: Estimate | None = None
    plain: Estimate | None = None
    gain: Estimate | None = None
    curve: tuple[tuple[float, Estimate], ...] = ()
    parameters: Mapping[str, float | str | bool | None] = field(default_factory=dict)
    fingerprint: str | None = None
    notes: tuple[str, ...] = ()

    def in_order(self, order: Sequence[int]) -> Decision:
        """Return the same decision with its classes in another order: `order` holds the index of each one here."""

        def taken(values: tuple[float, ...]) -> tuple[float, ...]:
            return tuple(values[index] for index in order) if values else ()

        correction = replace(self.correction, before=taken(self.correction.before), after=taken(self.correction.after))
        return replace(
            self,
            classes=tuple(self.classes[index] for index in order),
            correction=correction,
            temperature=taken(self.temperature),
            bias=taken(self.bias),
            offset=taken(self.offset),
            costs=tuple(taken(self.costs[index]) for index in order) if self.costs else (),
            thresholds=taken(self.thresholds),
        )
