"""A decision applied: logits → probabilities and classes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from imbalance_audit.decisions import logit_formulas
from imbalance_audit.decisions.checked_arrays import checked_logits, refuse_lost_rows
from imbalance_audit.decisions.logit_formulas import Decided
from imbalance_audit.display import plain, quoted
from imbalance_audit.errors import ClassOrderError, OptionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from imbalance_audit.predictions.predicted import Predictions
    from imbalance_audit.records import Decision


def decide(decision: Decision, logits: object) -> Decided:
    """Return the probabilities (N, C) and the classes of logits (N, C): indices (N,), of several labels 0 and 1 (N, C).

    Raises:
        OptionError: the logits are not (N, C) over the decision's classes, or hold NaN; or a row leaves only classes
            that the data do not have.

    >>> from imbalance_audit.decisions import tune_decision
    >>> logits = np.log([[0.9, 0.1], [0.7, 0.3], [0.6, 0.4]] * 5)
    >>> decision = tune_decision(logits, [0, 0, 1] * 5, ["cat", "lynx"])
    >>> decide(decision, logits[:3]).predicted.tolist()
    [0, 0, 1]
    """
    z = checked_logits(logits, size=len(decision.classes), multilabel=decision.multilabel)
    with np.errstate(invalid="ignore"):
        found = logit_formulas.decided(z, decision, logit_formulas.constants(decision), np)
    refuse_lost_rows(np.isnan(found.probabilities).any(axis=1))
    return Decided(found.probabilities, found.predicted.astype(np.int64))


def apply(decision: Decision, predictions: Predictions) -> Predictions:
    """Return predictions with the decision's probabilities and classes in place of what the file holds.

    The classes may stand in another order than the decision's.

    Raises:
        ClassOrderError: they are not the decision's classes.
        OptionError: the predictions hold no logits or probabilities, are of another task, or are no numbers.

    >>> from imbalance_audit.decisions import tune_decision
    >>> from imbalance_audit.predictions.predicted import Predictions
    >>> logits, truth = np.log([[0.9, 0.1], [0.7, 0.3], [0.6, 0.4]] * 5), np.array([0, 0, 1] * 5)
    >>> decision = tune_decision(logits, truth, ["cat", "lynx"])
    >>> run = Predictions("run", "val.csv", "multiclass", ("cat", "lynx"), truth, "logits", logits, logits.argmax(1))
    >>> apply(decision, run).predicted[:3].tolist()
    [0, 0, 1]
    """
    logits = logits_of(predictions)
    if (predictions.task == "multilabel") != decision.multilabel:
        one, several = "one class a row", "several labels a row"
        wanted, got = (several, one) if decision.multilabel else (one, several)
        message = f"The decision is for {wanted}, {plain(predictions.path)} holds {got}. Tune one on such predictions."
        raise OptionError(message)
    found = decide(decision.in_order(order_of(decision.classes, predictions.classes)), logits)
    return replace(predictions, outputs="probabilities", scores=found.probabilities, predicted=found.predicted)


def logits_of(predictions: Predictions) -> NDArray[np.float64]:
    """Return the logits of predictions.

    Raises:
        OptionError: they hold none, nor probabilities.
    """
    logits = predictions.logits()
    if logits is None:
        message = (
            f"Expected logits or probabilities in {plain(predictions.path)}, got {predictions.outputs} only. "
            "Write the model's raw output."
        )
        raise OptionError(message)
    return logits


def order_of(known: Sequence[str], wanted: Sequence[str]) -> tuple[int, ...]:
    """Return for each wanted class its index among the known ones.

    Raises:
        ClassOrderError: they are not the same classes.
    """
    strays = [name for name in wanted if name not in set(known)]
    missing = [name for name in known if name not in set(wanted)]
    if strays or missing or len(known) != len(wanted):
        which = f"{quoted(strays[0])} is not its class" if strays else f"{quoted(missing[0])} is missing"
        got = which if strays or missing else "a class twice"
        message = f"The predictions must be over the {len(known)} classes of the file, got others: {got}. Name them so."
        raise ClassOrderError(message)
    place = {name: index for index, name in enumerate(known)}
    return tuple(place[name] for name in wanted)
