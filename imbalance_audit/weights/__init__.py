"""Class counts → class weights, with all that is needed to trust them. Pure, float64, standard library only."""

from __future__ import annotations

from imbalance_audit.weights.build import class_weights
from imbalance_audit.weights.cost_matrix import read_costs
from imbalance_audit.weights.diagnosis import diagnose
from imbalance_audit.weights.normalisation import NORMALISATIONS
from imbalance_audit.weights.schemes import SCHEMES
from imbalance_audit.weights.target_prior import read_prior
from imbalance_audit.weights.zero_counts import ZERO_COUNTS

__all__ = [
    "NORMALISATIONS",
    "SCHEMES",
    "ZERO_COUNTS",
    "class_weights",
    "diagnose",
    "read_costs",
    "read_prior",
]
