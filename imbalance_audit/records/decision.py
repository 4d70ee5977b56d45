"""How logits become a class: what `decision.json` holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imbalance_audit.records.evaluation import Estimate

DecisionRule = Literal["argmax", "costs", "thresholds"]


@dataclass(frozen=True)
class Decision:
    """A rule from logits to classes, tuned on validation data. Everything is in the order of `classes`.

    Probabilities come first: p = softmax((z + shift) / temperature + bias), or σ of the same where a sample may have
    several labels. Then the rule: `argmax` takes the largest log p + offset; `costs` the class of least expected cost
    under p; `thresholds` every class (of a binary task: the second one) whose p reaches its threshold.

    Attributes:
        classes: The class names in index order.
        multilabel: Whether a sample may have several labels.
        shift: Added to the logits: the prior correction.
        temperature: What they are divided by then.
        bias: Added then, a class each: bias-corrected temperature scaling. 0 otherwise.
        rule: What makes a class of the probabilities.
        offset: Added to the log probabilities by `argmax`.
        costs: costs[truth][predicted], of `costs`.
        thresholds: Of `thresholds`.
        metric: What was tuned by.
        tuned: The metric on the very rows that it was tuned on, which flatters.
        expected: The metric on rows that it was not tuned on, by nested cross-validation.
        curve: The tuned strength → metric with its interval, where there is one strength, such as τ.
        parameters: How it was found.
        fingerprint: That of the training data, where a weight file told it.
    """

    classes: tuple[str, ...]
    multilabel: bool
    shift: tuple[float, ...]
    temperature: float
    bias: tuple[float, ...]
    rule: DecisionRule
    offset: tuple[float, ...] = ()
    costs: tuple[tuple[float, ...], ...] = ()
    thresholds: tuple[float, ...] = ()
    metric: str | None = None
    tuned: Estimate | None = None
    expected: Estimate | None = None
    curve: tuple[tuple[float, Estimate], ...] = ()
    parameters: Mapping[str, float | str | bool | None] = field(default_factory=dict)
    fingerprint: str | None = None
