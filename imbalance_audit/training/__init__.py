"""Losses and samplers that load a weight file, refuse a wrong class order, and are exact on many devices."""

from __future__ import annotations

from imbalance_audit.errors import MissingExtraError

try:
    import torch as _torch  # noqa: F401 -- only whether it can be imported
except ModuleNotFoundError as error:
    wanted_by = "imbalance_audit.training"
    raise MissingExtraError.of(wanted_by, extra="torch") from error

from imbalance_audit.training.accumulation import window_denominator
from imbalance_audit.training.adjusting import AdaptiveWeights
from imbalance_audit.training.corrections import (
    Correction,
    DoubleCorrectionWarning,
    check_corrections,
)
from imbalance_audit.training.decision_rule import DecisionRule
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
from imbalance_audit.training.samplers.batches import ClassesByRows, Quotas
from imbalance_audit.training.samplers.class_sampler import ClassSampler
from imbalance_audit.training.samplers.class_stream import ClassStream
from imbalance_audit.training.samplers.label_index import LabelIndex
from imbalance_audit.training.samplers.laws import EffectiveNumberLaw, PowerLaw, PriorLaw, ProgressiveLaw
from imbalance_audit.training.samplers.probe import SamplingProbe
from imbalance_audit.training.samplers.repeat_factor import RepeatFactorSampler
from imbalance_audit.training.samplers.stratified import StratifiedSampler
from imbalance_audit.training.schedules import (
    DeferredReweighting,
    DeferredSampler,
    ProgressiveReweighting,
)
from imbalance_audit.training.validation import ClassFigures, ValidationTally

__all__ = [
    "AdaptiveWeights",
    "AsymmetricLoss",
    "ClassBalancedFocalLoss",
    "ClassFigures",
    "ClassSampler",
    "ClassStream",
    "ClassesByRows",
    "Correction",
    "DecisionRule",
    "DeferredReweighting",
    "DeferredSampler",
    "DoubleCorrectionWarning",
    "EffectiveNumberLaw",
    "FocalLoss",
    "LDAMLoss",
    "LabelIndex",
    "LogitAdjustedCrossEntropy",
    "NormedLinear",
    "PolyLoss",
    "PowerLaw",
    "PriorCorrection",
    "PriorLaw",
    "ProgressiveLaw",
    "ProgressiveReweighting",
    "Quotas",
    "RepeatFactorSampler",
    "SamplingProbe",
    "SeesawLoss",
    "SigmoidFocalLoss",
    "StaleWeightsWarning",
    "StratifiedSampler",
    "VSLoss",
    "ValidationTally",
    "WeightedBinaryCrossEntropy",
    "WeightedCrossEntropy",
    "WeightedMultilabelCrossEntropy",
    "WeightedRegressionLoss",
    "check_corrections",
    "sample_weights",
    "window_denominator",
]
