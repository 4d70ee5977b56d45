"""Samplers that draw by class. Each is a pure function of seed, epoch and position."""

from __future__ import annotations

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
]
