"""Losses and samplers that load a weight file, refuse a wrong class order, and are exact on many devices."""

from __future__ import annotations

from imbalance_audit.errors import MissingExtraError

try:
    import torch as _torch  # noqa: F401 -- only whether it can be imported
except ModuleNotFoundError as error:
    wanted_by = "imbalance_audit.training"
    raise MissingExtraError.of(wanted_by, extra="torch") from error

from imbalance_audit.training.losses.cross_entropy import WeightedCrossEntropy
from imbalance_audit.training.samplers.batches import ClassesByRows, Quotas
from imbalance_audit.training.samplers.class_sampler import ClassSampler
from imbalance_audit.training.samplers.class_stream import ClassStream
from imbalance_audit.training.samplers.label_index import LabelIndex
from imbalance_audit.training.samplers.laws import EffectiveNumberLaw, PowerLaw, PriorLaw, ProgressiveLaw
from imbalance_audit.training.samplers.probe import SamplingProbe
from imbalance_audit.training.samplers.repeat_factor import RepeatFactorSampler
from imbalance_audit.training.samplers.stratified import StratifiedSampler

__all__ = [
    "ClassSampler",
    "ClassStream",
    "ClassesByRows",
    "EffectiveNumberLaw",
    "LabelIndex",
    "PowerLaw",
    "PriorLaw",
    "ProgressiveLaw",
    "Quotas",
    "RepeatFactorSampler",
    "SamplingProbe",
    "StratifiedSampler",
    "WeightedCrossEntropy",
]
