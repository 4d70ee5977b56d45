"""From logits to honest probabilities, and from these to the class that serves the metric or costs least.

logits ─ correct ─ shift_prior ─ fit_temperature ─▶ probabilities ─ tune_decision ─▶ Decision ─ decide, apply ─▶ classes
"""

from __future__ import annotations

from imbalance_audit.errors import MissingExtraError

try:
    import numpy as _numpy  # noqa: F401 -- only whether it can be imported
except ModuleNotFoundError as error:
    wanted_by = "imbalance_audit.decisions"
    raise MissingExtraError.of(wanted_by, extra="evaluation") from error

from imbalance_audit.decisions.applying import apply, decide
from imbalance_audit.decisions.correction import correct, inverse_map
from imbalance_audit.decisions.fitting import TuningPlan
from imbalance_audit.decisions.logit_formulas import Decided
from imbalance_audit.decisions.objective import Objective
from imbalance_audit.decisions.prior_shift import (
    UncalibratedWarning,
    estimate_prior,
    shift_prior,
    warn_if_uncalibrated,
)
from imbalance_audit.decisions.temperature import Calibration, fit_temperature
from imbalance_audit.decisions.thresholds import cost_threshold
from imbalance_audit.decisions.tuned_decision import tune_decision

__all__ = [
    "Calibration",
    "Decided",
    "Objective",
    "TuningPlan",
    "UncalibratedWarning",
    "apply",
    "correct",
    "cost_threshold",
    "decide",
    "estimate_prior",
    "fit_temperature",
    "inverse_map",
    "shift_prior",
    "tune_decision",
    "warn_if_uncalibrated",
]
