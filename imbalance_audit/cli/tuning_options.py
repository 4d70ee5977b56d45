"""The options that say how `audit decide` tunes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imbalance_audit.cli.common_options import Target
from imbalance_audit.cli.option_texts import costs_of, target_of
from imbalance_audit.records.metrics import DECISION_METRICS

if TYPE_CHECKING:
    from imbalance_audit.decisions import TuningPlan


@dataclass(frozen=True)
class Tune:
    """How a decision is tuned, before it is known whether rows have several labels.

    Attributes:
        options: What goes to the plan; the method may be None.
        target: The class shares where the model is used.
    """

    options: dict[str, Any]
    target: Mapping[str, float] | str | None

    def plan(self, *, several: bool) -> TuningPlan:
        """Return the plan for rows of one label, or of several."""
        from imbalance_audit.decisions import TuningPlan

        method = self.options["method"] or ("thresholds" if several else "tau")
        return TuningPlan(**{**self.options, "method": method})


def tune_by(
    metric: Annotated[
        str | None,
        typer.Option(
            help=f"One of {', '.join(DECISION_METRICS)}; expected_cost needs --costs; of two classes f_beta and the "
            "recall are the second one's. [default: macro_f1; expected_cost for costs]"
        ),
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(help="tau, offsets, thresholds or costs. [default: tau; thresholds for several labels]"),
    ] = None,
    beta: Annotated[float, typer.Option(help="β of f_beta.")] = 1.0,
    precision: Annotated[float, typer.Option(help="The precision of recall_at_precision.")] = 0.9,
    costs: Annotated[
        str | None, typer.Option(metavar="FILE", help="A CSV, class names as header and first column, rows = truth.")
    ] = None,
    calibrate: Annotated[str, typer.Option(help="First: none, temperature or bias-corrected.")] = "none",
    target: Target = None,
    one_standard_error: Annotated[
        bool, typer.Option("--one-standard-error", help="The least τ within a standard error of the best.")
    ] = False,
    folds: Annotated[int, typer.Option(help="Of the cross-validation that tells what to expect.")] = 5,
    seed: Annotated[int, typer.Option(help="Of the folds.")] = 0,
) -> Tune:
    """Return how to tune, as the options say.

    Raises:
        OptionError: the costs or the shares cannot be read.
    """
    options = {
        "metric": metric or ("expected_cost" if method == "costs" else "macro_f1"),
        "method": method,
        "beta": beta,
        "precision": precision,
        "costs": costs_of(costs),
        "calibrate": calibrate,
        "one_standard_error": one_standard_error,
        "folds": folds,
        "seed": seed,
    }
    return Tune(options, target_of(target))
