"""Losses and samplers that load a weight file, refuse a wrong class order, and are exact on many devices."""

from __future__ import annotations

from imbalance_audit.errors import MissingExtraError

try:
    import torch as _torch  # noqa: F401 -- only whether it can be imported
except ModuleNotFoundError as error:
    wanted_by = "imbalance_audit.training"
    raise MissingExtraError.of(wanted_by, extra="torch") from error

from imbalance_audit.training.accumulation import window_denominator
from imbalance_audit.training.corrections import (
    Correction,
    DoubleCorrectionWarning,
    check_corrections,
)
from imbalance_audit.training.losses import (
    AsymmetricLoss,
    ClassBalancedFocalLoss,
    FocalLoss,
    LDAMLoss,
    LogitAdjustedCrossEntropy,
    NormedLinear,
    PolyLoss,
    SeesawLoss,
    SigmoidFocalLoss,
    VSLoss,
    WeightedBinaryCrossEntropy,
    WeightedCrossEntropy,
    WeightedMultilabelCrossEntropy,
    WeightedRegressionLoss,
)
from imbalance_audit.training.losses.binding import StaleWeightsWarning
from imbalance_audit.training.prior_correction import PriorCorrection
from imbalance_audit.training.sample_weights import sample_weights
from imbalance_audit.training.samplers.class_sampler import ClassSampler
from imbalance_audit.training.schedules import (
    DeferredReweighting,
    DeferredSampler,
    ProgressiveReweighting,
)

__all__ = [
    "AsymmetricLoss",
    "ClassBalancedFocalLoss",
    "ClassSampler",
    "Correction",
    "DeferredReweighting",
    "DeferredSampler",
    "DoubleCorrectionWarning",
    "FocalLoss",
    "LDAMLoss",
    "LogitAdjustedCrossEntropy",
    "NormedLinear",
    "PolyLoss",
    "PriorCorrection",
    "ProgressiveReweighting",
    "SeesawLoss",
    "SigmoidFocalLoss",
    "StaleWeightsWarning",
    "VSLoss",
    "WeightedBinaryCrossEntropy",
    "WeightedCrossEntropy",
    "WeightedMultilabelCrossEntropy",
    "WeightedRegressionLoss",
    "check_corrections",
    "sample_weights",
    "window_denominator",
]
