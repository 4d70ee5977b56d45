"""A decision tuned on predictions as they were read, for a model as it was trained."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from imbalance_audit.decisions.applying import logits_of, order_of
from imbalance_audit.decisions.correction import inverse_map
from imbalance_audit.decisions.named_training import FileNumbers, NamedTraining
from imbalance_audit.decisions.tuned_decision import tune_decision
from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError
from imbalance_audit.weights.target_prior import shares_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imbalance_audit.decisions.fitting import TuningPlan
    from imbalance_audit.predictions.predicted import Predictions
    from imbalance_audit.records import ClassWeights, Decision, InverseMap


def decision_from(
    found: Predictions,
    plan: TuningPlan,
    *,
    weights: ClassWeights | None = None,
    training: Mapping[str, Any] | None = None,
    target: Mapping[str, float] | str | None = None,
) -> Decision:
    """Return the decision that `tune_decision` tunes on predictions, whose notes it takes over.

    Args:
        found: Validation rows, which training has not seen.
        plan: How; its prior is the weight file's counts where there is one, its target is `target`.
        weights: The weight file of the training, whose classes may stand in another order.
        training: How the file was used: what `NamedTraining` takes. Read only with `weights`.
        target: The class shares where the model is used: `"uniform"`, `"data"` for those of the training rows, or class
            → share.

    Raises:
        OptionError: an option does not fit the task, the logits or the weight file.
        ClassOrderError: the weight file is of other classes.
        MissingExtraError: scikit-learn is not installed.
    """
    multilabel = found.task == "multilabel"
    logits = logits_of(found)
    inverse, counts = None, None
    if weights is not None:
        if (weights.task == "multilabel") != multilabel:
            message = f"The weight file is of a {weights.task} task, the predictions are not. Name the right file."
            raise OptionError(message)
        order = order_of(weights.classes, found.classes)
        inverse = _inverse(weights, order, multilabel=multilabel, training=training or {})
        counts = [weights.counts[place] for place in order]
    decision = tune_decision(
        logits,
        found.truth,
        found.classes,
        replace(
            plan,
            prior=None if counts is None or multilabel else [max(n, 1) for n in counts],
            target=None if target is None else _shares(target, found.classes, counts),
        ),
        multilabel=multilabel,
        correction=inverse,
        fingerprint=None if weights is None else weights.fingerprint,
    )
    return replace(decision, notes=(*found.notes, *decision.notes))


def _inverse(
    weights: ClassWeights, order: Sequence[int], *, multilabel: bool, training: Mapping[str, Any]
) -> InverseMap:
    """Return what undoes the training, over the classes in this order of the file's."""
    counts = [weights.counts[place] for place in order]
    numbers = FileNumbers(
        [weights.weight[place] for place in order],
        counts,
        None if weights.pos_weight is None else [weights.pos_weight[place] for place in order],
        multilabel,
    )
    trained = NamedTraining(**training).with_numbers(numbers)
    return inverse_map(trained, counts=counts, classes=[weights.classes[place] for place in order])


def _shares(target: Mapping[str, float] | str, classes: Sequence[str], counts: Sequence[int] | None) -> list[float]:
    if target == "uniform":
        return [1 / len(classes)] * len(classes)
    if target == "data":
        if counts is None:
            message = "--target data needs the training counts: give --weights and --trained."
            raise OptionError(message)
        return [float(n) for n in counts]
    if isinstance(target, str):
        message = f'Expected the target "uniform", "data" or the share of each class, got {quoted(target)}.'
        raise OptionError(message)
    return list(shares_of(target, classes, what="target prior"))
