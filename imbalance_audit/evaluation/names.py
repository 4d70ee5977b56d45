"""What the metrics are called, and which way is better."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imbalance_audit.records import Region

METRICS = (
    "accuracy", "macro_f1", "micro_f1", "balanced_accuracy", "worst_recall", "g_mean", "mcc", "pr_auc", "nll", "brier",
    "ece", "classwise_ece", "expected_cost",
)  # fmt: skip
"""Every metric, in the order of reports."""

LOWER_IS_BETTER = frozenset(("nll", "brier", "ece", "classwise_ece", "expected_cost"))

CLASS_METRICS = ("precision", "recall", "f1", "average_precision", "calibration_error")
"""What a class has of its own, such as `recall[fox]`."""

REGIONS: tuple[Region, ...] = ("head", "medium", "few")
"""From the classes with most training rows to those with fewest."""
