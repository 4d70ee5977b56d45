"""Losses that weigh classes. Each is a pure function of tensors with a thin module around it."""

from __future__ import annotations

from imbalance_audit.training.losses.asymmetric import AsymmetricLoss, SigmoidFocalLoss
from imbalance_audit.training.losses.binary import WeightedBinaryCrossEntropy, WeightedMultilabelCrossEntropy
from imbalance_audit.training.losses.cross_entropy import WeightedCrossEntropy
from imbalance_audit.training.losses.focal import ClassBalancedFocalLoss, FocalLoss
from imbalance_audit.training.losses.ldam import LDAMLoss, NormedLinear
from imbalance_audit.training.losses.logit_adjusted import LogitAdjustedCrossEntropy
from imbalance_audit.training.losses.poly import PolyLoss
from imbalance_audit.training.losses.regression import WeightedRegressionLoss
from imbalance_audit.training.losses.seesaw import SeesawLoss
from imbalance_audit.training.losses.vector_scaling import VSLoss

__all__ = [
    "AsymmetricLoss",
    "ClassBalancedFocalLoss",
    "FocalLoss",
    "LDAMLoss",
    "LogitAdjustedCrossEntropy",
    "NormedLinear",
    "PolyLoss",
    "SeesawLoss",
    "SigmoidFocalLoss",
    "VSLoss",
    "WeightedBinaryCrossEntropy",
    "WeightedCrossEntropy",
    "WeightedMultilabelCrossEntropy",
    "WeightedRegressionLoss",
]
