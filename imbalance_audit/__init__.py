"""Audit the class skew of a label table, gate on it, and turn it into a weight file that torch training loops load.

audit = scan("labels.parquet", label="species", split="split")
check(audit)
class_weights(audit, scheme="effective-number", beta=0.999).save("weights.pt")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imbalance_audit.auditing.merging import merge_audits
    from imbalance_audit.auditing.scanning import check, scan
    from imbalance_audit.evaluation.evaluating import evaluate
    from imbalance_audit.files.weights import load_weights
    from imbalance_audit.records import Audit, ClassWeights, Evaluation, Finding, Labels
    from imbalance_audit.rules.policy import Policy
    from imbalance_audit.rules.policy_file import load_policy
    from imbalance_audit.tuning import candidates_of, search_weights, tune_weights
    from imbalance_audit.weights import class_weights

__all__ = [
    "Audit",
    "ClassWeights",
    "Evaluation",
    "Finding",
    "Labels",
    "Policy",
    "candidates_of",
    "check",
    "class_weights",
    "evaluate",
    "load_policy",
    "load_weights",
    "merge_audits",
    "scan",
    "search_weights",
    "tune_weights",
]

_HOMES = {
    "Audit": "records",
    "ClassWeights": "records",
    "Evaluation": "records",
    "Finding": "records",
    "Labels": "records",
    "Policy": "rules.policy",
    "candidates_of": "tuning",
    "check": "auditing.scanning",
    "class_weights": "weights",
    "evaluate": "evaluation.evaluating",
    "load_policy": "rules.policy_file",
    "load_weights": "files.weights",
    "merge_audits": "auditing.merging",
    "scan": "auditing.scanning",
    "search_weights": "tuning",
    "tune_weights": "tuning",
}


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for: `audit --help` needs no Polars, auditing needs no torch."""
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
