"""Runs that are judged by what a decision makes of their scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from imbalance_audit.decisions import apply
from imbalance_audit.display import quoted
from imbalance_audit.errors import OptionError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imbalance_audit.predictions.predicted import Predictions
    from imbalance_audit.records import Decision


def decided(runs: Sequence[Predictions], decision: Decision | Mapping[str, Decision] | None) -> tuple[Predictions, ...]:
    """Return the runs with the probabilities and classes of their decisions, and a note that says so.

    Args:
        runs: The runs.
        decision: For every run, or run → decision.

    Raises:
        ClassOrderError: a decision is over other classes.
        OptionError: there is no run of a name; a run holds no logits or probabilities, or is of another task.
    """
    names = [run.name for run in runs]
    if isinstance(decision, Mapping):
        chosen: Mapping[str, Decision] = decision
    else:
        chosen = {} if decision is None else dict.fromkeys(names, decision)
    for name in chosen:
        if name not in names:
            known = ", ".join(quoted(one, longest=40) for one in names[:5])
            hint = did_you_mean(name, names)
            message = f"A decision is for the run {quoted(name)}, which is not there.{hint} Runs: {known}."
            raise OptionError(message)
    return tuple(_decided(run, chosen[run.name]) if run.name in chosen else run for run in runs)


def _decided(run: Predictions, decision: Decision) -> Predictions:
    by = "" if decision.metric is None else f", tuned by {quoted(decision.metric, longest=40)}"
    note = f"Probabilities and classes are those that a decision ({decision.rule}{by}) makes of the file's scores."
    found = apply(decision, run)
    return replace(found, notes=(*found.notes, note))
