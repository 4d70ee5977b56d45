"""The frozen values that each stage hands to the next. Standard library only.

Labels ─▶ ClassCounts ─▶ Audit (Measures, Findings) ─▶ ClassWeights ── training ──▶ Evaluation, Decision
"""

from __future__ import annotations

from imbalance_audit.records.audit import Audit, Source
from imbalance_audit.records.counts import TRAIN, ClassCounts, IdCollision
from imbalance_audit.records.decision import Decision, Decoding, InverseMap
from imbalance_audit.records.evaluation import (
    CalibrationBin,
    ClassScore,
    Confusion,
    Difference,
    Estimate,
    Evaluation,
    Region,
    RegionScore,
    Requirement,
    RunEvaluation,
    Verdict,
)
from imbalance_audit.records.findings import Coverage, Finding
from imbalance_audit.records.fingerprint import digest_of, fingerprint
from imbalance_audit.records.labels import Labels
from imbalance_audit.records.read_options import ReadOptions
from imbalance_audit.records.skewness import LabelFaults, Measures, Skew
from imbalance_audit.records.vocabulary import SEVERITIES, OrderRule, Severity, State, Task, Unit
from imbalance_audit.records.weight_tuning import Candidate, CandidateScore, Tuning
from imbalance_audit.records.weights import ClassWeights

__all__ = [
    "SEVERITIES",
    "TRAIN",
    "Audit",
    "CalibrationBin",
    "Candidate",
    "CandidateScore",
    "ClassCounts",
    "ClassScore",
    "ClassWeights",
    "Confusion",
    "Coverage",
    "Decision",
    "Decoding",
    "Difference",
    "Estimate",
    "Evaluation",
    "Finding",
    "IdCollision",
    "InverseMap",
    "LabelFaults",
    "Labels",
    "Measures",
    "OrderRule",
    "ReadOptions",
    "Region",
    "RegionScore",
    "Requirement",
    "RunEvaluation",
    "Severity",
    "Skew",
    "Source",
    "State",
    "Task",
    "Tuning",
    "Unit",
    "Verdict",
    "digest_of",
    "fingerprint",
]
