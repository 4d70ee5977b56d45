"""The frozen values that each stage hands to the next. Standard library only.

Labels ─▶ ClassCounts ─▶ Audit (Measures, Findings) ─▶ ClassWeights
"""

from __future__ import annotations

from imbalance_audit.records.audit import Audit, Source
from imbalance_audit.records.counts import TRAIN, ClassCounts, IdCollision
from imbalance_audit.records.findings import Coverage, Finding
from imbalance_audit.records.labels import Labels
from imbalance_audit.records.measures import LabelFaults, Measures, Skew
from imbalance_audit.records.vocabulary import SEVERITIES, OrderRule, Severity, State, Task, Unit
from imbalance_audit.records.weights import ClassWeights

__all__ = [
    "SEVERITIES",
    "TRAIN",
    "Audit",
    "ClassCounts",
    "ClassWeights",
    "Coverage",
    "Finding",
    "IdCollision",
    "LabelFaults",
    "Labels",
    "Measures",
    "OrderRule",
    "Severity",
    "Skew",
    "Source",
    "State",
    "Task",
    "Unit",
]
